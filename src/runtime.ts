import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { ConfigError, readSecretFile, refuseExposedDatabase, refuseUnsafe } from './config.ts';
import { Refusal } from './domain/errors.ts';
import type { Id } from './domain/ids.ts';
import { sessionSeconds } from './domain/operators/sessions.ts';
import { RecentRequests } from './domain/requests/recent.ts';
import type { Instant } from './domain/time.ts';
import { instantOfMillis } from './domain/time.ts';
import { noteInEveryTrail } from './operations/brands/every-trail.ts';
import { bindRows } from './operations/installation/bind-rows.ts';
import { ensureInstallation } from './operations/installation/installation.ts';
import { markProven, proveEvents, proveTrails, vaultOnce } from './operations/installation/prove-trails.ts';
import { openKeyrings } from './operations/keyrings.ts';
import { openQuotas } from './operations/quotas.ts';
import { firstBoundColumns } from './operations/rotation/bound-records.ts';
import type { CompanySignIn, System } from './operations/system.ts';
import type { AddressVerifier } from './providers/address.ts';
import { openLobVerifier } from './providers/address-lob.ts';
import { openOfflineVerifier } from './providers/address-offline.ts';
import { openSandboxVerifier } from './providers/address-sandbox.ts';
import { openIdProvider } from './providers/identity/openid.ts';
import type { KycProvider, ProviderChoice } from './providers/kyc.ts';
import { httpKycLimits, openHttpKyc } from './providers/kyc-http.ts';
import { openManualKyc } from './providers/kyc-manual.ts';
import { openSandboxKyc } from './providers/kyc-sandbox.ts';
import { allowEntriesOf } from './providers/outbound/target.ts';
import type { Outbound } from './providers/outbound.ts';
import { openOutbound } from './providers/outbound.ts';
import { openHttpScreening } from './providers/screening/http.ts';
import type { ScreeningProvider } from './providers/screening/screening.ts';
import { openWatchman } from './providers/screening/watchman.ts';
import { besideTheData, loadConfigured, loadRoot, rootKeyLocationOf } from './root-key.ts';
import { openSecurity } from './security.ts';
import type { ServerAddress } from './store/connection/clients.ts';
import type { Database } from './store/connection/database.ts';
import { openDatabase } from './store/connection/database.ts';
import { requireSuitableServer } from './store/connection/server-requirements.ts';
import { databaseUidThatReads } from './store/embedded/privileges.ts';
import type { EmbeddedServer } from './store/embedded/server.ts';
import { openEmbedded } from './store/embedded/server.ts';
import { putGrants, roleOf } from './store/grants.ts';
import type { MigrationSteps } from './store/migrate.ts';
import { migrate, migrationStatus } from './store/migrate.ts';
import type { AnchorFile } from './vault/anchor-file.ts';
import { openAnchorFile } from './vault/anchor-file.ts';
import type { Vault } from './vault/vault.ts';
import { version } from './version.ts';

/** The composition root below HTTP and background work: what a server and every command need. */

/** Dependencies that a process provides and that tests replace. */
export interface Overrides {
  readonly now?: () => Instant;
  readonly logger?: Logger;
  /** Called with a sentence for people about what the start waits for. */
  readonly notice?: (sentence: string) => void;
  /** Connections for changes, where several processes share a server. */
  readonly connections?: number;
  /** The HTTP client for receivers of webhooks. */
  readonly outbound?: Outbound;
}

/**
 * `serve` creates what is missing and applies migrations. `command` works with an existing installation. `restore`
 * works with an empty database and creates the embedded one.
 */
export type Role = 'serve' | 'command' | 'restore';

/** The system with its database and vault, ready for commands or for a server. */
export interface Runtime {
  readonly system: System;
  readonly database: Database;
  /** Whether this start created the installation. */
  readonly isFirstStart: boolean;
  close(): Promise<void>;
}

