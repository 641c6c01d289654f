import type pg from 'pg';
import type { Clients, ServerAddress } from './clients.ts';
import { openClients } from './clients.ts';
import type { Groups } from './groups.ts';
import { openGroups } from './groups.ts';
import type { DatabaseState, Heartbeat } from './heartbeat.ts';
import { startHeartbeat } from './heartbeat.ts';
import { isContended, isUnavailable, unavailable } from './outage.ts';
import type { PendingQueries, PendingQuery } from './pending-queries.ts';
import { trackQueries } from './pending-queries.ts';
import type { Pipelines } from './pipelines.ts';
import { openPipelines } from './pipelines.ts';
import type { Pool } from './pool.ts';
import { openPool } from './pool.ts';
import type { SharedReads } from './shared-reads.ts';
import { openSharedReads } from './shared-reads.ts';
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
  /** Reads of single rows by their ids: those that arrive together share a statement. */
  readonly sharedReads: SharedReads;
  /**
   * One statement that makes several changes, on a connection that others share. It commits by itself. It waits for no
   * lock longer than a moment: then it fails, and none of its changes is made.
   */
  runTogether(query: Statement, values: readonly Value[]): Promise<readonly Row[]>;
  /** Puts changes together that arrive at the same time; `undefined` within a transaction. */
  readonly groups: Groups | undefined;
  /** Several statements, all or nothing. Rarely needed: most changes are one statement. */
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  /**
   * SQL without values, possibly several statements, without a time limit. Only for migrations and commands.
   * Returns the rows of all statements.
   */
  script(sql: string): Promise<readonly Row[]>;
  /** A connection without timeouts for one long piece of work, such as a backup. It is closed afterwards. */
  session<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result>;
  /**
   * Wakes the listeners for new work, in this process at once and in every other soon. Callers call it after a
   * commit. Calls within a few milliseconds are sent to other processes once.
   */
  wake(): void;
  /** Calls `listener` whenever any process wakes the listeners. Returns a function that stops it. */
  onWake(listener: () => void): () => void;
  /** Whether the database answers, accepts connections and accepts writes, as of the last heartbeat and the last write. */
  readonly state: DatabaseState;
  readonly usage: { readonly total: number; readonly idle: number; readonly waiting: number };
  /**
   * Waits for the first answer, because a slow start of a busy machine is not an outage.
   * @throws Refusal `unavailable` when the timeout for one statement is over.
   */
  ready(): Promise<void>;
  /** Ends every connection. It closes the socket if the server is silent. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly address: ServerAddress;
  /** Connections for changes. Reads, and statements of many changes, have two pipelines each beside them. */
  readonly connections?: number;
  /** Milliseconds for one statement, including the time in a queue. */
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
  /** Milliseconds for which the plan of a statement of many changes lasts. */
  readonly planMs?: number;
}

const pipelineCount = 2;
/** A read looks rows up by a key. The plan of a connection lasts, and one for a table of one page would read all of it. */
const readSettings = 'set enable_seqscan = off';
/**
 * A statement of many changes looks each row up by its key. The plan of a connection lasts, and one that was made
 * while a table was small would read the whole table. It holds the locks of all its rows, so it waits for none.
 */
const groupSettings =
  "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off; set lock_timeout = '50ms'";
/** A plan of the largest statement takes milliseconds, and one for a table that has grown costs each change more and more. */
const groupPlanMs = 10_000;
/** Milliseconds for which the database counts as full after a write that found no space. Only a write can tell. */
const fullForMs = 10_000;
/** Milliseconds that connections have for an orderly end. */
const closeTimeoutMs = 1_000;

