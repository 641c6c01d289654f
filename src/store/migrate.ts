import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../domain/operator-error.ts';
import { columns, flag, text } from './columns.ts';
import type { Database } from './connection/database.ts';
import { statement } from './connection/database.ts';

/** A message for the operator: what is wrong with the schema, and the next step. */
class MigrationError extends OperatorError {
  override readonly name = 'MigrationError';
}

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
}

/** The folder beside this file in the sources, or beside the bundle in a build. */
function migrationsFolder(): string {
  const here = fileURLToPath(new URL('./migrations', import.meta.url));
  if (!existsSync(here))
    throw new MigrationError('The migrations are missing. Build the program again: npm run build.');
  return here;
}

/** The migrations that this program knows, in the order in which they are applied. */
export function migrationsIn(folder = migrationsFolder()): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(`${folder}/${name}`, 'utf8');
      return {
        name: name.replace(/\.sql$/, ''),
        sql,
        digest: createHash('sha256').update(sql).digest('hex'),
      };
    });
}

/** Held while migrating, so that processes that start together migrate once. The number is arbitrary. */
export const migrationLock = 7_203_518_451;

/** Creates the table of migrations if it does not exist. */
export const beginSql =
  'create table if not exists migrations (name text primary key, digest text not null, applied_at timestamptz not null default now())';

/** Applies one migration unless it is already applied. */
export const stepSql = ({ name, digest, sql }: Migration): string => `do $clientele$ begin
    if exists (select from migrations where name = '${name}') then return; end if;
    insert into migrations (name, digest) values ('${name}', '${digest}');
    execute $migration$${sql}$migration$;
    perform set_config('clientele.applied', '${name}', true);
  end $clientele$`;

const beginning = columns({ begun: flag(), readable: flag() });
const isBegun = statement(
  'migrations_begun',
  `select to_regclass('migrations') is not null as begun,
          coalesce(has_table_privilege(to_regclass('migrations'), 'select'), true) as readable`,
);
const entry = columns({ name: text(), digest: text() });
const appliedOnes = statement('migrations_applied', `select ${entry.list} from migrations order by name`);

const may = columns({ create: flag() });
const mayCreate = statement(
  'migrations_may_create',
  "select coalesce(has_schema_privilege(current_schema(), 'create'), false) as create",
);

export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Additive migrations of a newer version, beside which this one works. */
  readonly newer: readonly string[];
}

/**
 * The end of the name of a migration beside which the version before works: it adds what that version need not know,
 * and nothing that it would have to write. So the processes of both can run during a rolling upgrade.
 */
const isAdditive = (name: string): boolean => name.endsWith('.additive');

const ungranted =
  'The role of CLIENTELE_DATABASE_URL may not read the tables. Set CLIENTELE_MIGRATION_DATABASE_URL for the role that owns them, and run: clientele migrate';

/**
 * The applied and the pending migrations. Changes nothing.
 * @throws MigrationError where files and database disagree.
 */
export async function migrationStatus(db: Database, folder = migrationsFolder()): Promise<MigrationStatus> {
  const [found] = await db.run(isBegun, []);
  const { begun, readable } = beginning.read(found ?? {});
  if (!readable) throw new MigrationError(ungranted);
  const rows = begun ? await db.run(appliedOnes, []) : [];
  const entries = rows.map(entry.read);
  const known = new Map(migrationsIn(folder).map((migration) => [migration.name, migration]));
  for (const { name, digest } of entries) {
    const file = known.get(name);
    if (!file && isAdditive(name)) continue;
    if (!file) {
      throw new MigrationError(
        `The database has the migration ${name}, which this version does not know: it was written by a newer version. Start that version, or a newer one.`,
      );
    }
    if (file.digest !== digest) {
      throw new MigrationError(
        `The migration ${name} was edited after it had been applied. Restore the file as it was released; changes belong in a new migration.`,
      );
    }
  }
  const applied = entries.map(({ name }) => name);
  return {
    applied,
    pending: [...known.keys()].filter((name) => !applied.includes(name)),
    newer: applied.filter((name) => !known.has(name)),
  };
}

/**
 * What the program has to do before a migration, by its name. It may be done by several processes at once, and again
 * after an interruption.
 */
export type MigrationSteps = Readonly<Record<string, (db: Database) => Promise<void>>>;

/**
 * Brings the schema up to date: plain SQL files in the order of their names, each in a transaction of its own with
 * its entry, forward only. Returns the names of the migrations that this call applied.
 * @throws MigrationError where files and database disagree; PostgreSQL's error if a file fails; that file is then
 *   rolled back.
 */
export async function migrate(
  db: Database,
  folder = migrationsFolder(),
  before: MigrationSteps = {},
): Promise<readonly string[]> {
  // If nothing is pending, it does not wait: a backup holds the lock as long as it runs.
  const { pending } = await migrationStatus(db, folder);
  if (pending.length === 0) return [];
  await refuseWithoutOwner(db, pending);
  const done: string[] = [];
  const locked = (sql: string) => `begin; select pg_advisory_xact_lock(${migrationLock}); ${sql}; commit`;
  // Two processes may try to create the table of migrations at the same time, so this is locked, too.
  await db.script(locked(beginSql));
  for (const migration of migrationsIn(folder)) {
    const { pending } = await migrationStatus(db, folder);
    if (!pending.includes(migration.name)) continue;
    try {
      await before[migration.name]?.(db);
    } catch (error) {
      // Another process may have done both in the meantime: what is missing then is done.
      if ((await migrationStatus(db, folder)).pending.includes(migration.name)) throw error;
      continue;
    }
    // A process that waited for the lock finds the migration applied and does nothing.
    const rows = await db.script(
      locked(`${stepSql(migration)}; select current_setting('clientele.applied', true) as applied`),
    );
    if (rows.some(({ applied }) => applied === migration.name)) done.push(migration.name);
  }
  return done;
}

async function refuseWithoutOwner(db: Database, pending: readonly string[]): Promise<void> {
  const [row] = await db.run(mayCreate, []);
  if (row && may.read(row).create) return;
  throw new MigrationError(
    `The database lacks the migrations ${pending.join(', ')}, and the role of CLIENTELE_DATABASE_URL may create nothing. Set CLIENTELE_MIGRATION_DATABASE_URL for the role that owns the tables, and run: clientele migrate`,
  );
}
