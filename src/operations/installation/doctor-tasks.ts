import { withOffset } from '../../domain/time.ts';
import type { Database } from '../../store/connection/database.ts';
import type { TaskFailure } from '../../store/installation/task-failures.ts';
import { listTaskFailures } from '../../store/installation/task-failures.ts';
import type { Finding } from './finding.ts';
import { green, yellow } from './finding.ts';

const check = 'background work';

/** Checks for background tasks that failed and have not succeeded since. */
export async function examineTasks(database: Database): Promise<readonly Finding[]> {
  const failures = await listTaskFailures(database);
  if (failures.length === 0) return [green(check, 'No background task is failing.')];
  return failures.map((one) => yellow(check, explanationOf(one), nextStepFor(one)));
}

function explanationOf({ task, error, place, failures, firstFailedAt, lastFailedAt }: TaskFailure): string {
  const last = `${error}${place === '' ? '' : ` in ${place}`}`;
  if (failures === 1) return `The task ${task} failed at ${withOffset(lastFailedAt)}: ${last}.`;
  const times = `at least ${failures} times since ${withOffset(firstFailedAt)}`;
  return `The task ${task} failed ${times}, last at ${withOffset(lastFailedAt)}: ${last}.`;
}

const nextStepFor = ({ task }: TaskFailure): string =>
  `It is retried automatically. Look for "task":"${task}" in the log of clientele serve or clientele worker.`;
