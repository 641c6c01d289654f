import type { PoolConfig, QueryResult } from 'pg';
import pg from 'pg';
import { Refusal } from '../../domain/errors.ts';
import type { ServerAddress } from './clients.ts';
import { breakOff, openClients } from './clients.ts';
import type { DatabaseState } from './heartbeat.ts';
import { startHeartbeat } from './heartbeat.ts';
import { endsConnection, isAnswer, isOutage, isReadOnly } from './outage.ts';
import { openWakeChannel } from './wake-channel.ts';

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
  /**
   * SQL without values, possibly several statements, for as long as they take: migrations and commands only.
   * Answers the rows of all of them.
   */
  script(sql: string): Promise<readonly Row[]>;
  /** A connection for one piece of work that takes as long as it takes, such as a backup; it is not used again. */
  session<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result>;
  /**
   * Says that there is work for whoever listens, in this process at once and in every other soon. Called
   * after a commit; calls that come close together are passed on once.
   */
  wake(): void;
  /** Has `listener` called whenever any process says that there is work. Returns how to stop it. */
  onWake(listener: () => void): () => void;
  /** Whether the database answers, gives connections and takes writes, as of the last heartbeat. */
  readonly state: DatabaseState;
  readonly usage: { readonly total: number; readonly idle: number; readonly waiting: number };
  /**
   * Waits for the first sign of life: a machine that is busy starting up is not an outage.
   * @throws Refusal `unavailable` when the patience for one statement is over.
   */
  ready(): Promise<void>;
  /** Ends every connection: at once where nothing runs, and without a farewell where the server is silent. */
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
const farewell = 1_000;

/** What one caller waits for: told when it is over, so that nothing is sent for a caller who has gone. */
interface PendingQuery {
  over: boolean;
  /** Where its statement was sent, and when: milliseconds of `performance.now()`. */
  client?: pg.ClientBase;
  sentAt: number;
}

