import pg from 'pg';
import { urlsOf } from './hosts.ts';

/**
 * How a connection is protected on its way: `local` never leaves this machine, `verified` is TLS to a server whose
 * certificate and name are checked, `exposed` is anything else.
 */
export type Transport = 'local' | 'verified' | 'exposed';

const isLocalHost = (host: string): boolean => /^(?:\/.*|localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);

/**
 * The protection of the connections to a URL, as the client itself reads it. `undefined` where it cannot be read:
 * connecting explains why.
 */
export function transportOf(url: string): Transport | undefined {
  const found = urlsOf(url).map(transportOfHost);
  return (['exposed', 'verified', 'local'] as const).find((one) => found.includes(one));
}

function transportOfHost(url: string): Transport | undefined {
  try {
    const { host, ssl } = new pg.Client({ connectionString: url }) as unknown as {
      readonly host: string;
      readonly ssl:
        | boolean
        | { readonly rejectUnauthorized?: boolean; readonly checkServerIdentity?: unknown };
    };
    if (isLocalHost(host)) return 'local';
    if (typeof ssl === 'boolean') return ssl ? 'verified' : 'exposed';
    const isChecked = ssl.rejectUnauthorized !== false && ssl.checkServerIdentity === undefined;
    return isChecked ? 'verified' : 'exposed';
  } catch {
    return undefined;
  }
}

/** The modes that libpq knows (PostgreSQL manual, "SSL Mode Descriptions"), and `no-verify` of node-postgres. */
const sslModes = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);

/**
 * The fault in the form of a connection URL, as the end of a sentence that never repeats the URL. Takes what
 * node-postgres takes: also `socket:/folder?db=name`, and a URL with a user and no host, whose host is a parameter.
 */
export function databaseUrlProblem(text: string): string | undefined {
  const urls = urlsOf(text);
  for (const url of urls) {
    const problem = problemOfHost(url);
    if (problem !== undefined) return problem;
  }
  if (urls.length === 1) return undefined;
  const { searchParams } = new URL(urls[0] ?? '');
  if (searchParams.has('host'))
    return 'names hosts twice: use the ones before the path, without the parameter host';
  const wanted = searchParams.get('target_session_attrs');
  return wanted === null || writable.has(wanted)
    ? undefined
    : 'has a target_session_attrs that Clientele cannot work with, because it writes: use read-write';
}

/** What libpq calls a session that writes. */
const writable = new Set(['read-write', 'primary']);

function problemOfHost(text: string): string | undefined {
  if (/^(?:socket:)?\//i.test(text)) return undefined;
  if (!/^postgres(?:ql)?:\/\//i.test(text)) return 'must begin with postgres:// or postgresql://';
  const noHost = 'no-host';
  const whole = text.replace('@/', `@${noHost}/`);
  if (!URL.canParse(whole))
    return 'is not a URL: check its port, and write : / @ # ? % in a password as %3A %2F …';
  const { hostname, searchParams } = new URL(whole);
  if ((hostname === '' || hostname === noHost) && !searchParams.has('host')) return 'names no host';
  const mode = searchParams.get('sslmode');
  if (mode !== null && !sslModes.has(mode))
    return `has an unknown sslmode: use one of ${[...sslModes].join(', ')}`;
  return undefined;
}
