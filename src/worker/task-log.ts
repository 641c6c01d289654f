import { summariseFault } from '../domain/fault.ts';
import type { Instant } from '../domain/time.ts';
import { plusSeconds, UnreadableTime } from '../domain/time.ts';
import type { SecurityLog } from '../operations/security-log.ts';
import type { Database } from '../store/connection/database.ts';
import { clearTaskFailure, putTaskFailure } from '../store/installation/task-failures.ts';
import { isAboutRecord, VaultError } from '../vault/vault.ts';

/** The background tasks, under the names that the log, the metrics and the doctor use. */
export type TaskName =
  | 'sweep'
  | 'erasure'
  | 'sequence'
  | 'rollback'
  | 'verifications'
  | 'webhooks'
  | 'rotation'
  | 'addresses'
  | 'screening'
  | 'checks';

/** Counts and logs background work. */
export interface TaskObserver {
  /** A round has ended. */
  taskRan(task: TaskName, succeeded: boolean): void;
  /** A round failed, or one item of a round. Called for each failure. */
  taskFailed(task: TaskName): void;
  /** `failures`: the failures of this kind since the last logged one, including this one. */
  taskFault(task: TaskName, error: unknown, failures: number): void;
}

/** Receives the results of one background task. */
export interface TaskLog {
  /** One item failed. The task continues with the others. */
  failed(error: unknown): void;
  /** A round ended early with this error. */
  roundFailed(error: unknown): void;
  /** A round completed. */
  roundEnded(): void;
}

export type OpenTaskLog = (task: TaskName) => TaskLog;

/** Milliseconds after a logged failure in which failures of the same kind and place are only counted. */
const quietMs = 60_000;
/** The most kinds and places that are tracked. With more, some are logged earlier than `quietMs`. */
const maxKinds = 50;
/**
 * Seconds without a failure after which a task counts as recovered if single items failed. Items are retried only
 * after minutes, and the rounds in between succeed because they have nothing to do.
 */
const mendedAfterSeconds = 600;
/** Milliseconds between two checks for older stored failures, such as those of a process that has ended. */
const clearEveryMs = 60_000;

export interface TaskLogParts {
  readonly db: Database;
  readonly now: () => Instant;
  readonly observer: TaskObserver;
  readonly security: Pick<SecurityLog, 'alarm'>;
}

/** Raises the alarm where a failure is about a stored row. A key that is not loaded may come. */
function alarmAbout(security: Pick<SecurityLog, 'alarm'>, task: TaskName, error: unknown): void {
  if (!isAboutRecord(error) && !(error instanceof UnreadableTime)) return;
  const mayWait = error instanceof VaultError && error.code !== 'unreadable';
  security.alarm(undefined, task, { mayWait });
}

/** Reports failures of tasks: to the log by kind and place, to the metrics, and to the database for the doctor. */
export const openTaskLogs =
  (parts: TaskLogParts): OpenTaskLog =>
  (task) =>
    openTaskLog(task, parts);

function openTaskLog(task: TaskName, { db, now, observer, security }: TaskLogParts): TaskLog {
  const kinds = new Map<string, { readonly reportedAt: number; unreported: number }>();
  let hasFailedPiece = false;
  let didRoundFail = false;
  let clearedAt = Number.NEGATIVE_INFINITY;
  let lastWrite: Promise<void> = Promise.resolve();

  /** Writes run one after the other, so that a success is never stored before an earlier failure. */
  function write(work: () => Promise<void>): void {
    // If the database is not reachable, the log has the failure, and `doctor` reports the database.
    lastWrite = lastWrite.then(work).catch(() => undefined);
  }

  function report(error: unknown): void {
    observer.taskFailed(task);
    alarmAbout(security, task, error);
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
