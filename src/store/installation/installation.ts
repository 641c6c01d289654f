import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

export type Environment = 'sandbox' | 'live';

/** What a database was created as, and a proof of the root key that it was created with. */
export interface Installation {
  readonly environment: Environment;
  readonly rootProof: string;
}

const read = statement('installation_read', 'select environment, root_proof from installation');
const insert = statement(
  'installation_insert',
  `with born as (
     insert into installation (environment, root_proof, created_at) values ($1, $2, $3) on conflict do nothing returning created_at
   )
   insert into root_versions (version, since) select $4::int, created_at from born returning 1 as born`,
);

export async function readInstallation(db: Database): Promise<Installation | undefined> {
  const [row] = await db.run(read, []);
  return row && { environment: row['environment'] as Environment, rootProof: String(row['root_proof']) };
}

/** Settles what a database is, and its first root version, once. False where another process was first. */
export async function insertInstallation(
  db: Database,
  { environment, rootProof }: Installation,
  rootVersion: number,
  now: Instant,
): Promise<boolean> {
  return (await db.run(insert, [environment, rootProof, toPostgres(now), rootVersion])).length > 0;
}
