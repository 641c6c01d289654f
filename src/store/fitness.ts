import pg from 'pg';
import type { Address } from './clients.ts';

/** A sentence for the operator: why this server cannot hold the records, and what would. */
export class UnfitServerError extends Error {
  override readonly name = 'UnfitServerError';
}

const oldest = 14;

/**
 * Refuses a server that is too old, not in UTF-8, or behind a proxy that pools by transaction: prepared
 * statements and session settings would reach another session there.
 */
export async function refuseUnfitServer(address: Address): Promise<void> {
  const config = 'url' in address ? { connectionString: address.url } : { ...address };
  const [one, other] = [new pg.Client(config), new pg.Client(config)];
  try {
    await one.connect();
    const { rows } = await one.query(
      "select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding, pg_backend_pid() as pid",
    );
    const { version, encoding, pid } = rows[0] as { version: number; encoding: string; pid: number };
    if (version < oldest) {
      throw new UnfitServerError(
        `This is PostgreSQL ${version}; Clientele needs ${oldest} or newer. Upgrade the server.`,
      );
    }
    if (encoding !== 'UTF8') {
      throw new UnfitServerError(
        `The database is encoded in ${encoding}. Create one with: create database NAME encoding 'UTF8' template template0`,
      );
    }
    // While the first session idles, a proxy that pools by transaction lends its backend to the second.
    await other.connect();
    await other.query('begin');
    const second = await other.query('select pg_backend_pid() as pid');
    await other.query('rollback');
    if (second.rows[0]?.pid === pid) {
      throw new UnfitServerError(
        'CLIENTELE_DATABASE_URL leads to a proxy that pools by transaction, where prepared statements break. Use a direct connection, or pool by session.',
      );
    }
  } catch (error) {
    if (error instanceof UnfitServerError) throw error;
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new UnfitServerError(
      `CLIENTELE_DATABASE_URL cannot be reached${code}. Check host, port, user and database, and that the server runs.`,
    );
  } finally {
    await Promise.allSettled([one.end(), other.end()]);
  }
}
