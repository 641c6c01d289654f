import type pg from 'pg';
import type { ServerAddress } from './clients.ts';
import { openClients } from './clients.ts';
import type { DatabaseState } from './heartbeat.ts';
import { startHeartbeat } from './heartbeat.ts';
import { unavailable } from './outage.ts';
import type { PendingQuery } from './pending-queries.ts';
import { trackQueries } from './pending-queries.ts';
import { openPipelines } from './pipelines.ts';
import { openPool } from './pool.ts';
import type { Row, Statement, Value } from './statement.ts';
import { statement } from './statement.ts';
import { openWakeChannel } from './wake-channel.ts';

export type { Row, Statement, Value } from './statement.ts';
export { statement } from './statement.ts';

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
  /**
   * SQL without values, possibly several statements, for as long as they take: migrations and commands only.
   * Answers the rows of all of them.
   */
  script(sql: string): Promise<readonly Row[]>;
  /** A connection without timeouts for one long piece of work, such as a backup; it is not used again. */
  session<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result>;
  /**
   * Wakes the listeners for new work, in this process at once and in every other soon. Called after a commit;
   * calls that come close together are passed on once.
   */
  wake(): void;
  /** Calls `listener` whenever any process wakes the listeners. Returns a function that stops it. */
  onWake(listener: () => void): () => void;
  /** Whether the database answers, gives connections and takes writes, as of the last heartbeat. */
  readonly state: DatabaseState;
  readonly usage: { readonly total: number; readonly idle: number; readonly waiting: number };
  /**
   * Waits for the first answer: a machine that is busy starting up is not an outage.
   * @throws Refusal `unavailable` when the timeout for one statement is over.
   */
  ready(): Promise<void>;
  /** Ends every connection: at once if nothing runs, and by closing the socket if the server is silent. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly address: ServerAddress;
  /** Connections for changes. Reads have two pipelines of their own beside them. */
  readonly connections?: number;
  /** Milliseconds that one statement may wait and run, a queue before it included. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
}

const pipelineCount = 2;
/** Milliseconds that connections have for an orderly end. */
const closeTimeoutMs = 1_000;

/**
 * Connects to PostgreSQL. Nothing is opened until it is needed, and a connection that breaks is replaced.
 *
 * While the heartbeat finds the database unreachable, every statement that waits is answered `unavailable` at
 * once and new ones are not sent, so that no caller hangs on a database that is gone.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const clients = openClients(options.address, options.applicationName ?? 'clientele', statementTimeoutMs);
  const checkNewConnections = () => heartbeat.checkNewConnections();
  const queries = trackQueries(statementTimeoutMs, {
    onAnswer: () => heartbeat.noteAnswer(),
    onReadOnly: checkNewConnections,
  });
  const pipelines = openPipelines(clients, pipelineCount, checkNewConnections);
  const pool = openPool(clients, {
    connections: options.connections ?? 12,
    acquireTimeoutMs: statementTimeoutMs,
    onFailure: checkNewConnections,
  });
  const wakeChannel = openWakeChannel((sql) => database.run(statement('', sql), []));
  const heartbeat = startHeartbeat(
    () => wakeChannel.listen(clients.create()),
    (now, before) => {
      // A session that began while the database took no writes may go on refusing them.
      if (before === 'read only') pool.replaceConnections();
      if (now !== 'unreachable') return;
      queries.rejectAll();
      pipelines.forgetAll();
      clients.breakAll();
    },
  );
  let closing: Promise<void> | undefined;

  function whileReachable<Result>(work: (pending: PendingQuery) => Promise<Result>): Promise<Result> {
    if (closing || heartbeat.state() === 'unreachable') return Promise.reject(unavailable());
    return queries.run(work);
  }

  async function endAll(): Promise<void> {
    pipelines.end();
    // The heartbeat goes on meanwhile: if the server falls silent, the heartbeat ends this wait.
    await pool.end();
    heartbeat.stop();
    await clients.ended(closeTimeoutMs);
  }

  const database: Database = {
    wake: wakeChannel.notify,
    onWake: wakeChannel.onNotify,
    read: (query, values) =>
      whileReachable(async (pending) => queries.send(pending, await pipelines.next(), query, values)),
    run: (query, values) =>
      whileReachable((pending) => pool.withClient((client) => queries.send(pending, client, query, values))),
    transaction: (work) =>
      whileReachable((pending) =>
        pool.withClient((client) =>
          inTransaction(client, () =>
            work({ run: (query, values) => queries.send(pending, client, query, values) }),
          ),
        ),
      ),
    script: (sql) =>
      pool.session(async (client) => [await client.query<Row>(sql)].flat().flatMap(({ rows }) => rows)),
    session: pool.session,
    ready: () => withTimeout(statementTimeoutMs, heartbeat.firstAnswer),
    get state() {
      return heartbeat.state();
    },
    get usage() {
      return pool.usage;
    },
    close() {
      wakeChannel.close();
      closing ??= endAll();
      return closing;
    },
  };
  return database;
}

async function withTimeout(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable()), timeoutMs);
  });
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

async function inTransaction<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // If even this fails, the connection is broken and PostgreSQL rolls back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
