import type { ClientConfig, PoolConfig, QueryResult } from 'pg';
import pg from 'pg';
import { Refusal } from '../domain/errors.ts';
import { isOutage } from './outage.ts';
import type { DatabaseState } from './pulse.ts';
import { startPulse } from './pulse.ts';

/** One statement of SQL, prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

export type Value = string | number | bigint | boolean | null | Buffer | readonly string[];
/** What PostgreSQL answered: numbers and booleans as such, everything else as its text. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** Anything that runs a statement: the database itself, or one transaction. */
export interface Connection {
  /** One statement on a connection of its own; a change commits with it. */
  run(query: Statement, values: readonly Value[]): Promise<readonly Row[]>;
}

export interface Database extends Connection {
  /** One statement that only reads, sent down a shared pipeline without waiting for those before it. */
  read(query: Statement, values: readonly Value[]): Promise<readonly Row[]>;
  /** Several statements, all or nothing. For the rare case; most changes are one statement. */
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /** SQL without values, possibly several statements: migrations and commands only. */
  script(sql: string): Promise<void>;
  /** Whether the database answers, and takes writes, as of the last heartbeat. */
  readonly state: DatabaseState;
  readonly usage: { readonly total: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

export type Address =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

export interface DatabaseOptions {
  readonly address: Address;
  /** Connections for changes. Reads have two pipelines of their own beside them. */
  readonly connections?: number;
  /** Milliseconds that one statement may wait and run, a queue before it included. */
  readonly patience?: number;
  readonly applicationName?: string;
}

const pipelines = 2;

/** Numbers that fit and booleans are read as such; ids, times and bigints stay the text that they are. */
const parsers = {
  getTypeParser: (oid: number) => {
    if (oid === 16) return (text: string) => text === 't';
    if (oid === 21 || oid === 23) return Number;
    return (text: string) => text;
  },
};

/**
 * Connects to PostgreSQL. Nothing is opened until it is needed, and a connection that breaks is replaced.
 *
 * While the heartbeat finds the database silent, every statement that waits is answered `unavailable` at
 * once and new ones are not sent, so that no caller hangs on a database that is gone.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const patience = options.patience ?? 10_000;
  const config = clientConfig(options, patience);
  const pool = new pg.Pool({
    ...config,
    max: options.connections ?? 12,
    // How long a statement queues for a connection; whether the database lives is the heartbeat's business.
    connectionTimeoutMillis: patience,
    idleTimeoutMillis: 30_000,
  } as PoolConfig);
  // The pool drops a broken connection by itself; whoever used it has been told.
  pool.on('error', () => undefined);
  const openClients = new Set<pg.Client>();
  pool.on('connect', (client) => openClients.add(client as unknown as pg.Client));
  pool.on('remove', (client) => openClients.delete(client as unknown as pg.Client));
  const lanes: (Promise<pg.Client> | undefined)[] = new Array(pipelines).fill(undefined);
  let turn = 0;
  let closed = false;
  const waiting = new Set<(error: Refusal) => void>();

  const pulse = startPulse(config, () => {
    for (const give of waiting) give(unavailable());
    waiting.clear();
    for (const [index, lane] of lanes.entries()) {
      lanes[index] = undefined;
      lane?.then(destroy, () => undefined);
    }
    for (const client of openClients) destroy(client);
  });

  /** Ends with the work, with the heartbeat's verdict, or with the caller's patience: whichever is first. */
  function guarded<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const give = (error: Refusal) => settle(() => reject(error));
      const timer = setTimeout(() => give(unavailable()), patience + 500);
      const settle = (how: () => void) => {
        clearTimeout(timer);
        waiting.delete(give);
        how();
      };
      waiting.add(give);
      work.then(
        (result) => settle(() => resolve(result)),
        (error) => settle(() => reject(isOutage(error) ? unavailable(error) : error)),
      );
    });
  }

  async function lane(): Promise<pg.Client> {
    const index = turn;
    turn = (turn + 1) % pipelines;
    const open = lanes[index];
    if (open) return open;
    const opening = openLane(config, () => {
      if (lanes[index] === opening) lanes[index] = undefined;
    });
    lanes[index] = opening;
    return opening;
  }

  const refuseIfSilent = () => {
    if (closed || pulse.state() === 'unreachable') throw unavailable();
  };

  return {
    async read(query, values) {
      refuseIfSilent();
      return guarded(lane().then((client) => ask(client, query, values)));
    },
    async run(query, values) {
      refuseIfSilent();
      return guarded(onPool((client) => ask(client, query, values)));
    },
    async transaction(work) {
      refuseIfSilent();
      return guarded(onPool((client) => inTransaction(client, work)));
    },
    async script(sql) {
      await onPool((client) => client.query(sql));
    },
    get state() {
      return pulse.state();
    },
    get usage() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    async close() {
      closed = true;
      pulse.stop();
      await Promise.all([
        ...lanes.map((open) => open?.then((client) => client.end()).catch(() => undefined)),
        pool.end(),
      ]);
    },
  };

  async function onPool<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await pool.connect();
    let failure: unknown;
    try {
      return await work(client);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.release(failure !== undefined && isOutage(failure) ? (failure as Error) : undefined);
    }
  }
}

/** The answer of a database that is not there. Nothing is known to have been written. */
const unavailable = (cause?: unknown) => new Refusal('unavailable', undefined, { retryAfter: 1, cause });

function clientConfig(options: DatabaseOptions, patience: number): ClientConfig {
  const where = 'url' in options.address ? { connectionString: options.address.url } : options.address;
  return {
    ...where,
    application_name: options.applicationName ?? 'clientele',
    connectionTimeoutMillis: 1_000,
    keepAlive: true,
    statement_timeout: patience,
    // A duplicate of a request that is still running waits for its row; not for ever.
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: patience,
    // Times are read as text, so the session must not write them in the zone of the server.
    // Every statement has one good plan whatever its values, so it is planned once per connection and kept.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_generic_plan',
    types: parsers,
  } as ClientConfig;
}

async function openLane(config: ClientConfig, onEnd: () => void): Promise<pg.Client> {
  const client = new pg.Client({ ...config, pipeline: true } as ClientConfig);
  client.on('error', onEnd);
  client.on('end', onEnd);
  try {
    await client.connect();
  } catch (error) {
    onEnd();
    throw error;
  }
  return client;
}

function ask(client: pg.ClientBase, query: Statement, values: readonly Value[]): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, result: QueryResult<Row>) =>
      error ? reject(error) : resolve(result.rows);
    client.query({ name: query.name, text: query.text, values: values as unknown[] }, answer as never);
  });
}

async function inTransaction<Result>(
  client: pg.PoolClient,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work({ run: (query, values) => ask(client, query, values) });
    await client.query('commit');
    return result;
  } catch (error) {
    // Where even this fails the connection is broken, and PostgreSQL rolls back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Breaks a connection off at its socket: a server that has fallen silent answers no farewell either. */
function destroy(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
