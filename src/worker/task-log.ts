import { summariseFault } from '../domain/fault.ts';
import type { Instant } from '../domain/time.ts';
import { plusSeconds } from '../domain/time.ts';
import type { Database } from '../store/connection/database.ts';
import { clearTaskFailure, putTaskFailure } from '../store/installation/task-failures.ts';

/** The background tasks, under the names that the log, the metrics and the doctor use. */
export type TaskName =
  | 'sweep'
  | 'erasure'
  | 'sequence'
  | 'verifications'
  | 'webhooks'
  | 'rotation'
  | 'addresses';

/** Counts and logs background work. */
export interface TaskObserver {
  /** A round has ended. */
  taskRan(task: TaskName, succeeded: boolean): void;
  /** A round failed, or one piece of work of a round. Called for each failure. */
  taskFailed(task: TaskName): void;
  /** `failures`: how many of this kind there were since the last one that was logged, this one included. */
  taskFault(task: TaskName, error: unknown, failures: number): void;
}

/** Told how one background task gets on. */
export interface TaskLog {
  /** One piece of work failed. The task goes on with the others. */
  failed(error: unknown): void;
  /** A round ended early with this error. */
  roundFailed(error: unknown): void;
  /** A round went to its end. */
  roundEnded(): void;
}

export type OpenTaskLog = (task: TaskName) => TaskLog;

/** Milliseconds for which failures of one kind at one place are only counted after one has been logged. */
const quietMs = 60_000;
/** Kinds and places that are told apart; where there are more, some are logged earlier than that. */
const maxKinds = 50;
/**
 * Seconds without a failure after which a task counts as mended where single pieces of work failed: they are tried
 * again only after minutes, and the rounds in between succeed because they have nothing to do.
 */
const mendedAfterSeconds = 600;
/** Milliseconds between two looks for stored failures that are older, such as those of a process that has ended. */
const clearEveryMs = 60_000;

export interface TaskLogParts {
  readonly db: Database;
  readonly now: () => Instant;
  readonly observer: TaskObserver;
}

/** Reports failures of tasks: to the log by kind and place, to the metrics, and to the database for the doctor. */
export const openTaskLogs =
  (parts: TaskLogParts): OpenTaskLog =>
  (task) =>
    openTaskLog(task, parts);

function openTaskLog(task: TaskName, { db, now, observer }: TaskLogParts): TaskLog {
  const kinds = new Map<string, { readonly reportedAt: number; unreported: number }>();
  let hasFailedPiece = false;
  let didRoundFail = false;
  let clearedAt = Number.NEGATIVE_INFINITY;
  let lastWrite: Promise<void> = Promise.resolve();

  /** One after the other, so that a success never overtakes the failure before it. */
  function write(work: () => Promise<void>): void {
    // Where the database is away the log has the failure, and the doctor says that the database is away.
    lastWrite = lastWrite.then(work).catch(() => undefined);
  }

  function report(error: unknown): void {
    observer.taskFailed(task);
    const { kind, place } = summariseFault(error);
    const key = `${kind} ${place}`;
    const known = kinds.get(key);
    if (known && performance.now() - known.reportedAt < quietMs) {
      known.unreported += 1;
      return;
    }
    const failures = 1 + (known?.unreported ?? 0);
    if (kinds.size >= maxKinds) kinds.clear();
    kinds.set(key, { reportedAt: performance.now(), unreported: 0 });
    observer.taskFault(task, error, failures);
    const lastFailedAt = now();
    write(() => putTaskFailure(db, { task, error: kind, place, failures, lastFailedAt }));
  }

  function clear(notSince: Instant): void {
    clearedAt = performance.now();
    kinds.clear();
    write(() => clearTaskFailure(db, task, notSince));
  }

  return {
    failed(error) {
      hasFailedPiece = true;
      report(error);
    },
    roundFailed(error) {
      didRoundFail = true;
      report(error);
      observer.taskRan(task, false);
    },
    roundEnded() {
      observer.taskRan(task, !hasFailedPiece);
      if (didRoundFail && !hasFailedPiece) clear(now());
      else if (performance.now() - clearedAt >= clearEveryMs) clear(plusSeconds(now(), -mendedAfterSeconds));
      didRoundFail = false;
      hasFailedPiece = false;
    },
  };
}
