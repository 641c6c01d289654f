import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';

export type Environment = 'sandbox' | 'live';

/** The environment of a database, and a proof of the root key that it was created with. */
export interface Installation {
  readonly environment: Environment;
  readonly rootProof: string;
}

const stored = columns({ environment: text<Environment>(), rootProof: text() });

const read = statement('installation_read', `select ${stored.list} from installation`);
const insert = sql(
  'installation_insert',
  `with born as (
     insert into installation (environment, root_proof, created_at) values (:environment, :rootProof, :now) on conflict do nothing returning created_at
   )
   insert into root_versions (version, since) select :rootVersion::int, created_at from born returning 1 as born`,
);

export async function readInstallation(db: Database): Promise<Installation | undefined> {
  const [row] = await db.run(read, []);
  return row && stored.read(row);
}

/** Stores the installation and its first root version once. False if another process was first. */
export async function insertInstallation(
  db: Database,
  { environment, rootProof }: Installation,
  rootVersion: number,
  now: Instant,
): Promise<boolean> {
  const rows = await insert.run(db, { environment, rootProof, now: toPostgres(now), rootVersion });
  return rows.length > 0;
}
