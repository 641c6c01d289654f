import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { closest, distance } from 'fastest-levenshtein';
import type { BudgetLimits } from './domain/customers/lookups.ts';
import { OperatorError } from './domain/operator-error.ts';
import type { GroupRoles } from './domain/operators/groups.ts';
import { readGroupRoles } from './domain/operators/groups.ts';
import type { QuotaLimits } from './operations/quotas.ts';
import { addressOf, commandOf, conflictsIn, listOf } from './setting-conflicts.ts';
import type { LogFormat, LogLevel, Settings } from './settings.ts';
import { settings } from './settings.ts';
import type { Transport } from './store/connection/transport.ts';
import { transportOf } from './store/connection/transport.ts';
import type { Environment } from './store/installation/installation.ts';

export interface Config {
  /** Variables in the environment that are ignored, as sentences. */
  readonly ignored: readonly string[];
  readonly host: string;
  readonly port: number;
  /** An absolute path. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** The same database for the owner of the tables. */
  readonly migrationDatabaseUrl: string | undefined;
  /** Whether live demands a verified connection to a database on another machine. */
  readonly databaseTls: 'required' | 'optional';
  readonly rootKeyFile: string | undefined;
  readonly auditAnchorFile: string;
  /** The root key itself, as an alternative to the file. */
  readonly rootKey: string | undefined;
  /** A program and its arguments that print the root key, as another alternative. */
  readonly rootKeyCommand: readonly string[] | undefined;
  /** Days; 0 for never. */
  readonly rotateDays: number;
  /** Days. */
  readonly backupHorizonDays: number;
  readonly environment: Environment;
  readonly demo: boolean;
  /** The Lob account that verifies addresses. `undefined`: addresses are verified offline. */
  readonly lob: { readonly keyFile: string; readonly url: string | undefined } | undefined;
  /** `undefined`: no customer is checked against lists. */
  readonly screening: ScreeningConfig | undefined;
  /** `undefined`: people sign in with passwords and passkeys only. */
  readonly identity: IdentityConfig | undefined;
  readonly auditReads: boolean;
  readonly logLevel: LogLevel;
  /** `undefined`: not configured. The command line then chooses by the destination of the log. */
  readonly logFormat: LogFormat | undefined;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** The URL under which clients reach the server. */
  readonly publicUrl: string | undefined;
  readonly trustProxy: readonly string[];
  /** How long a server that was told to stop goes on answering. */
  readonly drainSeconds: number;
  /** Where the metrics are served beside the address of the API. */
  readonly metricsAddress: { readonly host: string; readonly port: number } | undefined;
  readonly metricsTokenFile: string | undefined;
  /** What webhooks reach besides the public internet, and what decision services for KYC do. */
  readonly webhookAllow: readonly string[];
  readonly kycAllow: readonly string[];
  readonly rateLimit: number;
  /** Failed authentications a minute for each source. */
  readonly authFailures: number;
  readonly push: PushConfig;
  readonly budgetLimits: BudgetLimits;
  readonly quotaLimits: QuotaLimits;
}

/** Who checks customers against lists of sanctioned people. */
export interface ScreeningConfig {
  readonly provider: 'watchman' | 'http';
  readonly url: string;
  readonly secretFile: string | undefined;
  /** In percent. */
  readonly minMatch: number;
  readonly perSecond: number;
}

/** Where the people of the console sign in with the accounts of their company. */
export interface IdentityConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly secretFile: string;
  readonly groupRoles: GroupRoles;
  readonly groupsClaim: string;
  readonly scopes: string;
  readonly label: string;
  readonly mustVerifyEmail: boolean;
  readonly strongAcr: readonly string[];
  readonly strongAmr: readonly string[];
}

/** Where security events are pushed. */
export interface PushConfig {
  readonly syslogUrl: string | undefined;
  readonly siemUrl: string | undefined;
  readonly siemTokenFile: string | undefined;
  readonly caFile: string | undefined;
  /** For each process and target. */
  readonly spoolBytes: number;
}

/** Lists the invalid settings and their allowed values, one line for each setting. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';

  constructor(...lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

/**
 * Variables that a platform makes for a service named `clientele` or `clientele-...` (Kubernetes, Docker links). They
 * begin like settings and are none.
 */
const ofPlatform =
  /^CLIENTELE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)$/;
/** The one of them that also is, or ends like, a setting: it has the address of the service, and no number. */
const portOfPlatform = /^CLIENTELE_(?:[A-Z0-9_]+_)?PORT$/;