/**
 * Opens database and vault. `beforeFirstStart` may refuse. If it throws, the next start is a first start again, so
 * that the demo's key, which is shown only once, is not lost.
 *
 * @throws ConfigError, OperatorError, EmbeddedError, MigrationError, ServerRequirementError or VaultError: sentences for
 *   the operator.
 */
export async function openRuntime(
  config: Config,
  role: Role,
  overrides: Overrides = {},
  beforeFirstStart: () => Promise<void> = async () => undefined,
): Promise<Runtime> {
  refuseUnsafe(config);
  // An operator's own key is read first, so that a refused start leaves nothing behind.
  const configured =
    rootKeyLocationOf(config).kind === 'own'
      ? undefined
      : await loadConfigured(config, (what) => openStorage(what, 'command', overrides));
  await refuseReadableKey(config);
  const now = overrides.now ?? wallClock;
  const storage = await openStorage(config, role, overrides);
  const { database, close } = storage;
  try {
    const anchors = openAnchorFile(config.auditAnchorFile);
    const steps = migrationSteps({
      vault: () => configured ?? loadRoot(config),
      anchors,
      notice: overrides.notice,
    });
    let applied: readonly string[] = [];
    if (role === 'serve') {
      applied = await storage.migrate(steps);
      await markProven(anchors);
    } else await refuseOldSchema(database);
    const vault = configured ?? (await besideTheData(config, role, database));
    await beforeFirstStart();
    const firstStart = role === 'serve' ? { now: now() } : undefined;
    const { isFirstStart } = await ensureInstallation(database, vault, config.environment, firstStart);
    const outbound = overrides.outbound ?? openOutbound({ allow: config.webhookAllow, ...webhookBounds });
    const security = openSecurity({ config, logger: overrides.logger, now, newId });
    if (applied.length > 0)
      await noteInEveryTrail(
        { db: database, vault: () => vault, now: now(), newId },
        'migrate',
        { migrations: applied },
        { kind: 'clientele' },
      );
    const system: System = {
      db: database,
      vault,
      rootKeyLocation: rootKeyLocationOf(config),
      keyrings: openKeyrings(database, vault),
      anchors,
      environment: config.environment,
      ...shownSettings(config),
      hasDemoAccounts: config.demo,
      auditReads: config.auditReads,
      budgetLimits: config.budgetLimits,
      quotas: openQuotas(config.quotaLimits),
      now,
      newId,
      security,
      requests: new RecentRequests(now()),
      random: randomBytes,
      verifier: openVerifier(config, now),
      screening: openScreening(config, now),
      identity: openIdentity(config, now),
      kycProvider: openKycProviders(config, now),
      outbound,
    };
    return {
      system,
      database,
      isFirstStart,
      async close() {
        await outbound.close();
        await Promise.all([system.screening?.close(), system.identity?.provider.close()]);
        await close();
        await security.close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * @throws ConfigError if an attacker who takes over the embedded database of live could read the root key, which
 *   opens every record of the database.
 */
export async function refuseReadableKey({ environment, ...config }: Config): Promise<void> {
  const { databaseUrl, rootKeyFile, dataDir } = config;
  if (environment !== 'live' || databaseUrl !== undefined) return;
  const uid = await databaseUidThatReads(dataDir, rootKeyFile);
  if (uid === undefined) return;
  const what = rootKeyFile === undefined ? 'get at the root key' : `read the root key file ${rootKeyFile}`;
  throw new ConfigError(
    `The embedded database would run as the account that can ${what} (uid ${uid}). Start Clientele as root with a key file that only root can read, so that the database gets an account of its own, or set CLIENTELE_DATABASE_URL to a PostgreSQL server of another account (docs/operating.md).`,
  );
}

export interface Storage {
  /** Connected as the role of the service. */
  readonly database: Database;
  readonly embedded: EmbeddedServer | undefined;
  /** Brings the schema and the grants of the service's role up to date. Answers what was applied. */
  migrate(before: MigrationSteps): Promise<readonly string[]>;
  /** Runs work connected as the owner of the tables, and gives the service's role its grants afterwards. */
  asOwner<Result>(work: (owner: Database) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** The configured PostgreSQL server. The embedded one is started or joined. */
export async function openStorage(config: Config, role: Role, overrides: Overrides = {}): Promise<Storage> {
  refuseExposedDatabase(config);
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbedded({
          dataDir: config.dataDir,
          role: role === 'serve' ? 'serve' : 'command',
          create: role !== 'command',
          ...(overrides.notice && { notice: overrides.notice }),
        })
      : undefined;
  const address = embedded ?? { url: config.databaseUrl ?? '' };
  if (!embedded) await requireSuitableServer(address);
  const database = openDatabase({
    address,
    applicationName: `clientele ${role}`,
    ...(overrides.connections !== undefined && { connections: overrides.connections }),
  });
  const close = async () => {
    await database.close();
    await embedded?.stop();
  };
  try {
    await database.ready();
    const storage = { database, embedded, close, ...ownerWork(ownerAddress(config, embedded), database) };
    // An embedded database of an older version has the role of the service only since this start.
    if (embedded?.started && !(await roleOf(database)).isGranted)
      await storage.asOwner(async () => undefined);
    return storage;
  } catch (error) {
    await close();
    throw error;
  }
}

/** How the owner of the tables connects, where that is not the role of the service. */
function ownerAddress(
  { migrationDatabaseUrl }: Config,
  embedded: EmbeddedServer | undefined,
): ServerAddress | undefined {
  if (embedded) {
    const { host, port, database, owner } = embedded;
    return { host, port, database, ...owner };
  }
  return migrationDatabaseUrl === undefined ? undefined : { url: migrationDatabaseUrl };
}

function ownerWork(
  address: ServerAddress | undefined,
  database: Database,
): Pick<Storage, 'asOwner' | 'migrate'> {
  const asOwner: Storage['asOwner'] = async (work) => {
    if (!address) return work(database);
    const { name } = await roleOf(database);
    const owner = openDatabase({ address, applicationName: 'clientele owner', connections: 1 });
    try {
      await owner.ready();
      const result = await work(owner);
      await putGrants(owner, name);
      return result;
    } finally {
      await owner.close();
    }
  };
  return {
    asOwner,
    async migrate(before) {
      const isReady = !address || (await roleOf(database)).isGranted;
      if (isReady && (await migrationStatus(database)).pending.length === 0) return [];
      return asOwner((owner) => migrate(owner, undefined, before));
    },
  };
}

/** The part of a configuration that `migrationSteps` needs. A restore has no anchors: its backup may be older. */
interface StepTools {
  readonly vault: () => Vault;
  readonly anchors: AnchorFile | undefined;
  readonly notice?: ((sentence: string) => void) | undefined;
}

/** What a migration cannot do in SQL. The root key is loaded only where there is something to seal or to prove. */
export const migrationSteps = ({ vault, anchors, notice }: StepTools): MigrationSteps => ({
  '0014_row_proofs_required': (db) => {
    const told = (records: number) => {
      if (records % 10_000 < 250) notice?.(`Binding records to their rows: ${records} done.`);
    };
    // At this migration the tables lack the columns of later ones.
    return bindRows(db, vaultOnce('0014_row_proofs_required', vault, anchors), told, firstBoundColumns);
  },
  '0016_audit_proofs_required': (db) => proveTrails(db, vault, anchors),
  '0022_event_proofs_required': (db) =>
    proveEvents(db, vaultOnce('0022_event_proofs_required', vault, anchors)),
});

async function refuseOldSchema(database: Database): Promise<void> {
  const { pending } = await migrationStatus(database);
  if (pending.length === 0) return;
  throw new ConfigError(
    `The database lacks the migrations ${pending.join(', ')}. Apply them with: clientele migrate (or start clientele serve).`,
  );
}

/** The time limit for a webhook's receiver, and how much of its answer is kept. */
const webhookBounds = { timeoutMs: 10_000, maxResponseBytes: 1_024 } as const;

/** The limits of a call to Lob: its time in milliseconds, and the size of its answer in bytes. */
const lobTimeoutMs = 3_000;
const lobMaxResponseBytes = 64 * 1024;

const shownSettings = ({ lob }: Config): Pick<System, 'version' | 'addressVerifier'> => ({
  version: version(),
  addressVerifier: lob ? 'lob' : 'offline',
});

/** Opens the address verifier: open data or Lob. A sandbox adds test addresses for every verdict. */
function openVerifier({ lob, environment }: Config, now: () => Instant): AddressVerifier {
  const base = lob
    ? openLobVerifier({
        apiKey: readSecretFile('CLIENTELE_LOB_KEY_FILE', lob.keyFile),
        outbound: openOutbound({
          // The operator's own URL is its own allow-list.
          allow: lob.url === undefined ? [] : allowEntriesOf(lob.url),
          timeoutMs: lobTimeoutMs,
          maxResponseBytes: lobMaxResponseBytes,
        }),
        now,
        ...(lob.url !== undefined && { baseUrl: lob.url }),
      })
    : openOfflineVerifier();
  return environment === 'sandbox' ? openSandboxVerifier(base) : base;
}

/** The limits of a call to the screening provider: its time in milliseconds, and the size of its answer in bytes. */
const screeningBounds = { timeoutMs: 10_000, maxResponseBytes: 2 * 1024 * 1024 } as const;

/** Opens who checks customers against lists. The operator's own URL is its own allow-list. */
function openScreening({ screening }: Config, now: () => Instant): ScreeningProvider | undefined {
  if (!screening) return undefined;
  const { url, minMatch, perSecond, secretFile } = screening;
  const outbound = openOutbound({ allow: allowEntriesOf(url), ...screeningBounds });
  if (secretFile === undefined) return openWatchman({ outbound, url, minMatch, perSecond });
  const secret = readSecretFile('CLIENTELE_SCREENING_SECRET_FILE', secretFile);
  return openHttpScreening({ outbound, url, secret, perSecond, now });
}

/** The limits of a call to the provider of identities. A person waits for it. */
const identityBounds = { timeoutMs: 5_000, maxResponseBytes: 256 * 1024 } as const;

/** Opens where people sign in with the accounts of their company. Nothing is asked of it yet. */
export function openIdentity({ identity }: Config, now: () => Instant): CompanySignIn | undefined {
  if (!identity) return undefined;
  const { groupRoles, secretFile, ...options } = identity;
  const secret = readSecretFile('CLIENTELE_OIDC_CLIENT_SECRET_FILE', secretFile);
  // The operator's own issuer is its own allow-list.
  const outbound = openOutbound({ allow: allowEntriesOf(options.issuer), ...identityBounds });
  return {
    provider: openIdProvider({ ...options, secret, outbound, maxAge: sessionSeconds, now }),
    groupRoles,
  };
}

/** Seconds until the sandbox's verdict, so that clients see the status `submitted`. */
const sandboxDelay = 1;

/**
 * Opens the KYC providers. Each is opened when a program needs it, and opened again if the program's settings
 * change.
 */
function openKycProviders(
  { kycAllow, environment }: Config,
  now: () => Instant,
): (choice: ProviderChoice) => KycProvider {
  // In live there is none, whatever a row says.
  const sandbox = environment === 'sandbox' ? openSandboxKyc({ now, delaySeconds: sandboxDelay }) : undefined;
  const manual = openManualKyc();
  const outbound = openOutbound({ ...httpKycLimits, allow: kycAllow });
  return (choice) => {
    if (choice.provider === 'http')
      return openHttpKyc({ outbound, url: choice.url, secret: choice.secret, now });
    if (choice.provider === 'manual') return manual;
    if (!sandbox) throw new Refusal('record_altered');
    return sandbox;
  };
}

export const newId = <Kind extends string>(): Id<Kind> => randomUUID() as Id<Kind>;

export const wallClock = (): Instant => instantOfMillis(performance.timeOrigin + performance.now());
