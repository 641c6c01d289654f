import type { ClientConfig } from 'pg';
import pg from 'pg';

export type ServerAddress =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password?: string;
      readonly database: string;
    };

/** The connections of one database, from before they are open until they have ended. */
export interface Clients {
  /** A connection that is not open yet. */
  create(mode?: { readonly pipeline: true }): pg.Client;
  /** Gives an open connection the settings that every statement relies on. */
  prepare(client: pg.ClientBase): Promise<void>;
  /** Closes the sockets of all of them at once, whatever they are doing. */
  breakAll(): void;
  /** Resolves when all have ended; the sockets of those that have not within the time are closed. */
  ended(withinMs: number): Promise<void>;
}

/** Numbers that fit and booleans are read as such; ids, times and bigints stay the text that they are. */
const parsers = {
  getTypeParser: (oid: number) => {
    if (oid === 16) return (text: string) => text === 't';
    if (oid === 21 || oid === 23) return Number;
    return (text: string) => text;
  },
};

export function openClients(
  address: ServerAddress,
  applicationName: string,
  statementTimeoutMs: number,
): Clients {
  const open = new Set<pg.Client>();
  const config = {
    ...('url' in address ? { connectionString: address.url } : address),
    application_name: applicationName,
    // Milliseconds to connect to a live server; the heartbeat notices a dead one.
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types: parsers,
  } as ClientConfig;
  // Set after connecting and not while: proxies that pool by session refuse unknown startup parameters.
  const settings = Object.entries({
    statement_timeout: statementTimeoutMs,
    // How long a duplicate of a request that is still running waits for its row.
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    // Times are read as text, so the session must not write them in the zone of the server.
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    // Every statement has one good plan whatever its values, so it is planned once per connection and kept.
    plan_cache_mode: 'force_generic_plan',
  }).map(([name, value]) => `set ${name} = '${value}'`);

  return {
    create(mode) {
      const client = new pg.Client({ ...config, ...mode });
      open.add(client);
      client.once('end', () => open.delete(client));
      // The pending statement is rejected with the error; without a listener the same error would end the process.
      client.on('error', () => undefined);
      return client;
    },
    async prepare(client) {
      await client.query(settings.join(';'));
    },
    breakAll,
    async ended(withinMs) {
      const ends = Promise.all(
        [...open].map((client) => new Promise((resolve) => client.once('end', resolve))),
      );
      const timer = setTimeout(breakAll, withinMs);
      await ends;
      clearTimeout(timer);
    },
  };

  function breakAll() {
    for (const client of open) destroyConnection(client);
  }
}

/** Closes the socket of a connection: a server that has fallen silent does not answer an orderly end either. */
export function destroyConnection(client: pg.ClientBase): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
