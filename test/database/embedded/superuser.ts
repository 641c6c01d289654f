import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How somebody who can read the files of a data directory connects to its database as the superuser. It is worked
 * out here anew, so that a change of the way to the password is noticed.
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
