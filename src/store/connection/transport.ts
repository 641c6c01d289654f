import pg from 'pg';

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
