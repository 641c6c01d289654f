import { isIP } from 'node:net';
import { brandsOfGroups } from '../../domain/operators/groups.ts';
import { sealContext } from '../../domain/sealed-columns.ts';
import { isRefusal } from '../../providers/outbound/target.ts';
import { openOutbound } from '../../providers/outbound.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { databaseUidThatReads } from '../../store/embedded/privileges.ts';
import { roleOf } from '../../store/grants.ts';
import { readRoleFacts } from '../../store/installation/server-facts.ts';
import { listPrograms } from '../../store/kyc/programs.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Installed, SignInOfCompany } from './doctor-environment.ts';
import { readableKeyring } from './doctor-keys.ts';
import type { Finding } from './finding.ts';
import { examineEach, green, red, redFrom, yellow } from './finding.ts';

// What an attacker who takes over the database could reach, what the service could do to the database, and which
// services it may not reach.

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

/** Whether people can sign in to the console of a live service: their passkeys are for the name of a host, over https. */
export function examineConsoleName({
  environment,
  publicUrl,
}: Pick<Installed, 'environment' | 'publicUrl'>): Finding | undefined {
  if (environment !== 'live') return undefined;
  const check = 'console';
  const step =
    'Set CLIENTELE_PUBLIC_URL to an https address with a name, such as https://customers.example.com.';
  if (publicUrl === undefined)
    return yellow(check, 'It is not served, because passkeys are for the name of a host.', step);
  const { protocol, hostname } = new URL(publicUrl);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0)
    return red(check, `Browsers make no passkey for an IP address: ${hostname}.`, step);
  if (protocol !== 'https:' && hostname !== 'localhost')
    return red(check, `Browsers make a passkey only over https, and ${publicUrl} is not.`, step);
  return green(check, `People sign in at ${new URL('/console/', publicUrl)}.`);
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

/** Milliseconds for looking up the host of a decision service. */
const lookupMs = 3_000;

/** Names the decision services at addresses that no setting allows. It calls none of them. */
export async function examinePrograms(
  { kycAllow }: Installed,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const outbound = openOutbound({ allow: kycAllow, timeoutMs: lookupMs, maxResponseBytes: 0 });
  const found: Finding[] = [];
  const failed = await examineEach(
    'KYC programs',
    await listBrands(database),
    async ({ brandId, name: brand }) => {
      const scope = { brandId, db: database };
      const keyring = readableKeyring(vault, brandId, await brandKeys(scope));
      // The check of the brands says that these keys do not open.
      if (!keyring) return;
      for (const { programId, name, provider, settings, settingsSeal } of await listPrograms(scope)) {
        if (provider !== 'http' || settings === undefined) continue;
        const place = sealContext('programs.settings', { program_id: programId }, settingsSeal);
        const { url } = JSON.parse(keyring.open(place, settings)) as { readonly url: string };
        const reached = await outbound.locate(url);
        if (isRefusal(reached) && reached.reason === 'address')
          found.push(
            yellow(
              'KYC programs',
              `The decision service of the program "${name}" of ${brand} is at an address that is not public, so it is not called.`,
              'Name its network, or its host and port, in CLIENTELE_KYC_ALLOW (CLIENTELE_WEBHOOK_ALLOW does not count for it).',
            ),
          );
      }
    },
  );
  await outbound.close();
  return [...failed, ...found];
}

const signInCheck = 'sign-in provider';

/** Whether people can sign in with the accounts of their company, and what the provider has to know. */
export async function examineSignIn({ signIn }: Pick<Installed, 'signIn'>): Promise<readonly Finding[]> {
  try {
    const found = signIn?.();
    return found ? [await examineProvider(found)] : [];
  } catch (error) {
    return [redFrom(signInCheck, error)];
  }
}

async function examineProvider({ provider, redirectUri }: SignInOfCompany): Promise<Finding> {
  try {
    const problem = await provider.problem();
    if (!problem)
      return green(
        signInCheck,
        `${provider.issuer} describes itself, and is the issuer. It has to know the redirect URI ${redirectUri}.`,
      );
    return red(
      signInCheck,
      `${provider.issuer} gives no usable description of itself (${problem.why}).`,
      'Open its /.well-known/openid-configuration on this machine, and compare the issuer there with CLIENTELE_OIDC_ISSUER. Accounts with a password can sign in.',
    );
  } finally {
    await provider.close();
  }
}

/** Brands that groups give roles in, and that do not exist. */
export async function examineGroups(
  { signIn }: Pick<Installed, 'signIn'>,
  db: Database,
): Promise<readonly Finding[]> {
  const found = signIn?.();
  if (!found) return [];
  await found.provider.close();
  const known = new Set((await listBrands(db)).flatMap(({ brandId, name }) => [brandId as string, name]));
  const unknown = [...brandsOfGroups(found.groupRoles)].filter((name) => !known.has(name));
  if (unknown.length === 0) return [];
  return [
    yellow(
      'roles of groups',
      `CLIENTELE_OIDC_ROLES names brands that do not exist: ${unknown.join(', ')}.`,
      'Correct the names, or create the brands: clientele brands list shows those that there are.',
    ),
  ];
}
