import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

/** What is known of a background task that fails. */
export interface TaskFailure {
  readonly task: string;
  /** The kind of the last error, never its message. */
  readonly error: string;
  /** Function, file and line; may be empty. */
  readonly place: string;
  /** How often the task has failed since `firstFailedAt`. */
  readonly failures: number;
  readonly firstFailedAt: Instant;
  readonly lastFailedAt: Instant;
}

const put = statement(
  'task_failure_put',
  `insert into task_failures as known (task, error, place, failures, first_failed_at, last_failed_at)
   values ($1, $2, $3, $4, $5, $5)
   on conflict (task) do update set error = excluded.error, place = excluded.place,
     failures = known.failures + excluded.failures, last_failed_at = excluded.last_failed_at
   returning 1 as stored`,
);

/** Adds failures of a task to what is stored of it. */
export async function putTaskFailure(
  db: Database,
  { task, error, place, failures, lastFailedAt }: Omit<TaskFailure, 'firstFailedAt'>,
): Promise<void> {
  await db.run(put, [task, error, place, failures, toPostgres(lastFailedAt)]);
}

const clear = statement(
  'task_failure_clear',
  'delete from task_failures where task = $1 and last_failed_at <= $2::timestamptz returning 1 as cleared',
);

/** Forgets the failures of a task that has not failed since a moment. */
export async function clearTaskFailure(db: Database, task: string, notSince: Instant): Promise<void> {
  await db.run(clear, [task, toPostgres(notSince)]);
}

const list = statement('task_failures_list', 'select * from task_failures order by task');

/** The tasks that fail. */
export async function listTaskFailures(db: Database): Promise<readonly TaskFailure[]> {
  const rows = await db.run(list, []);
  return rows.map((row) => ({
    task: String(row['task']),
    error: String(row['error']),
    place: String(row['place']),
    failures: Number(row['failures']),
    firstFailedAt: instantOfPostgres(String(row['first_failed_at'])),
    lastFailedAt: instantOfPostgres(String(row['last_failed_at'])),
  }));
}
