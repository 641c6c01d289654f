import type { ScreeningNoAnswer, ScreeningProvider } from '../../providers/screening/screening.ts';
import {
  beginCatchUp,
  beginListRound,
  claimListQuestion,
  noteProviderAnswer,
  stepRound,
} from '../../store/screening/rounds.ts';
import type { System } from '../system.ts';

/** Seconds between two questions for the version of the lists. */
const interval = 300;

/**
 * Asks the provider for the version of its lists, if nobody has within the last minutes. A new one begins a walk that puts
 * every customer into the queue. Answers why the provider has not answered.
 */
export async function watchLists(
  system: System,
  provider: ScreeningProvider,
): Promise<ScreeningNoAnswer | undefined> {
  if (!(await claimListQuestion(system.db, system.now(), interval))) return undefined;
  const answer = await askForVersion(system, provider);
  return typeof answer === 'string' ? undefined : answer;
}

/** The version of the lists that the provider searches now. It begins a walk if it is a new one. */
export async function askForVersion(
  system: System,
  provider: ScreeningProvider,
): Promise<string | ScreeningNoAnswer> {
  const answer = await provider.listVersion();
  if (answer.kind === 'no_answer') {
    await noteProviderAnswer(system.db, system.now(), answer.reason);
    return answer;
  }
  await noteProviderAnswer(system.db, system.now(), undefined);
  await beginListRound(system.db, provider.name, answer.version, system.now());
  return answer.version;
}

/** One step of the walk that puts customers into the queue. Whether another one may follow at once. */
export const queueForRound = (system: System): Promise<boolean> => stepRound(system.db, system.now());

/** Sees to those who came or changed while screening was off. */
export const catchUp = (system: System, provider: ScreeningProvider): Promise<void> =>
  beginCatchUp(system.db, provider.name, system.now());
