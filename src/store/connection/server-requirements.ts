import pg from 'pg';
import { OperatorError } from '../../domain/operator-error.ts';
import type { ServerAddress } from './clients.ts';
import { destroyConnection } from './clients.ts';
import { urlsOf } from './hosts.ts';

/** A message for the operator: why this server is not suitable, and the next step. */
class ServerRequirementError extends OperatorError {
  override readonly name = 'UnfitServerError';
}

const oldest = 14;
/** Milliseconds for one connection attempt or one answer of the server. */
const timeoutMs = 5_000;

/**
 * Refuses a server that is too old, not in UTF-8, or behind a proxy that pools by transaction. Such a proxy sends
 * prepared statements and session settings to different sessions.
 */
export async function requireSuitableServer(address: ServerAddress): Promise<void> {
  const server = await writableServer(address);
  const clients = [clientFor(server), clientFor(server)] as const;
  // An error of a connection also rejects the promise that waits for it.
  for (const client of clients) client.on('error', () => undefined);
  try {
    const [one, other] = clients;
    await one.connect();
    await requireSuitableDatabase(one);
    await other.connect();
    await refuseSharedSession(one, other);
  } catch (error) {
    if (error instanceof ServerRequirementError) throw error;
    throw new ServerRequirementError(
      `CLIENTELE_DATABASE_URL cannot be reached${codeOf(error)}. Check host, port, user and database, and that the server runs.`,
    );
  } finally {
    for (const client of clients) void client.end().catch(() => undefined);
    // A server that does not answer the end of a connection would keep this process alive.
    setTimeout(() => clients.forEach(destroyConnection), 1_000).unref();
  }
}

/** The host that takes writes, where the address has several. */
async function writableServer(address: ServerAddress): Promise<ServerAddress> {
  const urls = 'url' in address ? urlsOf(address.url) : [];
  if (urls.length < 2) return address;
  for (const url of urls) if (await takesWrites(clientFor({ url }))) return { url };
  throw new ServerRequirementError(
    `None of the ${urls.length} hosts of CLIENTELE_DATABASE_URL takes writes. Check that one of them runs as the primary, and that this machine reaches it.`,
  );
}

async function takesWrites(client: pg.Client): Promise<boolean> {
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('show transaction_read_only');
    return rows[0]?.transaction_read_only === 'off';
  } catch {
    return false;
  } finally {
    void client.end().catch(() => undefined);
    setTimeout(() => destroyConnection(client), 1_000).unref();
  }
}

function clientFor(address: ServerAddress): pg.Client {
  try {
    return new pg.Client({
      ...('url' in address ? { connectionString: address.url } : address),
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
  } catch (error) {
    // The original error quotes the whole address with the password.
    throw new ServerRequirementError(
      `CLIENTELE_DATABASE_URL cannot be read${codeOf(error)}. It should look like postgres://user:password@host/database, and every file that it names must be there.`,
    );
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';

async function requireSuitableDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding",
  );
  const { version, encoding } = rows[0] as { version: number; encoding: string };
  if (version < oldest) {
    throw new ServerRequirementError(
      `This is PostgreSQL ${version}; Clientele needs ${oldest} or newer. Upgrade the server.`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new ServerRequirementError(
      `The database is encoded in ${encoding}. Create one with: create database NAME encoding 'UTF8' template template0`,
    );
  }
}

/**
 * A direct session keeps one backend of its own. A proxy that pools by transaction lends the backend of an idle
 * session to another session, and may assign another backend to the first one later.
 */
async function refuseSharedSession(one: pg.Client, other: pg.Client): Promise<void> {
  const own = [await backendOf(one), await backendOf(one)];
  await other.query('begin');
  const others = await backendOf(other);
  own.push(await backendOf(one));
  await other.query('rollback');
  own.push(await backendOf(one));
  if (new Set(own).size === 1 && !own.includes(others)) return;
  throw new ServerRequirementError(
    'CLIENTELE_DATABASE_URL leads to a proxy that pools by transaction, where prepared statements break. Use a direct connection, or pool by session.',
  );
}

async function backendOf(client: pg.Client): Promise<number> {
  return (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;
}
