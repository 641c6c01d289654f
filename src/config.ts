import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { envSchema } from 'env-schema';
import ipaddr from 'ipaddr.js';
import type { Static } from 'typebox';
import Type from 'typebox';
import { OperatorError } from './domain/operator-error.ts';
import type { Environment } from './store/installation/installation.ts';

/** Every setting there is. `docs/configuration.md` is made from this table, and only this file reads the environment. */
export const settings = Type.Object({
  CLIENTELE_HOST: Type.String({ default: '127.0.0.1', description: 'The address to listen on.' }),
  CLIENTELE_PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    description: 'The port to listen on; 0 takes a free one.',
  }),
  CLIENTELE_DATA_DIR: Type.String({
    default: './.clientele',
    description: 'Where the embedded database, its root key and its log live.',
  }),
  CLIENTELE_DATABASE_URL: Type.Optional(
    Type.String({
      description:
        'A PostgreSQL server (14 or newer) to use instead of the embedded one: postgres://user:password@host/database. Direct or session-pooled.',
    }),
  ),
  CLIENTELE_ROOT_KEY_FILE: Type.Optional(
    Type.String({
      description:
        'The file with the root key: 32 random bytes in base64, readable by its owner only. In a sandbox the first start makes one in the data directory.',
    }),
  ),
  CLIENTELE_ROOT_KEY: Type.Optional(
    Type.String({
      description:
        'The root key itself, in the form of that file, instead of it: for orchestrators that hand secrets over in the environment.',
    }),
  ),
  CLIENTELE_ROTATE_DAYS: Type.Integer({
    default: 30,
    minimum: 0,
    maximum: 3_650,
    description:
      "Days after which a brand's keys are replaced by themselves, and the root key where it is Clientele's own; 0 for never (docs/rotation.md).",
  }),
  CLIENTELE_BACKUP_HORIZON_DAYS: Type.Integer({
    default: 35,
    minimum: 0,
    maximum: 3_650,
    description:
      'Days for which a replaced root key is kept. So long a backup from before can be restored, and opens what was erased since.',
  }),
  CLIENTELE_ENVIRONMENT: Type.Unsafe<Environment>({
    type: 'string',
    enum: ['sandbox', 'live'],
    default: 'sandbox',
    description:
      'What this is: a sandbox to try things in, or live with real people. A database is born as one of them and stays it.',
  }),
  CLIENTELE_DEMO: Type.Unsafe<'0' | '1'>({
    type: 'string',
    enum: ['0', '1'],
    default: '1',
    description:
      'In a sandbox, whether the first start brings demo brands and customers; 0 for an empty start.',
  }),
  CLIENTELE_ADDRESS_VERIFIER: Type.Unsafe<'offline' | 'lob'>({
    type: 'string',
    enum: ['offline', 'lob'],
    default: 'offline',
    description:
      'Who finds out whether mail reaches an address: open ZIP data that needs no network, or Lob (docs/deliverability.md).',
  }),
  CLIENTELE_LOB_KEY_FILE: Type.Optional(
    Type.String({
      description: 'The file with the secret key of a Lob account, for CLIENTELE_ADDRESS_VERIFIER=lob.',
    }),
  ),
  CLIENTELE_LOB_URL: Type.Optional(
    Type.String({
      description:
        "Another address of Lob's API, for tests and proxies; it has to be https and public, or inside CLIENTELE_WEBHOOK_ALLOW.",
    }),
  ),
  CLIENTELE_AUDIT_READS: Type.Unsafe<'0' | '1'>({
    type: 'string',
    enum: ['0', '1'],
    default: '0',
    description:
      'Whether the audit trail also says who read which customers; each read then waits for its entry (docs/audit.md).',
  }),
  CLIENTELE_LOG_LEVEL: Type.Unsafe<LogLevel>({
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    description: 'How much is logged to standard output, one JSON object a line.',
  }),
  CLIENTELE_TLS_CERT_FILE: Type.Optional(
    Type.String({
      description: 'A PEM certificate chain; with CLIENTELE_TLS_KEY_FILE the server speaks TLS itself.',
    }),
  ),
  CLIENTELE_TLS_KEY_FILE: Type.Optional(Type.String({ description: 'The PEM key of that certificate.' })),
  CLIENTELE_TRUST_PROXY: Type.String({
    default: '',
    description:
      'CIDRs, separated by commas, of the proxies in front that speak TLS; their X-Forwarded headers are believed.',
  }),
  CLIENTELE_WEBHOOK_ALLOW: Type.String({
    default: '',
    description: 'CIDRs, separated by commas, that webhooks may reach besides the public internet.',
  }),
  CLIENTELE_RATE_LIMIT: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Requests a minute for each key in live, counted by each process for itself. A sandbox has no limit.',
  }),
});

type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly rootKeyFile: string | undefined;
  /** The root key itself, instead of the file. */
  readonly rootKey: string | undefined;
  /** Days; 0 for never. */
  readonly rotateDays: number;
  /** Days. */
  readonly backupHorizonDays: number;
  readonly environment: Environment;
  readonly demo: boolean;
  /** The account with which Lob verifies addresses; without one they are verified offline. */
  readonly lob: { readonly keyFile: string; readonly url: string | undefined } | undefined;
  readonly auditReads: boolean;
  readonly logLevel: LogLevel;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly trustProxy: readonly string[];
  readonly webhookAllow: readonly string[];
  readonly rateLimit: number;
}

