import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How an attacker who can read the files of a data directory connects to its database as the superuser. This is
 * computed here independently, so that the test notices a change in the derivation of the password.
 */
export function superuserOf(dataDir: string) {
  const secret = readFileSync(join(dataDir, 'database.secret'), 'utf8').trim();
  const password = createHmac('sha256', secret).update('clientele').digest('base64url');
  return {
    host: join(dataDir, 'socket'),
    port: 5432,
    user: 'clientele',
    password,
    database: 'clientele',
    ssl: false,
  };
}
