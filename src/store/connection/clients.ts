import type { ClientConfig } from 'pg';
import pg from 'pg';

export type ServerAddress =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

/** The connections of one database, from before they are open until they have ended. */
export interface Clients {
  /** A connection that is not open yet. */
  create(mode?: { readonly pipeline: true }): pg.Client;
  /** Gives an open connection the settings that every statement relies on. */
  prepare(client: pg.ClientBase): Promise<void>;
  /** Breaks all of them off, whatever they are at. */
  breakAll(): void;
  /** Resolves when all have ended; those that have not after so many milliseconds are broken off. */
  ended(within: number): Promise<void>;
}

/** Numbers that fit and booleans are read as such; ids, times and bigints stay the text that they are. */
const parsers = {
  getTypeParser: (oid: number) => {
    if (oid === 16) return (text: string) => text === 't';
    if (oid === 21 || oid === 23) return Number;
    return (text: string) => text;
  },
};

/** `patience`: milliseconds that one statement may run. */
export function openClients(address: ServerAddress, applicationName: string, patience: number): Clients {
  const open = new Set<pg.Client>();
  const config = {
    ...('url' in address ? { connectionString: address.url } : address),
    application_name: applicationName,
    // Milliseconds to connect to a server that lives; one that does not is the heartbeat's business.
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types: parsers,
  } as ClientConfig;
  // Said after connecting and not while: proxies that pool by session refuse unknown startup parameters.
  const settings = Object.entries({
    statement_timeout: patience,
    // A duplicate of a request that is still running waits for its row; not for ever.
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: patience,
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
      // Whoever waits for an answer is told; without a listener the same error would end the process.
      client.on('error', () => undefined);
      return client;
    },
    async prepare(client) {
      await client.query(settings.join(';'));
    },
    breakAll,
    async ended(within) {
      const ends = Promise.all(
        [...open].map((client) => new Promise((resolve) => client.once('end', resolve))),
      );
      const timer = setTimeout(breakAll, within);
      await ends;
      clearTimeout(timer);
    },
  };

  function breakAll() {
    for (const client of open) breakOff(client);
  }
}

/** Breaks a connection off at its socket: a server that has fallen silent answers no farewell either. */
export function breakOff(client: pg.ClientBase): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
