import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What a call answers that has a deadline, where it ends before this process has waited for that deadline 20
 * times, one after the other. A loaded machine delays those waits as it delays the call.
 */
export async function soon<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> {
  let hasEnded = false;
  const call = work.finally(() => {
    hasEnded = true;
  });
  const waits = async () => {
    for (let wait = 0; wait < 20 && !hasEnded; wait += 1) await sleep(deadlineMs);
    if (!hasEnded) throw new Error(`The call went on for 20 times its deadline of ${deadlineMs} ms.`);
    return call;
  };
  return Promise.race([call, waits()]);
}