/** A sentence for the operator: which setting is wrong, and what it should be. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
}

/** Reads the environment. @throws ConfigError naming the variable. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const env = readSettings(environment);
  if ((env.CLIENTELE_ADDRESS_VERIFIER === 'lob') !== (env.CLIENTELE_LOB_KEY_FILE !== undefined)) {
    throw new ConfigError(
      'CLIENTELE_ADDRESS_VERIFIER=lob and CLIENTELE_LOB_KEY_FILE go together: set both or neither.',
    );
  }
  if ((env.CLIENTELE_TLS_CERT_FILE === undefined) !== (env.CLIENTELE_TLS_KEY_FILE === undefined)) {
    throw new ConfigError(
      'CLIENTELE_TLS_CERT_FILE and CLIENTELE_TLS_KEY_FILE go together: set both or neither.',
    );
  }
  if (env.CLIENTELE_ROOT_KEY !== undefined && env.CLIENTELE_ROOT_KEY_FILE !== undefined) {
    throw new ConfigError(
      'CLIENTELE_ROOT_KEY and CLIENTELE_ROOT_KEY_FILE exclude each other: set one of them.',
    );
  }
  if (env.CLIENTELE_ENVIRONMENT === 'live' && environment['CLIENTELE_DEMO'] === '1') {
    throw new ConfigError(
      'CLIENTELE_DEMO=1 belongs in a sandbox: live has no demo data. Unset it, or set it to 0.',
    );
  }
  return {
    host: env.CLIENTELE_HOST,
    port: env.CLIENTELE_PORT,
    dataDir: resolve(env.CLIENTELE_DATA_DIR),
    databaseUrl: env.CLIENTELE_DATABASE_URL || undefined,
    rootKeyFile: env.CLIENTELE_ROOT_KEY_FILE && resolve(env.CLIENTELE_ROOT_KEY_FILE),
    rootKey: env.CLIENTELE_ROOT_KEY,
    rotateDays: env.CLIENTELE_ROTATE_DAYS,
    backupHorizonDays: env.CLIENTELE_BACKUP_HORIZON_DAYS,
    environment: env.CLIENTELE_ENVIRONMENT,
    demo: env.CLIENTELE_ENVIRONMENT === 'sandbox' && env.CLIENTELE_DEMO === '1',
    lob:
      env.CLIENTELE_ADDRESS_VERIFIER === 'lob' && env.CLIENTELE_LOB_KEY_FILE !== undefined
        ? { keyFile: resolve(env.CLIENTELE_LOB_KEY_FILE), url: env.CLIENTELE_LOB_URL }
        : undefined,
    auditReads: env.CLIENTELE_AUDIT_READS === '1',
    logLevel: env.CLIENTELE_LOG_LEVEL,
    tls:
      env.CLIENTELE_TLS_CERT_FILE !== undefined && env.CLIENTELE_TLS_KEY_FILE !== undefined
        ? { certFile: resolve(env.CLIENTELE_TLS_CERT_FILE), keyFile: resolve(env.CLIENTELE_TLS_KEY_FILE) }
        : undefined,
    trustProxy: cidrs('CLIENTELE_TRUST_PROXY', env.CLIENTELE_TRUST_PROXY),
    webhookAllow: cidrs('CLIENTELE_WEBHOOK_ALLOW', env.CLIENTELE_WEBHOOK_ALLOW),
    rateLimit: env.CLIENTELE_RATE_LIMIT,
  };
}

function readSettings(environment: NodeJS.ProcessEnv): Static<typeof settings> {
  const known = Object.keys(settings.properties);
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('CLIENTELE_') && !known.includes(name),
  );
  if (unknown.length > 0) {
    throw new ConfigError(
      `There is no setting ${unknown.join(', ')}. The settings are: ${known.join(', ')}.`,
    );
  }
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => known.includes(name) && value !== ''),
  );
  try {
    return envSchema<Static<typeof settings>>({ schema: settings, data: given, dotenv: false, env: false });
  } catch (error) {
    throw new ConfigError(explain(error));
  }
}

/** The validator's finding with the setting's own description. The value itself may be a secret. */
function explain(error: unknown): string {
  const [first] = (error as { errors?: { instancePath: string; message?: string }[] }).errors ?? [];
  const name = first?.instancePath.slice(1) ?? '';
  const properties = settings.properties as Readonly<
    Record<string, { enum?: readonly string[]; description?: string }>
  >;
  const values = properties[name]?.enum;
  const what = values ? `must be one of: ${values.join(', ')}` : (first?.message ?? 'is not valid');
  return `${name} ${what}. ${properties[name]?.description ?? ''}`.trim();
}

function cidrs(name: string, list: string): readonly string[] {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const entry of entries) {
    if (!ipaddr.isValidCIDR(entry))
      throw new ConfigError(`${name} must be CIDRs separated by commas, for example 10.0.0.0/8.`);
  }
  return entries;
}

/**
 * What must not be in live, each as the sentence that says how to mend it. A sandbox may do all of this.
 */
export function unsafeInLive(config: Config): readonly string[] {
  if (config.environment !== 'live') return [];
  const sentences: string[] = [];
  if (config.rootKeyFile === undefined && config.rootKey === undefined) {
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
  return sentences;
}

/** @throws ConfigError with every unsafe setting at once. */
export function refuseUnsafe(config: Config): void {
  const sentences = unsafeInLive(config);
  if (sentences.length > 0) throw new ConfigError(sentences.join('\n'));
}

/** The secret in a file that a setting names. @throws ConfigError where the file cannot be read or is empty. */
export function readSecretFile(name: string, path: string): string {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret !== '') return secret;
  } catch {
    // Said below: for the operator, an unreadable file and an empty one want the same step.
  }
  throw new ConfigError(
    `${name} names a file that cannot be read or is empty: ${path}. Put the secret into it.`,
  );
}
