import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Columns } from '../columns.ts';
import { columns, computed, named, number, optional, text } from '../columns.ts';
import type { Database, Row } from '../connection/database.ts';
import { migrationLock } from '../migrate.ts';
import type { BackupSigner, Manifest, TableText } from './backup-file.ts';
import { writeBackupFile } from './backup-file.ts';
import type { Environment } from './installation.ts';

// Backs up the whole database, with the rows of all brands. The list of tables comes from PostgreSQL's catalogue,
// so that no table can be forgotten.

/** Relations of this schema without those of an extension, which the extension creates and drops. */
const ours = (relation: string): string => `${relation}.relnamespace = current_schema()::regnamespace
  and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = ${relation}.oid and deptype = 'e')`;

/** A table, about how many rows it has, and the columns that are copied. */
const table = columns({
  name: computed('quote_ident(c.relname)', text()),
  rows: computed('greatest(c.reltuples, 0)::text', number()),
  columns: computed(
    `(select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
       where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '')`,
    text(),
  ),
});

/** A restore applies the migrations and fills their table again, so that table is not part of the backup. */
const tablesSql = `
  select ${table.list}
    from pg_class c where ${ours('c')} and c.relkind = 'r' and c.relname <> 'migrations' order by c.relname`;

const reference = columns({
  referrer: computed('quote_ident(c.relname)', text()),
  referred: computed('quote_ident(r.relname)', text()),
});

const referencesSql = `
  select ${reference.list}
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
   where k.contype = 'f' and k.conrelid <> k.confrelid`;

const sequence = columns({
  name: computed('quote_ident(sequencename)', text()),
  last: computed('last_value::text', optional(text())),
});

const sequencesSql = `
  select ${sequence.list} from pg_sequences
   where schemaname = current_schema() order by sequencename`;

const rootTable = columns({ name: computed('quote_ident(c.relname)', text()) });

const rootTablesSql = `
  select ${rootTable.list} from pg_class c join pg_attribute a on a.attrelid = c.oid
   where ${ours('c')} and c.relkind = 'r' and a.attname = 'root_version' and not a.attisdropped`;

/** Whether the database has no relation that could conflict with a restore. */
export const isEmptySql = `select not exists (
  select from pg_class c where ${ours('c')} and c.relkind in ('r', 'p', 'v', 'm', 'S')) as is_empty`;

export interface BackupOptions {
  readonly path: string;
  /** The version of Clientele that makes the backup, and the time, for the manifest. */
  readonly version: string;
  readonly madeAt: string;
  /** Signs the file. */
  readonly signer: BackupSigner;
  /** Called every few thousand rows with the rows so far and the estimated total. */
  readonly progress?: (rows: number, about: number) => void;
  /** Aborts the backup. The incomplete file is deleted. */
  readonly signal?: AbortSignal;
}

export interface BackupFacts {
  readonly bytes: number;
  readonly rows: number;
  readonly tables: number;
}

/**
 * Writes one snapshot of the database to a file, as it is stored: sealed records stay sealed. Changes continue
 * during the backup and are not part of it. Only a migration waits until the backup is done, because it could
 * change a table.
 */
export function writeBackup(db: Database, options: BackupOptions): Promise<BackupFacts> {
  return db.session(async (client) => {
    await client.query(`select pg_advisory_lock_shared(${migrationLock})`);
    await client.query('begin isolation level repeatable read, read only');
    const found = await readRows(client, table, tablesSql);
    const manifest = await describe(client, options, found);
    const about = found.reduce((sum, one) => sum + one.rows, 0);
    let rows = 0;
    const count = (more: number) => {
      rows += more;
      options.progress?.(rows, Math.max(rows, about));
    };
    const texts = manifest.tables.map((one) => textOf(client, one, count));
    const bytes = await writeBackupFile(options.path, manifest, texts, options);
    await client.query('commit');
    return { bytes, rows, tables: manifest.tables.length };
  });
}

const installation = columns({ environment: text<Environment>(), rootProof: text() });
const migration = columns({ name: text(), digest: text() });

async function describe(
  client: pg.ClientBase,
  options: BackupOptions,
  tables: Manifest['tables'],
): Promise<Manifest> {
  const [kind] = await readRows(client, installation, `select ${installation.list} from installation`);
  if (!kind) throw new Error('There is no installation in this database.');
  const sequences = await readRows(client, sequence, sequencesSql);
  return {
    version: options.version,
    made_at: options.madeAt,
    environment: kind.environment,
    root_proof: kind.rootProof,
    root_versions: await rootVersions(client),
    migrations: await readRows(client, migration, `select ${migration.list} from migrations order by name`),
    tables: inOrder(
      tables.map(({ name, columns: list }) => ({ name, columns: list })),
      await readRows(client, reference, referencesSql),
    ),
    sequences: sequences.map(({ name, last }) => ({ name, last: last ?? null })),
  };
}

const rootVersion = columns({ version: named('root_version', number()) });

/** The versions of the root key that wrap anything, in any table. */
async function rootVersions(client: pg.ClientBase): Promise<readonly number[]> {
  const tables = await readRows(client, rootTable, rootTablesSql);
  const sources = tables.map(({ name }) => `select root_version from ${name}`).join(' union ');
  if (sources === '') return [];
  const used = `select distinct root_version from (${sources}) as used order by 1`;
  return (await readRows(client, rootVersion, used)).map(({ version }) => version);
}

/** Each table comes after the tables that it refers to, so that its references are valid while it is filled. */
function inOrder(
  tables: Manifest['tables'],
  references: readonly { readonly referrer: string; readonly referred: string }[],
): Manifest['tables'] {
  const ordered: Manifest['tables'][number][] = [];
  const place = (found: Manifest['tables'][number], path: readonly string[]) => {
    if (ordered.includes(found)) return;
    if (path.includes(found.name)) throw new Error('Tables refer to each other in a circle.');
    for (const { referrer, referred } of references) {
      const before = referrer === found.name && tables.find((one) => one.name === referred);
      if (before) place(before, [...path, found.name]);
    }
    ordered.push(found);
  };
  for (const one of tables) place(one, []);
  return ordered;
}

/** The rows of a table as PostgreSQL writes them, read when they are asked for. */
function textOf(
  client: pg.ClientBase,
  { name, columns: list }: Manifest['tables'][number],
  count: (rows: number) => void,
): TableText {
  let rowCount = 0;
  return {
    get rowCount() {
      return rowCount;
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of client.query(copyTo(`copy ${name} (${list}) to stdout`))) {
        const rows = linesIn(chunk as Buffer);
        rowCount += rows;
        count(rows);
        yield chunk as Buffer;
      }
    },
  };
}

/** A row is a line, because COPY escapes line breaks within values. */
function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

/** The rows of a query on a session's client. */
export const readRows = async <Read>(
  client: pg.ClientBase,
  { read }: Columns<Read>,
  query: string,
): Promise<readonly Read[]> => (await client.query<Row>(query)).rows.map(read);
