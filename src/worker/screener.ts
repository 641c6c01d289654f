import { askForVersion, catchUp, queueForRound, watchLists } from '../operations/screening/lists.ts';
import { postpone, screenCustomer } from '../operations/screening/screen.ts';
import type { System } from '../operations/system.ts';
import type { ScreeningNoAnswer, ScreeningProvider } from '../providers/screening/screening.ts';
import type { ScreeningClaim } from '../store/screening/queue.ts';
import { claimScreenings } from '../store/screening/queue.ts';
import type { Task } from './task.ts';
import { settleAll, startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds, and the customers that one round checks concurrently. */
const interval = 1_000;
const batch = 16;
/** Milliseconds between two looks whether it is time to ask for the version of the lists. */
const lookMs = 30_000;

/** The provider has not answered. Named so that the log and the doctor say why. */
class ScreeningUnavailable extends Error {
  override readonly name = 'ScreeningUnavailable';
  readonly code: string;
  constructor({ reason }: ScreeningNoAnswer) {
    super(`The screening provider has not answered: ${reason}.`);
    this.code = reason.replaceAll(' ', '_');
  }
}

/** Checks customers against lists: new and changed ones soon, and all of them when the lists were updated. */
export function startScreener(system: System, provider: ScreeningProvider, log: TaskLog): Task {
  const allowance = openAllowance(provider.perSecond);
  let hasCaughtUp = false;
  let lookAt = Number.NEGATIVE_INFINITY;
  return startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      if (!hasCaughtUp) await catchUp(system, provider);
      hasCaughtUp = true;
      if (performance.now() >= lookAt) {
        lookAt = performance.now() + lookMs;
        const silence = await watchLists(system, provider);
        if (silence) throw new ScreeningUnavailable(silence);
      }
      const walks = await queueForRound(system);
      const most = Math.min(batch, allowance.left());
      const claimed = most === 0 ? 0 : await checkDue(system, provider, most, log);
      allowance.take(claimed);
      return walks || (claimed === batch && allowance.left() > 0) ? 'more' : 'done';
    },
  });
}

/** Checks customers that are due. Answers how many. */
async function checkDue(
  system: System,
  provider: ScreeningProvider,
  most: number,
  log: TaskLog,
): Promise<number> {
  const claim = system.newId<'screening claim'>();
  const claims = await claimScreenings(system.db, claim, system.now(), most);
  if (claims.length === 0) return 0;
  // Asked for after the claim: lists that are updated from now on take the claim away.
  const version = await askForVersion(system, provider);
  const check = async (one: ScreeningClaim) => {
    if (typeof version !== 'string') return postpone(system, { ...one, claim }, version);
    const due = { ...one, claim, provider, listVersion: version };
    const silence = await screenCustomer(system, due);
    if (silence) throw new ScreeningUnavailable(silence);
  };
  await settleAll(claims.map(check), log.failed);
  if (typeof version !== 'string') throw new ScreeningUnavailable(version);
  return claims.length;
}

/** How many checks may begin now, so that none of them is more than a second's share ahead. */
function openAllowance(perSecond: number) {
  let [left, at] = [perSecond, performance.now()];
  return {
    left(): number {
      const now = performance.now();
      [left, at] = [Math.min(perSecond, left + ((now - at) / 1_000) * perSecond), now];
      return Math.floor(left);
    },
    take(number: number) {
      left -= number;
    },
  };
}
