import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, instant, number, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';

/** The stored failures of a background task. */
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

const put = sql(
  'task_failure_put',
  `insert into task_failures as known (task, error, place, failures, first_failed_at, last_failed_at)
   values (:task, :error, :place, :failures, :lastFailedAt, :lastFailedAt)
   on conflict (task) do update set error = excluded.error, place = excluded.place,
     failures = known.failures + excluded.failures, last_failed_at = excluded.last_failed_at
   returning 1 as stored`,
);

/** Adds failures of a task to its stored failures. */
export async function putTaskFailure(
  db: Database,
  { task, error, place, failures, lastFailedAt }: Omit<TaskFailure, 'firstFailedAt'>,
): Promise<void> {
  await put.run(db, { task, error, place, failures, lastFailedAt: toPostgres(lastFailedAt) });
}

const clear = statement(
  'task_failure_clear',
  'delete from task_failures where task = $1 and last_failed_at <= $2::timestamptz returning 1 as cleared',
);

/** Deletes the failures of a task that has not failed since a given time. */
export async function clearTaskFailure(db: Database, task: string, notSince: Instant): Promise<void> {
  await db.run(clear, [task, toPostgres(notSince)]);
}

const failure = columns({
  task: text(),
  error: text(),
  place: text(),
  failures: number(),
  firstFailedAt: instant(),
  lastFailedAt: instant(),
});

const list = statement('task_failures_list', `select ${failure.list} from task_failures order by task`);

/** The tasks with stored failures. */
export async function listTaskFailures(db: Database): Promise<readonly TaskFailure[]> {
  return (await db.run(list, [])).map(failure.read);
}
