import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database, Row } from '../connection/database.ts';
import { migrationLock } from '../migrate.ts';
import type { Manifest, TableText } from './backup-file.ts';
import { writeBackupFile } from './backup-file.ts';
import type { Environment } from './installation.ts';

// The whole database, whoever's rows they are. What there is, is asked of PostgreSQL's catalogue and stands
// nowhere else, so that a table cannot be forgotten.

/** Relations of ours; what belongs to an extension comes and goes with that. */
const ours = (relation: string): string => `${relation}.relnamespace = current_schema()::regnamespace
  and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = ${relation}.oid and deptype = 'e')`;

/** Migrations are written anew by whoever applies them, so their table is no part of the data. */
const tablesSql = `
  select quote_ident(c.relname) as name, greatest(c.reltuples, 0)::text as rows,
         (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
           where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
    from pg_class c where ${ours('c')} and c.relkind = 'r' and c.relname <> 'migrations' order by c.relname`;

const referencesSql = `
  select quote_ident(c.relname) as referrer, quote_ident(r.relname) as referred
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
   where k.contype = 'f' and k.conrelid <> k.confrelid`;

const sequencesSql = `
  select quote_ident(sequencename) as name, last_value::text as last from pg_sequences
   where schemaname = current_schema() order by sequencename`;

const rootColumnsSql = `
  select quote_ident(c.relname) as name from pg_class c join pg_attribute a on a.attrelid = c.oid
   where ${ours('c')} and c.relkind = 'r' and a.attname = 'root_version' and not a.attisdropped`;

/** Whether there is anything in the database that a restore could meet. */
export const isEmptySql = `select not exists (
  select from pg_class c where ${ours('c')} and c.relkind in ('r', 'p', 'v', 'm', 'S')) as is_empty`;

export interface BackupWish {
  readonly path: string;
  /** The version of Clientele that makes the backup, and the time, as the manifest shows them. */
  readonly version: string;
  readonly madeAt: string;
  /** Told after every few thousand rows how many there have been, and about how many there are. */
  readonly progress?: (rows: number, about: number) => void;
  /** Ends the backup early; then nothing of it is left. */
  readonly signal?: AbortSignal;
}

export interface BackupFacts {
  readonly bytes: number;
  readonly rows: number;
  readonly tables: number;
}

/**
 * Writes everything that the database holds at one moment into a file, as it is stored: what is sealed stays
 * sealed. Changes go on meanwhile and are not in it. Only a migration waits until the backup is done, since
 * it could change a table under it.
 */
export function writeBackup(db: Database, wish: BackupWish): Promise<BackupFacts> {
  return db.session(async (client) => {
    await client.query(`select pg_advisory_lock_shared(${migrationLock})`);
    await client.query('begin isolation level repeatable read, read only');
    const found = await rowsOf(client, tablesSql);
    const manifest = await describe(client, wish, found);
    const about = found.reduce((sum, row) => sum + Number(row['rows']), 0);
    let rows = 0;
    const count = (more: number) => {
      rows += more;
      wish.progress?.(rows, Math.max(rows, about));
    };
    const texts = manifest.tables.map((table) => textOf(client, table, count));
    const bytes = await writeBackupFile(wish.path, manifest, texts, wish.signal);
    await client.query('commit');
    return { bytes, rows, tables: manifest.tables.length };
  });
}

async function describe(client: pg.ClientBase, wish: BackupWish, found: readonly Row[]): Promise<Manifest> {
  const [installation] = await rowsOf(client, 'select environment, root_proof from installation');
  const migrations = await rowsOf(client, 'select name, digest from migrations order by name');
  const sequences = await rowsOf(client, sequencesSql);
  return {
    version: wish.version,
    made_at: wish.madeAt,
    environment: installation?.['environment'] as Environment,
    root_proof: String(installation?.['root_proof']),
    root_versions: await rootVersions(client),
    migrations: migrations.map((row) => ({ name: String(row['name']), digest: String(row['digest']) })),
    tables: inOrder(
      found.map((row) => ({ name: String(row['name']), columns: String(row['columns']) })),
      await rowsOf(client, referencesSql),
    ),
    sequences: sequences.map((row) => ({
      name: String(row['name']),
      last: row['last'] === null ? null : String(row['last']),
    })),
  };
}

/** The versions of the root key under which anything is wrapped, in whatever table that is. */
async function rootVersions(client: pg.ClientBase): Promise<readonly number[]> {
  const tables = await rowsOf(client, rootColumnsSql);
  const sources = tables.map((row) => `select root_version from ${row['name']}`).join(' union ');
  if (sources === '') return [];
  const rows = await rowsOf(client, `select distinct root_version from (${sources}) as used order by 1`);
  return rows.map((row) => Number(row['root_version']));
}

/** Each table after those that it refers to, so that it can be filled while its references are checked. */
function inOrder(tables: Manifest['tables'], references: readonly Row[]): Manifest['tables'] {
  const ordered: Manifest['tables'][number][] = [];
  const place = (table: Manifest['tables'][number], path: readonly string[]) => {
    if (ordered.includes(table)) return;
    if (path.includes(table.name)) throw new Error('Tables refer to each other in a circle.');
    for (const { referrer, referred } of references) {
      const before = referrer === table.name && tables.find((one) => one.name === referred);
      if (before) place(before, [...path, table.name]);
    }
    ordered.push(table);
  };
  for (const table of tables) place(table, []);
  return ordered;
}

/** The rows of a table as PostgreSQL writes them, read when they are asked for. */
function textOf(
  client: pg.ClientBase,
  { name, columns }: Manifest['tables'][number],
  count: (rows: number) => void,
): TableText {
  let rowCount = 0;
  return {
    get rowCount() {
      return rowCount;
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of client.query(copyTo(`copy ${name} (${columns}) to stdout`))) {
        const rows = linesIn(chunk as Buffer);
        rowCount += rows;
        count(rows);
        yield chunk as Buffer;
      }
    },
  };
}

/** A row is a line: COPY writes a line's end within a value in another way. */
function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

export const rowsOf = async (client: pg.ClientBase, sql: string): Promise<readonly Row[]> =>
  (await client.query<Row>(sql)).rows;
