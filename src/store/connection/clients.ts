import type { ClientConfig } from 'pg';
import pg from 'pg';
import { urlsOf } from './hosts.ts';

export type ServerAddress =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password?: string;
      readonly database: string;
    };

/** The connections of one database, from their creation until they have ended. */
export interface Clients {
  /** A connection that is not open yet. */
  create(mode?: { readonly pipeline: true }): pg.Client;
  /** Makes later connections go to the next host, where the address has several. */
  useNextHost(): void;
  /** Whether a server that takes no writes is not the right one, because another host of the address is. */
  readonly demandsWrites: boolean;
  /** Gives an open connection the settings that every statement relies on. */
  prepare(client: pg.ClientBase): Promise<void>;
  /** Closes the sockets of all of them at once, whatever they are doing. */
  breakAll(): void;
  /** Resolves when all have ended. After `withinMs` it closes the sockets of the rest. */
  ended(withinMs: number): Promise<void>;
}

/** Booleans and numbers that fit are parsed. Ids, times and bigints stay text. */
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
  const hosts = 'url' in address ? urlsOf(address.url).map((url) => ({ connectionString: url })) : [address];
  let host = 0;
  const config = {
    application_name: applicationName,
    // Milliseconds to connect to a live server; the heartbeat notices a dead one.
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types: parsers,
  } as ClientConfig;
  // These are set after connecting, because proxies that pool by session refuse unknown startup parameters.
  const settings = Object.entries({
    statement_timeout: statementTimeoutMs,
    // How long a duplicate of a request that is still running waits for its row.
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    // Times are read as text, so the session must not use the time zone of the server.
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    // Every statement has one good plan for all values, so each connection plans it once.
    plan_cache_mode: 'force_generic_plan',
  }).map(([name, value]) => `set ${name} = '${value}'`);

  return {
    create(mode) {
      const client = new pg.Client({ ...config, ...hosts[host], ...mode });
      open.add(client);
      client.once('end', () => open.delete(client));
      // The pending statement is rejected with the error; without a listener the same error would end the process.
      client.on('error', () => undefined);
      return client;
    },
    useNextHost() {
      host = (host + 1) % hosts.length;
    },
    demandsWrites: hosts.length > 1,
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

/** Closes the socket of a connection. A silent server would not answer an orderly end. */
export function destroyConnection(client: pg.ClientBase): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
