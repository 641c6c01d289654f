import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { columns, computed, flag, text } from '../columns.ts';
import type { Database, Row } from '../connection/database.ts';
import type { Migration, MigrationSteps } from '../migrate.ts';
import { beginSql, migrationLock, stepSql } from '../migrate.ts';
import { isEmptySql, readRows } from './backup.ts';
import type { BackupReading } from './backup-file.ts';
import { BackupError } from './backup-file.ts';

export interface RestoreOptions {
  readonly backup: BackupReading;
  /** Every migration that this program knows. The backup's own migrations are the first of them. */
  readonly migrations: readonly Migration[];
  /** What the program has to do before a migration. */
  readonly before?: MigrationSteps;
  /** What the program has to do once everything is in its place, in the same transaction. */
  readonly finish?: (db: Database) => Promise<void>;
  /** Called repeatedly with the number of bytes read from the file. */
  readonly progress?: (bytes: number) => void;
}

export interface RestoreFacts {
  readonly rows: number;
  readonly tables: number;
  /** Names of the migrations that the backup did not have yet. */
  readonly migrated: readonly string[];
}

/**
 * Fills an empty database from a backup: the schema as it was then, the rows, and then the migrations since.
 * All of it is one transaction, so that a restore that fails or is killed leaves an empty database.
 */
export function loadBackup(
  db: Database,
  { backup, migrations, progress, before, finish }: RestoreOptions,
): Promise<RestoreFacts> {
  const { manifest } = backup;
  return db.session(async (client) => {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(${migrationLock})`);
    await refuseUnlessEmpty(client);
    await client.query(beginSql);
    const then = new Set(manifest.migrations.map(({ name }) => name));
    const since = migrations.filter(({ name }) => !then.has(name));
    for (const migration of migrations) if (then.has(migration.name)) await client.query(stepSql(migration));
    await setSequences(client, manifest.sequences);
    // A migration may have inserted rows. The backup has their latest state.
    await client.query(`truncate ${manifest.tables.map(({ name }) => name).join(', ')}`);
    let rows = 0;
    for (const table of manifest.tables) {
      // A backup made during a rotation has records under an older key, which a trigger would refuse.
      await client.query(`alter table ${table.name} disable trigger user`);
      rows += await withoutNewChecks(client, table.name, async () => {
        const target = client.query(copyFrom(`copy ${table.name} (${table.columns}) from stdin`));
        await pipeline(told(backup, progress), target);
        if (target.rowCount !== (await backup.rowCount()))
          throw new Error(`The table ${table.name} did not take all of its rows.`);
        return target.rowCount;
      });
      await client.query(`alter table ${table.name} enable trigger user`);
    }
    await backup.requireUnchanged();
    for (const migration of since) {
      await before?.[migration.name]?.(within(db, client));
      await client.query(stepSql(migration));
    }
    await finish?.(within(db, client));
    await client.query('commit');
    // Without this, PostgreSQL plans for empty tables until its next automatic analyze.
    await client.query(`analyze ${manifest.tables.map(({ name }) => name).join(', ')}`);
    return { rows, tables: manifest.tables.length, migrated: since.map(({ name }) => name) };
  });
}

const newCheck = columns({
  table: computed('c.relname', text()),
  name: computed('quote_ident(k.conname)', text()),
  definition: computed('pg_get_constraintdef(k.oid)', text()),
});

const newChecksSql = `select ${newCheck.list} from pg_constraint k join pg_class c on c.oid = k.conrelid
  where k.contype = 'c' and not k.convalidated and k.connamespace = current_schema()::regnamespace`;

/**
 * Fills a table without the checks that a migration added for new rows only. A backup may have older rows that do not
 * pass them.
 */
async function withoutNewChecks<Result>(
  client: pg.ClientBase,
  table: string,
  fill: () => Promise<Result>,
): Promise<Result> {
  const checks = (await readRows(client, newCheck, newChecksSql)).filter((check) => check.table === table);
  for (const { name } of checks) await client.query(`alter table ${table} drop constraint ${name}`);
  const result = await fill();
  for (const { name, definition } of checks)
    await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  return result;
}

const emptiness = columns({ isEmpty: flag() });

/** The database as it is inside the transaction of one client. */
const within = (db: Database, client: pg.ClientBase): Database => {
  const run: Database['run'] = async ({ text }, values) =>
    (await client.query({ text, values: [...values] })).rows as readonly Row[];
  return { ...db, run, read: run };
};

async function refuseUnlessEmpty(client: pg.ClientBase): Promise<void> {
  const [found] = await readRows(client, emptiness, isEmptySql);
  if (found?.isEmpty) return;
  throw new BackupError(
    'The database is not empty, and a restore never writes over anything. Set CLIENTELE_DATA_DIR to a new directory, or CLIENTELE_DATABASE_URL to a new database.',
  );
}

/** The tables bring their own sequences. The sequences of brands are created here. */
async function setSequences(
  client: pg.ClientBase,
  sequences: BackupReading['manifest']['sequences'],
): Promise<void> {
  for (const { name, last } of sequences) {
    await client.query(`create sequence if not exists ${name}`);
    if (last !== null) await client.query('select setval($1::regclass, $2::bigint)', [name, last]);
  }
}

async function* told(
  backup: BackupReading,
  progress: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const bytes of backup.table()) {
    progress?.(backup.position);
    yield bytes;
  }
}