const isOfPlatform = (name: string, value = ''): boolean =>
  ofPlatform.test(name) || (portOfPlatform.test(name) && /^(?:tcp|udp|sctp):\/\//.test(value));

/**
 * Removes the variables that the client library of PostgreSQL reads by itself, and returns their names. Otherwise
 * PGSSLMODE or PGOPTIONS of another program would decide how this one reaches its own database.
 */
function dropPostgresVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  const names = Object.keys(environment).filter((name) => /^PG[A-Z]+$/.test(name));
  for (const name of names) delete environment[name];
  return names;
}

/** Whether NODE_OPTIONS has a size for the space of young objects, which a flag on a command line would replace. */
export const sizesYoungSpace = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  /semi[-_]space/.test(environment['NODE_OPTIONS'] ?? '');

/** Reads the environment. @throws ConfigError with a line for every invalid setting. */
export function readConfig(all: NodeJS.ProcessEnv = process.env): Config {
  const postgres = all === process.env ? dropPostgresVariables(all) : [];
  const ignored = Object.keys(all).filter((name) => isOfPlatform(name, all[name]));
  const environment = Object.fromEntries(Object.entries(all).filter(([name]) => !ignored.includes(name)));
  const env = readSettings(environment);
  const conflicts = conflictsIn(env, environment);
  if (conflicts.length > 0) throw new ConfigError(...conflicts);
  return {
    ignored: [
      ...ignored.map((name) => `${name} is ignored: a platform made it for a service, and it is no setting.`),
      ...postgres.map((name) => `${name} is ignored: only CLIENTELE_DATABASE_URL says how to connect.`),
    ],
    // A listener of its own for each address of the name would not wait for the drain.
    host: env.CLIENTELE_HOST === 'localhost' ? '127.0.0.1' : env.CLIENTELE_HOST,
    port: env.CLIENTELE_PORT,
    dataDir: resolve(env.CLIENTELE_DATA_DIR),
    databaseUrl: env.CLIENTELE_DATABASE_URL || undefined,
    migrationDatabaseUrl: env.CLIENTELE_MIGRATION_DATABASE_URL,
    auditAnchorFile: resolve(
      env.CLIENTELE_AUDIT_ANCHOR_FILE ?? `${env.CLIENTELE_DATA_DIR}/audit-anchors.ndjson`,
    ),
    databaseTls: env.CLIENTELE_DATABASE_TLS,
    rootKeyFile: env.CLIENTELE_ROOT_KEY_FILE && resolve(env.CLIENTELE_ROOT_KEY_FILE),
    rootKey: env.CLIENTELE_ROOT_KEY,
    rootKeyCommand: env.CLIENTELE_ROOT_KEY_COMMAND ? commandOf(env.CLIENTELE_ROOT_KEY_COMMAND) : undefined,
    rotateDays: env.CLIENTELE_ROTATE_DAYS,
    backupHorizonDays: env.CLIENTELE_BACKUP_HORIZON_DAYS,
    environment: env.CLIENTELE_ENVIRONMENT,
    demo: env.CLIENTELE_ENVIRONMENT === 'sandbox' && env.CLIENTELE_DEMO === '1',
    lob:
      env.CLIENTELE_ADDRESS_VERIFIER === 'lob' && env.CLIENTELE_LOB_KEY_FILE !== undefined
        ? { keyFile: resolve(env.CLIENTELE_LOB_KEY_FILE), url: env.CLIENTELE_LOB_URL }
        : undefined,
    screening: screeningOf(env),
    identity: identityOf(env),
    auditReads: (env.CLIENTELE_AUDIT_READS ?? (env.CLIENTELE_ENVIRONMENT === 'live' ? '1' : '0')) === '1',
    logLevel: env.CLIENTELE_LOG_LEVEL,
    logFormat: env.CLIENTELE_LOG_FORMAT,
    tls:
      env.CLIENTELE_TLS_CERT_FILE !== undefined && env.CLIENTELE_TLS_KEY_FILE !== undefined
        ? { certFile: resolve(env.CLIENTELE_TLS_CERT_FILE), keyFile: resolve(env.CLIENTELE_TLS_KEY_FILE) }
        : undefined,
    publicUrl: env.CLIENTELE_PUBLIC_URL,
    trustProxy: listOf(env.CLIENTELE_TRUST_PROXY),
    drainSeconds: env.CLIENTELE_DRAIN_SECONDS ?? (env.CLIENTELE_ENVIRONMENT === 'live' ? 5 : 0),
    metricsAddress: env.CLIENTELE_METRICS_ADDRESS ? addressOf(env.CLIENTELE_METRICS_ADDRESS) : undefined,
    metricsTokenFile: env.CLIENTELE_METRICS_TOKEN_FILE && resolve(env.CLIENTELE_METRICS_TOKEN_FILE),
    webhookAllow: listOf(env.CLIENTELE_WEBHOOK_ALLOW),
    kycAllow: listOf(env.CLIENTELE_KYC_ALLOW),
    rateLimit: env.CLIENTELE_RATE_LIMIT,
    authFailures: env.CLIENTELE_AUTH_FAILURES,
    push: {
      syslogUrl: env.CLIENTELE_SYSLOG_URL,
      siemUrl: env.CLIENTELE_SIEM_URL,
      siemTokenFile: env.CLIENTELE_SIEM_TOKEN_FILE && resolve(env.CLIENTELE_SIEM_TOKEN_FILE),
      caFile: env.CLIENTELE_PUSH_CA_FILE && resolve(env.CLIENTELE_PUSH_CA_FILE),
      spoolBytes: env.CLIENTELE_PUSH_SPOOL_MB * 1024 * 1024,
    },
    quotaLimits: {
      idempotencyRecords: env.CLIENTELE_IDEMPOTENCY_RECORDS,
      documentBytes: env.CLIENTELE_DOCUMENTS_MB * 1_000_000,
    },
    budgetLimits: {
      ssnMisses: env.CLIENTELE_SSN_MISSES,
      ssnMissesOfBrand: env.CLIENTELE_SSN_MISSES_BRAND,
      searchMisses: env.CLIENTELE_SEARCH_MISSES,
      searchMissesOfBrand: env.CLIENTELE_SEARCH_MISSES_BRAND,
      sameLastFour: env.CLIENTELE_SSN_SAME_LAST_FOUR,
      reveals: env.CLIENTELE_SSN_REVEALS,
    },
  };
}

