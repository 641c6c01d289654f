import type { PoolConfig } from 'pg';
import pg from 'pg';
import type { Clients } from './clients.ts';
import { endsConnection, unavailable } from './outage.ts';

/** Connections that one caller has at a time, for changes. */
export interface Pool {
  /** Rejects with `unavailable` where there is no connection to be had. */
  withClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result>;
  /** As `withClient`, without any timeout for statements; the connection is not used again. */
  session<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result>;
  /** Replaces every connection that has been opened so far when it is next asked for. */
  replaceConnections(): void;
  readonly usage: { readonly total: number; readonly idle: number; readonly waiting: number };
  end(): Promise<void>;
}

interface PoolOptions {
  readonly connections: number;
  /** Milliseconds that a caller waits for a connection. */
  readonly acquireTimeoutMs: number;
  /** Called when no connection could be had. */
  readonly onFailure: () => void;
}

export function openPool(clients: Clients, options: PoolOptions): Pool {
  let generation = 0;
  const generationOf = new WeakMap<pg.ClientBase, number>();
  const pool = new pg.Pool({
    // biome-ignore lint/complexity/useArrowFunction: the pool calls it with `new`.
    Client: function () {
      const client = clients.create();
      generationOf.set(client, generation);
      return client;
    } as unknown as PoolConfig['Client'],
    onConnect: clients.prepare,
    max: options.connections,
    // How long a statement queues for a connection; the heartbeat finds out whether the database answers.
    connectionTimeoutMillis: options.acquireTimeoutMs,
    idleTimeoutMillis: 30_000,
  });
  // The pool drops a broken connection by itself, and its user has received the error.
  pool.on('error', () => undefined);

  async function acquire(): Promise<pg.PoolClient> {
    for (;;) {
      let client: pg.PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        options.onFailure();
        throw unavailable(error);
      }
      if (generationOf.get(client) === generation) return client;
      client.release(true);
    }
  }

  return {
    async withClient(work) {
      const client = await acquire();
      let failure: unknown;
      try {
        return await work(client);
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        client.release(endsConnection(failure));
      }
    },
    async session(work) {
      const client = await acquire();
      try {
        await client.query(
          'set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0',
        );
        return await work(client);
      } finally {
        // The next user must inherit neither these settings nor an unfinished transaction.
        client.release(true);
      }
    },
    replaceConnections() {
      generation += 1;
    },
    get usage() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    end: () => pool.end(),
  };
}
