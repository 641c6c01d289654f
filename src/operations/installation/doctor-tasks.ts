import { manyTries } from '../../domain/screening/screening.ts';
import { withOffset } from '../../domain/time.ts';
import type { Database } from '../../store/connection/database.ts';
import type { TaskFailure } from '../../store/installation/task-failures.ts';
import { listTaskFailures } from '../../store/installation/task-failures.ts';
import { readScreeningProgress } from '../../store/screening/rounds.ts';
import type { Installed } from './doctor-environment.ts';
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

/** Whether the provider of checks against lists answers, and how far the last walk over everybody is. Nothing while it is off. */
export async function examineScreening(
  { screening }: Pick<Installed, 'screening'>,
  database: Database,
): Promise<readonly Finding[]> {
  if (!screening) return [];
  const progress = await readScreeningProgress(database);
  const { answeredAt, failingSince, failure, listVersion, startedAt, endedAt, queued } = progress;
  const { waiting, unanswered } = progress;
  const wait = `${waiting === 1 ? '1 customer waits' : `${waiting} customers wait`} for a check.`;
  const look = 'Look at CLIENTELE_SCREENING_URL and at the service behind it (docs/screening.md).';
  if (failingSince !== undefined)
    return [
      yellow(
        'screening',
        `${screening.provider} has not answered since ${withOffset(failingSince)}: ${failure}. ${wait}`,
        look,
      ),
    ];
  if (answeredAt === undefined || listVersion === undefined || startedAt === undefined)
    return [
      yellow(
        'screening',
        `${screening.provider} has not been asked yet. ${wait}`,
        'Start clientele serve or clientele worker with the same settings.',
      ),
    ];
  const lists = `The lists are ${listVersion} since ${withOffset(startedAt)}.`;
  if (unanswered > 0)
    return [
      yellow(
        'screening',
        `${lists} ${wait} ${screening.provider} was asked about ${unanswered} of them at least ${manyTries} times without a usable answer.`,
        'They are asked about again within the hour. If they stay, compare what the service answers with docs/screening.md.',
      ),
    ];
  if (endedAt === undefined)
    return [green('screening', `${lists} ${queued} customers were put into the queue so far. ${wait}`)];
  return [green('screening', `${lists} ${wait}`)];
}