function screeningOf(env: Settings): ScreeningConfig | undefined {
  const { CLIENTELE_SCREENING: provider, CLIENTELE_SCREENING_URL: url } = env;
  if (provider === 'off' || url === undefined) return undefined;
  const file = env.CLIENTELE_SCREENING_SECRET_FILE;
  return {
    provider,
    url,
    secretFile: file && resolve(file),
    minMatch: env.CLIENTELE_SCREENING_MIN_MATCH,
    perSecond: env.CLIENTELE_SCREENING_RATE,
  };
}

function identityOf(env: Settings): IdentityConfig | undefined {
  const { CLIENTELE_OIDC_ISSUER: issuer, CLIENTELE_OIDC_CLIENT_ID: clientId } = env;
  const { CLIENTELE_OIDC_CLIENT_SECRET_FILE: file, CLIENTELE_OIDC_ROLES: roles = '' } = env;
  const groupRoles = readGroupRoles(roles);
  if (issuer === undefined || clientId === undefined || file === undefined || typeof groupRoles === 'string')
    return undefined;
  return {
    issuer,
    clientId,
    secretFile: resolve(file),
    groupRoles,
    groupsClaim: env.CLIENTELE_OIDC_GROUPS_CLAIM,
    scopes: env.CLIENTELE_OIDC_SCOPES,
    label: env.CLIENTELE_OIDC_LABEL,
    mustVerifyEmail: env.CLIENTELE_OIDC_EMAIL === 'verified',
    strongAcr: listOf(env.CLIENTELE_OIDC_STRONG_ACR),
    strongAmr: listOf(env.CLIENTELE_OIDC_STRONG_AMR),
  };
}

const prefix = 'CLIENTELE_';

/** Reads numbers from texts and adds defaults. A test checks the schema itself, which takes a start longer than its use. */
const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, validateSchema: false });

function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const known = Object.keys(settings.properties);
  const unknown = Object.keys(environment).filter((name) => name.startsWith(prefix) && !known.includes(name));
  const problems = unknown.map((name) => unknownSetting(name, known));
  const read = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => known.includes(name) && value !== ''),
  );
  const isValid = ajv.compile(settings);
  if (!isValid(read)) problems.push(...invalidSettings(isValid.errors ?? []));
  if (problems.length > 0) throw new ConfigError(...problems);
  return read as unknown as Settings;
}

function unknownSetting(name: string, known: readonly string[]): string {
  const similar = closest(name, known);
  // Two swapped letters are two edits. A short name may have fewer edits, because short names are all similar.
  const mostEdits = 1 + Math.floor((name.length - prefix.length) / 4);
  const isTypo = distance(name, similar) <= mostEdits;
  const hint = isTypo ? `Did you mean ${similar}?` : 'docs/configuration.md lists the settings.';
  return `There is no setting ${name}. ${hint}`;
}