/**
 * Connects to PostgreSQL. Connections open when they are needed, and a broken connection is replaced.
 *
 * While the heartbeat finds the database unreachable, every waiting statement is rejected with `unavailable` at
 * once and new ones are not sent. No caller hangs on a lost database.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const clients = openClients(options.address, options.applicationName ?? 'clientele', statementTimeoutMs);
  let fullAt = Number.NEGATIVE_INFINITY;
  const checkNewConnections = () => heartbeat.checkNewConnections();
  const queries = trackQueries(statementTimeoutMs, {
    onAnswer: () => heartbeat.noteAnswer(),
    onReadOnly: checkNewConnections,
    onDiskFull: () => {
      fullAt = performance.now();
    },
  });
  const pipelines = openBothPipelines(clients, options.planMs ?? groupPlanMs, checkNewConnections);
  const pool = openPool(clients, {
    connections: options.connections ?? 12,
    acquireTimeoutMs: statementTimeoutMs,
    onFailure: checkNewConnections,
  });
  const wakeChannel = openWakeChannel((sql) => database.run(statement('', sql), []));
  const heartbeat = startHeartbeat(
    { ...clients, create: () => wakeChannel.listen(clients.create()) },
    (now, before) => {
      if (before === 'read only' || before === 'unreachable') replaceConnections();
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

  /** A session that began on a read-only database may refuse writes on, and one from an outage may have another host. */
  function replaceConnections(): void {
    pool.replaceConnections();
    pipelines.changes.replaceAll();
  }

  const { read, runTogether, run, transaction } = waysToSend({ whileReachable, queries, pipelines, pool });

  const database: Database = {
    wake: wakeChannel.notify,
    onWake: wakeChannel.onNotify,
    read,
    sharedReads: openSharedReads(read),
    runTogether,
    groups: openGroups((error) => isUnavailable(error) && !isContended(error)),
    run,
    transaction,
    script: (sql) =>
      pool.session(async (client) => [await client.query<Row>(sql)].flat().flatMap(({ rows }) => rows)),
    session: pool.session,
    ready: () => withTimeout(statementTimeoutMs, heartbeat.firstAnswer),
    get state() {
      const state = heartbeat.state();
      return state === 'ready' && performance.now() - fullAt < fullForMs ? 'full' : state;
    },
    get usage() {
      return pool.usage;
    },
    close() {
      wakeChannel.close();
      closing ??= endAll({ pipelines, pool, heartbeat, clients });
      return closing;
    },
  };
  return database;
}

interface Sending {
  readonly whileReachable: <Result>(work: (pending: PendingQuery) => Promise<Result>) => Promise<Result>;
  readonly queries: PendingQueries;
  readonly pipelines: { readonly reads: Pipelines; readonly changes: Pipelines };
  readonly pool: Pool;
}

function waysToSend({
  whileReachable,
  queries,
  pipelines,
  pool,
}: Sending): Pick<Database, 'read' | 'runTogether' | 'run' | 'transaction'> {
  return {
    read: (query, values) =>
      whileReachable(async (pending) => queries.send(pending, await pipelines.reads.next(), query, values)),
    runTogether: (query, values) =>
      whileReachable(async (pending) => queries.send(pending, await pipelines.changes.next(), query, values)),
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
  };
}

interface Opened {
  readonly pipelines: Pick<Pipelines, 'end'>;
  readonly pool: Pool;
  readonly heartbeat: Heartbeat;
  readonly clients: Clients;
}

async function endAll({ pipelines, pool, heartbeat, clients }: Opened): Promise<void> {
  pipelines.end();
  // The heartbeat continues during this wait and ends it if the server falls silent.
  await pool.end();
  heartbeat.stop();
  await clients.ended(closeTimeoutMs);
}

/** For reads, and for statements of many changes. */
function openBothPipelines(clients: Clients, planMs: number, onFailure: () => void) {
  const reads = openPipelines(clients, { count: pipelineCount, settings: readSettings }, onFailure);
  const changes = openPipelines(
    clients,
    { count: pipelineCount, settings: groupSettings, planMs },
    onFailure,
  );
  return {
    reads,
    changes,
    forgetAll() {
      reads.forgetAll();
      changes.forgetAll();
    },
    end() {
      reads.end();
      changes.end();
    },
  };
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
