import type { Instant } from '../domain/time.ts';
import { toPostgres } from '../domain/time.ts';
import type { Database } from './database.ts';
import { statement } from './database.ts';

export type Environment = 'sandbox' | 'live';

/** What a database was born as, and a proof of the root key that it was born under. */
export interface Installation {
  readonly environment: Environment;
  readonly rootProof: string;
}

const read = statement('installation_read', 'select environment, root_proof from installation');
const insert = statement(
  'installation_insert',
  'insert into installation (environment, root_proof, created_at) values ($1, $2, $3) on conflict do nothing returning 1 as born',
);

export async function readInstallation(db: Database): Promise<Installation | undefined> {
  const [row] = await db.run(read, []);
  return row && { environment: row['environment'] as Environment, rootProof: String(row['root_proof']) };
}

/** Settles what a database is, once. False where another process was first. */
export async function insertInstallation(db: Database, born: Installation, now: Instant): Promise<boolean> {
  return (await db.run(insert, [born.environment, born.rootProof, toPostgres(now)])).length > 0;
}