/**
 * The validator's findings as one sentence for each setting. The value is not repeated, because it may be a secret.
 */
function invalidSettings(errors: readonly { readonly instancePath: string }[]): readonly string[] {
  const names = new Set(errors.map(({ instancePath }) => instancePath.slice(1)));
  return [...names].map((name) => `${name} must be ${allowedValues(name)}.`);
}

function allowedValues(name: string): string {
  const properties = settings.properties as Readonly<
    Record<string, { enum?: readonly string[]; minimum?: number; maximum?: number }>
  >;
  const { enum: values, minimum, maximum } = properties[name] ?? {};
  return values ? `one of: ${values.join(', ')}` : `a whole number from ${minimum} to ${maximum}`;
}

/** Whether the operator said where the root key is. */
const hasRootKey = ({ rootKey, rootKeyFile, rootKeyCommand }: Config): boolean =>
  [rootKey, rootKeyFile, rootKeyCommand].some((one) => one !== undefined);

/** The unsafe settings in live, each as a sentence with the next step. A sandbox allows all of them. */
export function unsafeInLive(config: Config): readonly string[] {
  if (config.environment !== 'live') return [];
  const sentences: string[] = [];
  if (!hasRootKey(config)) {
    sentences.push(
      'Live needs a root key of its own: umask 077; openssl rand -base64 32 > FILE, then set CLIENTELE_ROOT_KEY_FILE, and keep a copy apart from the backups.',
    );
  }
  const isLoopback = config.host === '::1' || config.host.startsWith('127.');
  if (!isLoopback && !config.tls && config.trustProxy.length === 0) {
    sentences.push(
      'Live does not speak plain HTTP beyond loopback: set CLIENTELE_TLS_CERT_FILE and CLIENTELE_TLS_KEY_FILE, or put a TLS proxy in front and name its addresses in CLIENTELE_TRUST_PROXY.',
    );
  }
  sentences.push(...exposedDatabases(config));
  return sentences;
}

/** The databases that live would reach without a verified connection, each as a sentence with the next step. */
function exposedDatabases({ environment, databaseTls, ...config }: Config): readonly string[] {
  if (environment !== 'live' || databaseTls === 'optional') return [];
  const urls = {
    CLIENTELE_DATABASE_URL: config.databaseUrl,
    CLIENTELE_MIGRATION_DATABASE_URL: config.migrationDatabaseUrl,
  };
  return Object.entries(urls)
    .filter(([, url]) => url !== undefined && transportOf(url) === 'exposed')
    .map(
      ([name]) =>
        `Live reaches a database on another machine only over TLS with a checked certificate: add sslmode=verify-full to ${name} (and sslrootcert=FILE for an authority of your own). If the network itself protects the connection, set CLIENTELE_DATABASE_TLS=optional.`,
    );
}

/** The protection of the least protected connection to an external database. */
export function weakestTransport({ databaseUrl, migrationDatabaseUrl }: Config): Transport | undefined {
  const found = [databaseUrl, migrationDatabaseUrl].map((url) => url && transportOf(url));
  return (['exposed', 'verified', 'local'] as const).find((one) => found.includes(one));
}

/** @throws ConfigError where a command of live would reach its database over an open connection. */
export function refuseExposedDatabase(config: Config): void {
  const sentences = exposedDatabases(config);
  if (sentences.length > 0) throw new ConfigError(...sentences);
}

/** @throws ConfigError with every unsafe setting at once. */
export function refuseUnsafe(config: Config): void {
  const sentences = unsafeInLive(config);
  if (sentences.length > 0) throw new ConfigError(...sentences);
}

/** The secret in a file that a setting names. @throws ConfigError if the file cannot be read or is empty. */
export function readSecretFile(name: string, path: string): string {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret !== '') return secret;
  } catch {
    // Handled below: an unreadable file and an empty one have the same next step.
  }
  throw new ConfigError(
    `${name} names a file that cannot be read or is empty: ${path}. Put the secret into it.`,
  );
}

/**
 * The address at which people reach the console: the public URL, or this machine by its name, because WebAuthn refuses
 * an IP address.
 */
export function consoleOrigin({ publicUrl, host, port, tls }: Config, listening: number = port): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
  const isNamed = /[a-z]/i.test(host) && !host.includes(':');
  return `${tls ? 'https' : 'http'}://${isNamed ? host : 'localhost'}:${listening}`;
}
