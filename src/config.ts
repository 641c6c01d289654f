import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { envSchema } from 'env-schema';
import { closest, distance } from 'fastest-levenshtein';
import type { Static } from 'typebox';
import type { BudgetLimits } from './domain/customers/lookups.ts';
import { OperatorError } from './domain/operator-error.ts';
import { isCidr } from './operations/networks.ts';
import type { QuotaLimits } from './operations/quotas.ts';
import { isAllowEntry } from './providers/outbound/target.ts';
import type { LogFormat, LogLevel } from './settings.ts';
import { settings } from './settings.ts';
import type { Transport } from './store/connection/transport.ts';
import { databaseUrlProblem, transportOf } from './store/connection/transport.ts';
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
  readonly auditReads: boolean;
  readonly logLevel: LogLevel;
  /** `undefined`: not configured. The command line then chooses by the destination of the log. */
  readonly logFormat: LogFormat | undefined;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** The URL under which clients reach the server. */
  readonly publicUrl: string | undefined;
  readonly trustProxy: readonly string[];
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
    host: env.CLIENTELE_HOST,
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
    auditReads: (env.CLIENTELE_AUDIT_READS ?? (env.CLIENTELE_ENVIRONMENT === 'live' ? '1' : '0')) === '1',
    logLevel: env.CLIENTELE_LOG_LEVEL,
    logFormat: env.CLIENTELE_LOG_FORMAT,
    tls:
      env.CLIENTELE_TLS_CERT_FILE !== undefined && env.CLIENTELE_TLS_KEY_FILE !== undefined
        ? { certFile: resolve(env.CLIENTELE_TLS_CERT_FILE), keyFile: resolve(env.CLIENTELE_TLS_KEY_FILE) }
        : undefined,
    publicUrl: env.CLIENTELE_PUBLIC_URL,
    trustProxy: listOf(env.CLIENTELE_TRUST_PROXY),
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

type Settings = Static<typeof settings>;

const prefix = 'CLIENTELE_';

