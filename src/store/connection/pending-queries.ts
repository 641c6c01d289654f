import type { ClientBase, QueryResult } from 'pg';
import type { Refusal } from '../../domain/errors.ts';
import { destroyConnection } from './clients.ts';
import { isDiskFull, isOutage, isReadOnly, isServerError, unavailable } from './outage.ts';
import type { Row, Statement, Value } from './statement.ts';

/** A caller that waits for its statements. After it has settled, no more statements are sent for it. */
export interface PendingQuery {
  isSettled: boolean;
  /** Where its last statement was sent, and when: milliseconds of `performance.now()`. */
  client?: ClientBase;
  sentAt: number;
}

export interface PendingQueries {
  /** Settles with the work, with `rejectAll` or at the timeout, whichever comes first. */
  run<Result>(work: (pending: PendingQuery) => Promise<Result>): Promise<Result>;
  /** Sends one statement for a caller and resolves with its rows. */
  send(
    pending: PendingQuery,
    client: ClientBase,
    query: Statement,
    values: readonly Value[],
  ): Promise<readonly Row[]>;
  /** Rejects every waiting caller with `unavailable`. */
  rejectAll(): void;
}

interface QueryEvents {
  /** PostgreSQL has answered, with rows or with an error. */
  onAnswer(): void;
  /** A session has refused a write. */
  onReadOnly(): void;
  /** A write has found no space on the disk. */
  onDiskFull(): void;
}

/** Milliseconds that PostgreSQL has to report its own statement timeout before the caller is rejected. */
const graceMs = 500;

export function trackQueries(statementTimeoutMs: number, events: QueryEvents): PendingQueries {
  const waiting = new Set<(error: Refusal) => void>();
  const lastAnswerAt = new WeakMap<ClientBase, number>();

  /**
   * A connection without any answer since the statement was sent counts as dead, even if the database answers
   * elsewhere.
   */
  function breakIfSilent({ client, sentAt }: PendingQuery): void {
    if (client && (lastAnswerAt.get(client) ?? 0) < sentAt) destroyConnection(client);
  }

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        const pending: PendingQuery = { isSettled: false, sentAt: 0 };
        const timer = setTimeout(() => {
          breakIfSilent(pending);
          rejectPending(unavailable());
        }, statementTimeoutMs + graceMs);
        const rejectPending = (error: unknown) => {
          settle();
          reject(error);
        };
        const settle = () => {
          clearTimeout(timer);
          waiting.delete(rejectPending);
          pending.isSettled = true;
        };
        waiting.add(rejectPending);
        work(pending).then(
          (result) => {
            settle();
            resolve(result);
          },
          (error) => rejectPending(isOutage(error) ? unavailable(error) : error),
        );
      }),
    send(pending, client, query, values) {
      if (pending.isSettled) return Promise.reject(unavailable());
      pending.client = client;
      pending.sentAt = performance.now();
      return new Promise((resolve, reject) => {
        const onResult = (error: Error | null, result: QueryResult<Row>) => {
          if (!error || isServerError(error)) {
            lastAnswerAt.set(client, performance.now());
            events.onAnswer();
          }
          if (isReadOnly(error)) events.onReadOnly();
          if (isDiskFull(error)) events.onDiskFull();
          // PostgreSQL's errors have no stack of our code, so the statement's name is added as their source.
          if (error) reject(Object.assign(error, { statement: query.name }));
          else resolve(result.rows);
        };
        client.query({ name: query.name, text: query.text, values: values as unknown[] }, onResult as never);
      });
    },
    rejectAll() {
      for (const reject of waiting) reject(unavailable());
    },
  };
}
