import type { PoolConfig } from 'pg';
import pg from 'pg';
import type { Clients } from './clients.ts';
import { endsConnection, unavailable } from './outage.ts';

/** Connections for changes. One caller uses a connection at a time. */
export interface Pool {
  /** Rejects with `unavailable` if no connection is available in time. */
  withClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result>;
  /** Like `withClient`, without statement timeouts. The connection is closed afterwards. */
  session<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result>;
  /** Replaces every connection that is open now when it is next requested. */
  replaceConnections(): void;
  readonly usage: { readonly total: number; readonly idle: number; readonly waiting: number };
  end(): Promise<void>;
}

interface PoolOptions {
  readonly connections: number;
  /** Milliseconds that a caller waits for a connection. */
  readonly acquireTimeoutMs: number;
  /** Called when no connection was available. */
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
    // The time in a queue for a connection. The heartbeat checks whether the database answers.
    connectionTimeoutMillis: options.acquireTimeoutMs,
    idleTimeoutMillis: 30_000,
  });
  // The pool removes a broken connection itself, and its user has received the error.
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
        // The connection is closed, so that no other user inherits these settings or an unfinished transaction.
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
