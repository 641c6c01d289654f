import type { Database } from '../../store/connection/database.ts';
import { databaseUidThatReads } from '../../store/embedded/privileges.ts';
import { roleOf } from '../../store/grants.ts';
import { readRoleFacts } from '../../store/installation/server-facts.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { green, red, yellow } from './finding.ts';

// What an attacker who takes over the database could reach, and what the service could do to the database.

const rolesStep = 'Give Clientele a role of its own, as docs/moving-to-postgresql.md says.';

/** What the role that Clientele connects as may do. */
export async function examineRole(database: Database): Promise<readonly Finding[]> {
  const check = 'database role';
  const { name, isSuperuser, hasAttributes, ownsTables } = await readRoleFacts(database);
  if (isSuperuser)
    return [
      yellow(
        check,
        `Clientele connects as ${name}, a superuser, who can read files and run programs on the database's machine.`,
        rolesStep,
      ),
    ];
  if (ownsTables)
    return [
      yellow(check, `Clientele connects as ${name}, who owns the tables and may drop them.`, rolesStep),
    ];
  if (hasAttributes)
    return [yellow(check, `The role ${name} may make databases or roles, or pass row security.`, rolesStep)];
  if (!(await roleOf(database)).isGranted)
    return [
      yellow(
        check,
        `The role ${name} has other grants than it should have.`,
        'Set CLIENTELE_MIGRATION_DATABASE_URL for the role that owns the tables, and run: clientele migrate',
      ),
    ];
  return [green(check, `Clientele connects as ${name}, who owns nothing and has only the grants it needs.`)];
}

/** Whether an attacker on the network could read or change what goes to an external database and back. */
export function examineTransport({ transport, environment }: Installed): Finding | undefined {
  const check = 'database connection';
  if (transport === undefined) return undefined;
  if (transport === 'local') return green(check, 'It does not leave this machine.');
  if (transport === 'verified')
    return green(check, 'It is TLS, and the certificate of the server is checked.');
  return yellow(
    check,
    environment === 'live'
      ? 'It leaves this machine without TLS and a checked certificate, as CLIENTELE_DATABASE_TLS allows.'
      : 'It leaves this machine without TLS and a checked certificate, which live refuses.',
    'Add sslmode=verify-full to every database URL (docs/moving-to-postgresql.md).',
  );
}

/** Whether the account of the embedded database can read the file of the root key. */
export async function examineKeyExposure({
  dataDir,
  isEmbedded,
  environment,
  rootKeyLocation,
}: Installed): Promise<Finding | undefined> {
  if (!isEmbedded || !('path' in rootKeyLocation)) return undefined;
  const check = 'root key access';
  const uid = await databaseUidThatReads(dataDir, rootKeyLocation.path);
  if (uid === undefined) return green(check, 'The account of the database cannot read the root key file.');
  return (environment === 'live' ? red : yellow)(
    check,
    `The embedded database runs as the account that can read the root key file (uid ${uid}).`,
    'Before real people are in it, start Clientele as root or use a PostgreSQL server of another account (docs/operating.md).',
  );
}
