import { readGroupRoles } from './domain/operators/groups.ts';
import { isCidr } from './operations/networks.ts';
import { isAllowEntry, isRefusal, readTarget } from './providers/outbound/target.ts';
import type { Settings } from './settings.ts';
import { databaseUrlProblem } from './store/connection/transport.ts';

/** Settings that are valid on their own but not in combination. */
export function conflictsIn(env: Settings, environment: NodeJS.ProcessEnv): readonly string[] {
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
  problems.push(...pushConflicts(env), ...screeningConflicts(env), ...identityConflicts(env));
  if (!listOf(env.CLIENTELE_TRUST_PROXY).every(isCidr))
    problems.push('CLIENTELE_TRUST_PROXY must be CIDRs separated by commas, for example 10.0.0.0/8.');
  for (const name of ['CLIENTELE_WEBHOOK_ALLOW', 'CLIENTELE_KYC_ALLOW'] as const)
    if (!listOf(env[name]).every(isAllowEntry))
      problems.push(
        `${name} must be CIDRs or hosts, each with a port if only that one is meant, separated by commas: 10.0.0.0/8, 10.1.2.3:8443, crm.internal:8443.`,
      );
  return problems;
}

function screeningConflicts(env: Settings): readonly string[] {
  const {
    CLIENTELE_SCREENING: by,
    CLIENTELE_SCREENING_URL: url,
    CLIENTELE_SCREENING_SECRET_FILE: file,
  } = env;
  const problems: string[] = [];
  if ((by === 'off') !== (url === undefined))
    problems.push(
      'CLIENTELE_SCREENING=watchman or http and CLIENTELE_SCREENING_URL go together: set both or neither.',
    );
  if (url !== undefined && (isRefusal(readTarget(url)) || /[?#]/.test(url)))
    problems.push(
      'CLIENTELE_SCREENING_URL must be an http or https URL without a user name and a query, for example http://watchman.internal:8084.',
    );
  if ((by === 'http') !== (file !== undefined))
    problems.push(
      'CLIENTELE_SCREENING=http and CLIENTELE_SCREENING_SECRET_FILE go together: set both or neither.',
    );
  return problems;
}

function identityConflicts(env: Settings): readonly string[] {
  const { CLIENTELE_OIDC_ISSUER: issuer, CLIENTELE_OIDC_ROLES: roles } = env;
  const needed = [
    'CLIENTELE_OIDC_ISSUER',
    'CLIENTELE_OIDC_CLIENT_ID',
    'CLIENTELE_OIDC_CLIENT_SECRET_FILE',
    'CLIENTELE_OIDC_ROLES',
  ] as const;
  const missing = needed.filter((name) => env[name] === undefined);
  const problems: string[] = [];
  if (missing.length > 0 && missing.length < needed.length)
    problems.push(`${needed.join(', ')} go together: set ${missing.join(' and ')} too, or none of them.`);
  if (issuer !== undefined && (isRefusal(readTarget(issuer)) || /[?#]/.test(issuer)))
    problems.push(
      'CLIENTELE_OIDC_ISSUER must be a URL without a user name and a query, for example https://login.example.com.',
    );
  else if (issuer?.startsWith('http:') && env.CLIENTELE_ENVIRONMENT === 'live')
    problems.push('CLIENTELE_OIDC_ISSUER must begin with https:// in live: over http anybody could answer.');
  if (issuer !== undefined && env.CLIENTELE_ENVIRONMENT === 'live' && env.CLIENTELE_PUBLIC_URL === undefined)
    problems.push(
      'CLIENTELE_OIDC_ISSUER needs CLIENTELE_PUBLIC_URL in live: the provider sends people back to it. Set it to the address at which they reach the console.',
    );
  const read = roles === undefined ? undefined : readGroupRoles(roles);
  if (typeof read === 'string')
    problems.push(`CLIENTELE_OIDC_ROLES ${read}, for example {"support": {"*": ["agent"]}}.`);
  if (!env.CLIENTELE_OIDC_SCOPES.split(' ').includes('openid'))
    problems.push('CLIENTELE_OIDC_SCOPES must include openid, for example: openid profile email groups.');
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
export function commandOf(text: string): readonly string[] | undefined {
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
export function addressOf(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, literal, name, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = literal ?? name;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

export const listOf = (list: string): readonly string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