function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const known = Object.keys(settings.properties);
  const unknown = Object.keys(environment).filter((name) => name.startsWith(prefix) && !known.includes(name));
  const problems = unknown.map((name) => unknownSetting(name, known));
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => known.includes(name) && value !== ''),
  );
  try {
    const read = envSchema<Settings>({ schema: settings, data: given, dotenv: false, env: false });
    if (problems.length === 0) return read;
  } catch (error) {
    problems.push(...invalidSettings(error));
  }
  throw new ConfigError(...problems);
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
function invalidSettings(error: unknown): readonly string[] {
  const { errors } = error as { errors?: readonly { readonly instancePath: string }[] };
  if (!errors) throw error;
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

/** Settings that are valid on their own but not in combination. */
function conflictsIn(env: Settings, environment: NodeJS.ProcessEnv): readonly string[] {
  const problems: string[] = [];
  if ((env.CLIENTELE_ADDRESS_VERIFIER === 'lob') !== (env.CLIENTELE_LOB_KEY_FILE !== undefined))
    problems.push(
      'CLIENTELE_ADDRESS_VERIFIER=lob and CLIENTELE_LOB_KEY_FILE go together: set both or neither.',
    );
  if ((env.CLIENTELE_TLS_CERT_FILE === undefined) !== (env.CLIENTELE_TLS_KEY_FILE === undefined))
    problems.push('CLIENTELE_TLS_CERT_FILE and CLIENTELE_TLS_KEY_FILE go together: set both or neither.');
  problems.push(...rootKeyConflicts(env), ...databaseUrlConflicts(env));
  if (env.CLIENTELE_MIGRATION_DATABASE_URL !== undefined && env.CLIENTELE_DATABASE_URL === undefined)
    problems.push(
      'CLIENTELE_MIGRATION_DATABASE_URL goes with CLIENTELE_DATABASE_URL: set both, or unset it for the embedded database.',
    );
  if (env.CLIENTELE_ENVIRONMENT === 'live' && environment['CLIENTELE_DEMO'] === '1')
    problems.push('CLIENTELE_DEMO=1 belongs in a sandbox: live has no demo data. Unset it, or set it to 0.');
  if (env.CLIENTELE_PUBLIC_URL !== undefined && !isWebUrl(env.CLIENTELE_PUBLIC_URL))
    problems.push(
      'CLIENTELE_PUBLIC_URL must be an http or https URL, for example https://customers.example.com.',
    );
  if (env.CLIENTELE_METRICS_ADDRESS !== undefined && !addressOf(env.CLIENTELE_METRICS_ADDRESS))
    problems.push(
      'CLIENTELE_METRICS_ADDRESS must be an address and a port, for example 127.0.0.1:9464 or [::1]:9464.',
    );
  problems.push(...pushConflicts(env));
  if (!listOf(env.CLIENTELE_TRUST_PROXY).every(isCidr))
    problems.push('CLIENTELE_TRUST_PROXY must be CIDRs separated by commas, for example 10.0.0.0/8.');
  for (const name of ['CLIENTELE_WEBHOOK_ALLOW', 'CLIENTELE_KYC_ALLOW'] as const)
    if (!listOf(env[name]).every(isAllowEntry))
      problems.push(
        `${name} must be CIDRs or hosts, each with a port if only that one is meant, separated by commas: 10.0.0.0/8, 10.1.2.3:8443, crm.internal:8443.`,
      );
  return problems;
}

const databaseUrlConflicts = (env: Settings): readonly string[] =>
  (['CLIENTELE_DATABASE_URL', 'CLIENTELE_MIGRATION_DATABASE_URL'] as const).flatMap((name) => {
    const problem = env[name] && databaseUrlProblem(env[name]);
    return problem ? [`${name} ${problem}. It should look like postgres://user:password@host/database.`] : [];
  });

function rootKeyConflicts(env: Settings): readonly string[] {
  const places = ['CLIENTELE_ROOT_KEY', 'CLIENTELE_ROOT_KEY_FILE', 'CLIENTELE_ROOT_KEY_COMMAND'] as const;
  const given = places.filter((name) => env[name] !== undefined);
  const problems: string[] = [];
  if (given.length > 1) problems.push(`${given.join(' and ')} exclude each other: set one of them.`);
  const command = env.CLIENTELE_ROOT_KEY_COMMAND;
  if (command !== undefined && !commandOf(command)?.[0]?.startsWith('/'))
    problems.push(
      'CLIENTELE_ROOT_KEY_COMMAND must begin with the absolute path of a program: /usr/local/bin/root-key --all, or ["/usr/local/bin/root-key", "an argument with spaces"]. No shell reads it.',
    );
  return problems;
}

/** A program and its arguments: words between spaces, or a JSON array of texts. */
function commandOf(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith('[')) return text.split(/\s+/).filter((word) => word !== '');
  try {
    const words = JSON.parse(text) as readonly unknown[];
    return words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}

function pushConflicts(env: Settings): readonly string[] {
  const problems: string[] = [];
  if (env.CLIENTELE_SYSLOG_URL !== undefined && !isUrlOf(env.CLIENTELE_SYSLOG_URL, ['tls:', 'tcp:', 'udp:']))
    problems.push(
      'CLIENTELE_SYSLOG_URL must be tls://, tcp:// or udp:// with a host and nothing behind its port, for example tls://logs.example.com:6514.',
    );
  if (env.CLIENTELE_SIEM_URL !== undefined && !isSafeSiemUrl(env.CLIENTELE_SIEM_URL))
    problems.push(
      'CLIENTELE_SIEM_URL must be an https URL without a user name, or an http URL on this machine. Put a token into CLIENTELE_SIEM_TOKEN_FILE.',
    );
  if (env.CLIENTELE_SIEM_TOKEN_FILE !== undefined && env.CLIENTELE_SIEM_URL === undefined)
    problems.push('CLIENTELE_SIEM_TOKEN_FILE needs CLIENTELE_SIEM_URL: set both or neither.');
  return problems;
}

function isUrlOf(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  const rest = `${username}${password}${pathname}${search}${hash}`;
  return protocols.includes(protocol) && hostname !== '' && (rest === '' || rest === '/');
}

function isSafeSiemUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && isHere));
}

const isWebUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

/** The parts of `host:port`. */
function addressOf(text: string): Config['metricsAddress'] {
  const [, literal, name, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = literal ?? name;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

const listOf = (list: string): readonly string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

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
  const isLoopback =
    ['127.0.0.1', '::1', 'localhost'].includes(config.host) || config.host.startsWith('127.');
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