/**
 * Connects to PostgreSQL. Nothing is opened until it is needed, and a connection that breaks is replaced.
 *
 * While the heartbeat finds the database silent, every statement that waits is answered `unavailable` at
 * once and new ones are not sent, so that no caller hangs on a database that is gone.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const clients = openClients(options.address, options.applicationName ?? 'clientele', statementTimeoutMs);
  // A session that began while the database took no writes may go on refusing them: it is replaced.
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
    max: options.connections ?? 12,
    // How long a statement queues for a connection; whether the database lives is the heartbeat's business.
    connectionTimeoutMillis: statementTimeoutMs,
    idleTimeoutMillis: 30_000,
  });
  // The pool drops a broken connection by itself; whoever used it has been told.
  pool.on('error', () => undefined);
  const pipelines: (Promise<pg.Client> | undefined)[] = new Array(pipelineCount).fill(undefined);
  let turn = 0;
  let closing: Promise<void> | undefined;
  const waiting = new Set<(error: Refusal) => void>();
  const lastHeard = new WeakMap<pg.ClientBase, number>();

  const wakeChannel = openWakeChannel((sql) => database.run(statement('', sql), []));
  const heartbeat = startHeartbeat(
    () => wakeChannel.listen(clients.create()),
    (now, before) => {
      if (before === 'read only') generation += 1;
      if (now !== 'unreachable') return;
      for (const give of waiting) give(unavailable());
      pipelines.fill(undefined);
      clients.breakAll();
    },
  );

  /** Ends with the work, with the heartbeat's verdict, or with the caller's patience: whichever is first. */
  function guarded<Result>(work: (pendingQuery: PendingQuery) => Promise<Result>): Promise<Result> {
    if (closing || heartbeat.state() === 'unreachable') return Promise.reject(unavailable());
    return new Promise<Result>((resolve, reject) => {
      const pendingQuery: PendingQuery = { over: false, sentAt: 0 };
      const give = (error: Refusal) => settle(() => reject(error));
      const timer = setTimeout(() => {
        breakIfSilent(pendingQuery);
        give(unavailable());
      }, statementTimeoutMs + 500);
      const settle = (how: () => void) => {
        clearTimeout(timer);
        waiting.delete(give);
        pendingQuery.over = true;
        how();
      };
      waiting.add(give);
      work(pendingQuery).then(
        (result) => settle(() => resolve(result)),
        (error) => settle(() => reject(isOutage(error) ? unavailable(error) : error)),
      );
    });
  }

  /** A connection of which nothing was heard for the whole time is dead, though the database is not. */
  function breakIfSilent({ client, sentAt }: PendingQuery): void {
    if (client && (lastHeard.get(client) ?? 0) < sentAt) breakOff(client);
  }

  function ask(
    pendingQuery: PendingQuery,
    client: pg.ClientBase,
    query: Statement,
    values: readonly Value[],
  ): Promise<readonly Row[]> {
    if (pendingQuery.over) return Promise.reject(unavailable());
    pendingQuery.client = client;
    pendingQuery.sentAt = performance.now();
    return new Promise((resolve, reject) => {
      const answer = (error: Error | null, result: QueryResult<Row>) => {
        if (!error || isAnswer(error)) {
          lastHeard.set(client, performance.now());
          heartbeat.heard();
        }
        if (isReadOnly(error)) heartbeat.doubt();
        // PostgreSQL's errors have no stack of ours; the statement's name says where they come from.
        if (error) reject(Object.assign(error, { statement: query.name }));
        else resolve(result.rows);
      };
      client.query({ name: query.name, text: query.text, values: values as unknown[] }, answer as never);
    });
  }

  function pipeline(): Promise<pg.Client> {
    const index = turn;
    turn = (turn + 1) % pipelineCount;
    const open = pipelines[index];
    if (open) return open;
    const opening = openPipeline();
    pipelines[index] = opening;
    const forget = () => {
      if (pipelines[index] === opening) pipelines[index] = undefined;
    };
    opening.then((client) => client.once('end', forget), forget);
    return opening;
  }

  async function openPipeline(): Promise<pg.Client> {
    let client: pg.Client | undefined;
    try {
      client = clients.create({ pipeline: true });
      await client.connect();
      await clients.prepare(client);
      return client;
    } catch (error) {
      if (client) breakOff(client);
      throw withoutConnection(error);
    }
  }

  async function onPool<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await checkOut();
    let failure: unknown;
    try {
      return await work(client);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.release(endsConnection(failure));
    }
  }

  async function checkOut(): Promise<pg.PoolClient> {
    for (;;) {
      let client: pg.PoolClient;
      try {
        client = await pool.connect();
      } catch (error) {
        throw withoutConnection(error);
      }
      if (generationOf.get(client) === generation) return client;
      client.release(true);
    }
  }

  /** Whatever the reason is that no connection could be had: the operator's to mend, and over some day. */
  function withoutConnection(error: unknown): Refusal {
    heartbeat.doubt();
    return unavailable(error);
  }

  async function session<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    const client = await checkOut();
    try {
      await client.query(
        'set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0',
      );
      return await work(client);
    } finally {
      // Neither these settings nor a transaction that it left half way may reach whoever comes next.
      client.release(true);
    }
  }

  async function endAll(): Promise<void> {
    for (const open of pipelines) open?.then((client) => client.end()).catch(() => undefined);
    // The heartbeat goes on meanwhile: where the server falls silent, it is what ends this wait.
    await pool.end();
    heartbeat.stop();
    await clients.ended(farewell);
  }

  const database: Database = {
    wake: wakeChannel.notify,
    onWake: wakeChannel.onNotify,
    read: (query, values) =>
      guarded(async (pendingQuery) => ask(pendingQuery, await pipeline(), query, values)),
    run: (query, values) =>
      guarded((pendingQuery) => onPool((client) => ask(pendingQuery, client, query, values))),
    transaction: (work) =>
      guarded((pendingQuery) =>
        onPool((client) =>
          inTransaction(client, () =>
            work({ run: (query, values) => ask(pendingQuery, client, query, values) }),
          ),
        ),
      ),
    script: (sql) =>
      session(async (client) => [await client.query<Row>(sql)].flat().flatMap(({ rows }) => rows)),
    session,
    async ready() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(unavailable()), statementTimeoutMs);
      });
      await Promise.race([heartbeat.begun, late]).finally(() => clearTimeout(timer));
    },
    get state() {
      return heartbeat.state();
    },
    get usage() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    close() {
      wakeChannel.close();
      closing ??= endAll();
      return closing;
    },
  };
  return database;
}

/** The answer of a database that is not there. Nothing is known to have been written. */
const unavailable = (cause?: unknown) => new Refusal('unavailable', undefined, { retryAfter: 1, cause });

async function inTransaction<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // Where even this fails the connection is broken, and PostgreSQL rolls back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
