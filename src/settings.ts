import type { Static } from 'typebox';
import Type from 'typebox';
import type { Environment } from './store/installation/installation.ts';

/** So many a day. */
const budget = (standard: number, description: string) =>
  Type.Integer({ default: standard, minimum: 1, maximum: 1_000_000, description });

/** Every setting. `src/config.ts` reads them, and `docs/configuration.md` is generated from them. */
export const settings = Type.Object({
  CLIENTELE_HOST: Type.String({
    default: '127.0.0.1',
    description: 'The address to listen on; localhost is 127.0.0.1.',
  }),
  CLIENTELE_PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    description: 'The port to listen on; 0 takes a free one.',
  }),
  CLIENTELE_DATA_DIR: Type.String({
    default: './.clientele',
    description: 'The directory of the embedded database, its root key and its log.',
  }),
  CLIENTELE_DATABASE_URL: Type.Optional(
    Type.String({
      description:
        'A PostgreSQL server (14 or newer) to use instead of the embedded one: postgres://user:password@host/database. Direct or session-pooled. With several hosts (host1:5432,host2:5432), the one that takes writes is used (docs/high-availability.md).',
    }),
  ),
  CLIENTELE_MIGRATION_DATABASE_URL: Type.Optional(
    Type.String({
      description:
        'The same database for a role that owns the tables. Migrations and restores connect with it, so that the role of CLIENTELE_DATABASE_URL needs no more than its grants (docs/moving-to-postgresql.md).',
    }),
  ),
  CLIENTELE_DATABASE_TLS: Type.Unsafe<'required' | 'optional'>({
    type: 'string',
    enum: ['required', 'optional'],
    default: 'required',
    description:
      'Whether live demands TLS with a checked certificate (sslmode=verify-full) to a PostgreSQL server on another machine. A Unix socket and loopback need none. optional leaves it to the URL, for a network that protects the connection itself.',
  }),
  CLIENTELE_ROOT_KEY_FILE: Type.Optional(
    Type.String({
      description:
        'The file with the root key: 32 random bytes in base64, readable by its owner only. In a sandbox the first start makes one in the data directory.',
    }),
  ),
  CLIENTELE_ROOT_KEY: Type.Optional(
    Type.String({
      description:
        'The root key itself, in the format of that file. Use it instead of the file if your orchestrator passes secrets in the environment.',
    }),
  ),
  CLIENTELE_ROOT_KEY_COMMAND: Type.Optional(
    Type.String({
      description:
        'A program, with its absolute path and its arguments, that prints the root key in the format of that file within 10 seconds: the command line of a KMS or a secret store (docs/rotation.md). Words are separated by spaces, or are a JSON array. No shell reads it.',
    }),
  ),
  CLIENTELE_ROTATE_DAYS: Type.Integer({
    default: 30,
    minimum: 0,
    maximum: 3_650,
    description:
      'Days after which Clientele replaces the keys of a brand, and its own root key if it made one; 0 for never (docs/rotation.md).',
  }),
  CLIENTELE_BACKUP_HORIZON_DAYS: Type.Integer({
    default: 35,
    minimum: 0,
    maximum: 3_650,
    description:
      'Days for which a replaced root key is kept, at least 31: stored events are proven under it. For as long, an older backup can be restored, and opens records that were erased since.',
  }),
  CLIENTELE_ENVIRONMENT: Type.Unsafe<Environment>({
    type: 'string',
    enum: ['sandbox', 'live'],
    default: 'sandbox',
    description:
      'A sandbox for development and tests, or live with real people. The first start decides it for the database, and it never changes.',
  }),
  CLIENTELE_DEMO: Type.Unsafe<'0' | '1'>({
    type: 'string',
    enum: ['0', '1'],
    default: '1',
    description:
      'Whether the first start of a sandbox creates demo brands and customers; 0 for an empty start.',
  }),
  CLIENTELE_ADDRESS_VERIFIER: Type.Unsafe<'offline' | 'lob'>({
    type: 'string',
    enum: ['offline', 'lob'],
    default: 'offline',
    description:
      'What decides whether mail reaches an address: open ZIP data that needs no network, or Lob (docs/deliverability.md).',
  }),
  CLIENTELE_LOB_KEY_FILE: Type.Optional(
    Type.String({
      description: 'The file with the secret key of a Lob account, for CLIENTELE_ADDRESS_VERIFIER=lob.',
    }),
  ),
  CLIENTELE_LOB_URL: Type.Optional(
    Type.String({
      description:
        "Another URL of Lob's API, for tests and proxies. It has to be https and public, or at an internal address of the host and port that it names.",
    }),
  ),
  CLIENTELE_SCREENING: Type.Unsafe<'off' | 'watchman' | 'http'>({
    type: 'string',
    enum: ['off', 'watchman', 'http'],
    default: 'off',
    description:
      'Who checks customers against lists of sanctioned people: nobody, a Watchman of your own, or a service of yours (docs/screening.md).',
  }),
  CLIENTELE_SCREENING_URL: Type.Optional(
    Type.String({
      description:
        'Where it is reached. It has to be https and public, or at an internal address of the host and port that it names, where it may be http.',
    }),
  ),
  CLIENTELE_SCREENING_SECRET_FILE: Type.Optional(
    Type.String({
      description:
        'The file with the secret that signs the calls of CLIENTELE_SCREENING=http: whsec_ and base64.',
    }),
  ),
  CLIENTELE_SCREENING_MIN_MATCH: Type.Integer({
    default: 85,
    minimum: 50,
    maximum: 100,
    description:
      'The lowest score in percent of an entry that Watchman reports. A service of yours decides for itself.',
  }),
  CLIENTELE_SCREENING_RATE: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 10_000,
    description: 'Customers that each process has checked in a second, at most.',
  }),
  CLIENTELE_OIDC_ISSUER: Type.Optional(
    Type.String({
      description:
        'The issuer of your provider of OpenID Connect, at which people sign in to the console (docs/operators.md). It has to be https, and http in a sandbox. It may be at an internal address of the host and port that it names. Set it once every process runs this version.',
    }),
  ),
  CLIENTELE_OIDC_CLIENT_ID: Type.Optional(
    Type.String({ description: 'The id under which the provider knows this service.' }),
  ),
  CLIENTELE_OIDC_CLIENT_SECRET_FILE: Type.Optional(
    Type.String({ description: 'The file with the client secret that the provider gave out.' }),
  ),
  CLIENTELE_OIDC_ROLES: Type.Optional(
    Type.String({
      description:
        'Which roles the groups of the provider give, as JSON: {"group": {"brand": ["role"]}}. A brand is its name or id, or * for all. A person without such a group is refused.',
    }),
  ),
  CLIENTELE_OIDC_GROUPS_CLAIM: Type.String({
    default: 'groups',
    description: 'The claim in which the provider names the groups of a person.',
  }),
  CLIENTELE_OIDC_SCOPES: Type.String({
    default: 'openid profile email',
    description: 'The scopes that the provider is asked for, separated by spaces.',
  }),
  CLIENTELE_OIDC_LABEL: Type.String({
    default: 'single sign-on',
    description: 'What the button says after "Sign in with": the name of your provider.',
  }),
  CLIENTELE_OIDC_EMAIL: Type.Unsafe<'verified' | 'assigned'>({
    type: 'string',
    enum: ['verified', 'assigned'],
    default: 'verified',
    description:
      'Whether an email address counts only if the provider says email_verified. assigned is for a directory that gives people their addresses itself and sends no such claim.',
  }),
  CLIENTELE_OIDC_STRONG_ACR: Type.String({
    default: '',
    description:
      'Values of acr, separated by commas. The provider is asked for them, and one of them in its answer counts as a passkey. Without any, live demands a passkey here.',
  }),
  CLIENTELE_OIDC_STRONG_AMR: Type.String({
    default: '',
    description: 'Values of amr, separated by commas, of which one in the answer counts as a passkey.',
  }),
  CLIENTELE_AUDIT_ANCHOR_FILE: Type.Optional(
    Type.String({
      description:
        'The file to which each signed checkpoint of the audit trails is appended, so that the database alone cannot take one back. Without it: audit-anchors.ndjson in the data directory (docs/audit.md).',
    }),
  ),
  CLIENTELE_AUDIT_READS: Type.Optional(
    Type.Unsafe<'0' | '1'>({
      type: 'string',
      enum: ['0', '1'],
      description:
        'Whether the audit trail also records who read which customers; each read then waits for its entry (docs/audit.md). The default is 1 in live and 0 in a sandbox.',
    }),
  ),
  CLIENTELE_LOG_LEVEL: Type.Unsafe<LogLevel>({
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    description: 'How much is logged to standard output.',
  }),
  CLIENTELE_LOG_FORMAT: Type.Optional(
    Type.Unsafe<LogFormat>({
      type: 'string',
      enum: ['pretty', 'json'],
      description:
        'How the log is written: pretty for people, json for collectors (one JSON object a line). A sandbox on a terminal defaults to pretty, everything else to json.',
    }),
  ),
  CLIENTELE_TLS_CERT_FILE: Type.Optional(
    Type.String({
      description:
        'The file with a PEM certificate chain. With CLIENTELE_TLS_KEY_FILE, the server does TLS itself.',
    }),
  ),
  CLIENTELE_TLS_KEY_FILE: Type.Optional(
    Type.String({ description: 'The file with the PEM key of that certificate.' }),
  ),
  CLIENTELE_PUBLIC_URL: Type.Optional(
    Type.String({
      description:
        'The URL under which clients reach the server, such as https://customers.example.com. A request whose Host header has another name than this, the address of CLIENTELE_HOST or localhost is refused (421); an IP address is always accepted.',
    }),
  ),
  CLIENTELE_TRUST_PROXY: Type.String({
    default: '',
    description:
      'CIDRs, separated by commas, of the TLS proxies in front of the server. Their X-Forwarded headers are trusted, and plain HTTP from any other address is refused (403), except for /livez and /readyz, and for /metrics from this machine.',
  }),
  CLIENTELE_DRAIN_SECONDS: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 600,
      description:
        'Seconds for which a server that gets SIGTERM goes on answering, with 503 at /readyz and Connection: close on every answer, so that load balancers send requests elsewhere (docs/operating.md). Ctrl-C does not wait. The default is 5 in live and 0 in a sandbox.',
    }),
  ),
  CLIENTELE_METRICS_ADDRESS: Type.Optional(
    Type.String({
      description:
        'An address and a port that serve /metrics and nothing else, for example 10.0.0.5:9464. With a certificate of the server it is https. It answers everybody who reaches it, unless CLIENTELE_METRICS_TOKEN_FILE is set.',
    }),
  ),
  CLIENTELE_METRICS_TOKEN_FILE: Type.Optional(
    Type.String({
      description:
        'The file with a token that readers of /metrics send as Authorization: Bearer. Without one, live shows the metrics at the address of the API only to its own machine.',
    }),
  ),
  CLIENTELE_WEBHOOK_ALLOW: Type.String({
    default: '',
    description:
      'What webhooks can reach besides the public internet, separated by commas: CIDRs (10.0.0.0/8), addresses and hosts, each with a port if only that one is meant (crm.internal:8443). A URL there may be http and proves nothing before it gets events.',
  }),
  CLIENTELE_KYC_ALLOW: Type.String({
    default: '',
    description:
      'What the decision services of KYC programs can be reached at besides the public internet, in the same form. CLIENTELE_WEBHOOK_ALLOW does not count for them.',
  }),
  CLIENTELE_RATE_LIMIT: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Requests a minute for each key in live, counted by each process for itself. A sandbox has no limit.',
  }),
  CLIENTELE_AUTH_FAILURES: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'Failed authentications a minute from one source address in live, counted by each process for itself. Beyond it the source is answered 429, except for keys that were right from there before. A sandbox has no limit.',
  }),
  CLIENTELE_SYSLOG_URL: Type.Optional(
    Type.String({
      description:
        'Where security events are pushed by syslog (RFC 5424): tls://host:6514, tcp://host:601 or udp://host:514 (docs/pushing-security-events.md).',
    }),
  ),
  CLIENTELE_SIEM_URL: Type.Optional(
    Type.String({
      description:
        'Where security events are pushed by HTTP POST, one JSON object a line (application/x-ndjson). It has to be https, or http on this machine.',
    }),
  ),
  CLIENTELE_SIEM_TOKEN_FILE: Type.Optional(
    Type.String({
      description:
        'The file with the token for CLIENTELE_SIEM_URL. A token alone is sent as Bearer; a text with a space, such as Splunk TOKEN, is the whole Authorization header.',
    }),
  ),
  CLIENTELE_PUSH_CA_FILE: Type.Optional(
    Type.String({
      description:
        'A file with PEM certificates of the authorities that both push targets are checked against, instead of the public ones.',
    }),
  ),
  CLIENTELE_PUSH_SPOOL_MB: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 10_000,
    description:
      'Megabytes of security events that each process keeps in the data directory for each push target that does not answer. Beyond it the oldest are dropped and counted.',
  }),
  CLIENTELE_SSN_MISSES: budget(
    30,
    'SSNs that a key may ask for in a day without finding anybody, or send and be told that they are taken or differ from the stored one (docs/lookups.md).',
  ),
  CLIENTELE_SSN_MISSES_BRAND: budget(100, 'The same for all keys of a brand together.'),
  CLIENTELE_SEARCH_MISSES: budget(
    1_000,
    'Searches by email, phone, or last name and date of birth that may find nobody, for each key and day.',
  ),
  CLIENTELE_SEARCH_MISSES_BRAND: budget(5_000, 'The same for all keys of a brand together.'),
  CLIENTELE_SSN_SAME_LAST_FOUR: budget(
    50,
    'New SSNs with the same last four digits that a brand may send in a day. A brand with more than 200,000 new customers a day needs more.',
  ),
  CLIENTELE_IDEMPOTENCY_RECORDS: Type.Integer({
    default: 5_000_000,
    minimum: 1,
    maximum: 1_000_000_000,
    description:
      'Answers under Idempotency-Keys that a brand may have kept at once; each is kept for 24 hours. Beyond it a new key is answered 429, and requests without one go on (docs/scaling.md).',
  }),
  CLIENTELE_DOCUMENTS_MB: Type.Integer({
    default: 100_000,
    minimum: 1,
    maximum: 1_000_000_000,
    description:
      'Megabytes (1,000,000 bytes) of document images that a brand may have stored. Beyond it new ones are answered 403 (docs/scaling.md).',
  }),
  CLIENTELE_SSN_REVEALS: budget(100, 'Full SSNs that a key may read in a day.'),
});

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
export type LogFormat = 'pretty' | 'json';

export type Settings = Static<typeof settings>;
