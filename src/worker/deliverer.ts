import type { System } from '../operations/system.ts';
import { scopeOf } from '../operations/system.ts';
import { sendChallenge } from '../operations/webhooks/challenge.ts';
import { deliver } from '../operations/webhooks/deliver.ts';
import { fanOut } from '../operations/webhooks/fan-out.ts';
import { hostOf } from '../operations/webhooks/sealing.ts';
import { claimDeliveries } from '../store/webhooks/deliveries.ts';
import type { DueChallenge, DueWebhook } from '../store/webhooks/deliveries-due.ts';
import { claimChallenges, dueWebhooks } from '../store/webhooks/deliveries-due.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/**
 * The most concurrent deliveries of this process: in total, to one subscription, and to one host and port, for all
 * brands. A slow receiver uses only its own share. A failing receiver gets one delivery at a time, and only while
 * half of the total is free, so that many failing receivers do not use all of it.
 */
const limits = { inAll: 256, perHost: 32, perEndpoint: 8, failing: { inAll: 128, perEndpoint: 1 } } as const;

/** The most challenges that this process sends at a time. */
const maxChallenges = 8;

/** Sends events to their subscribers soon after the commit and retries until they are delivered or given up. */
export function startDeliverer(system: System, log: TaskLog): Task {
  /** Subscriptions with deliveries due, in the order of their turns. After a delivery a subscription goes to the end. */
  const turns = new Map<string, DueWebhook>();
  /** Those whose host has no free place, by host. They get a turn when a delivery there has ended. */
  const waiting = new Map<string, Map<string, DueWebhook>>();
  const inFlight = countInFlight();
  const hosts = rememberHosts(system);
  const challenge = challengesOf(system, log, follow);
  const activeWork = new Set<Promise<void>>();
  let isFilling = false;
  let stopped = false;

  /** Gives the free places to the subscriptions in turn, one claim at a time, so that claims do not crowd out requests. */
  async function fill(): Promise<void> {
    if (isFilling) return;
    isFilling = true;
    for (const [id, due] of turns) {
      if (stopped || inFlight.inAll() >= limits.inAll) break;
      turns.delete(id);
      await serve(due);
    }
    isFilling = false;
  }

  async function serve(due: DueWebhook): Promise<void> {
    const { brandId, webhook, isFailing } = due;
    const host = await hosts.of(due).catch(log.failed);
    if (host === undefined) return;
    const most = isFailing ? limits.failing : limits;
    const free = Math.min(most.perEndpoint - inFlight.at(webhook.id), most.inAll - inFlight.inAll());
    const freeAtHost = limits.perHost - inFlight.at(host);
    if (free > 0 && freeAtHost <= 0) waiting.set(host, (waiting.get(host) ?? new Map()).set(webhook.id, due));
    if (free <= 0 || freeAtHost <= 0) return;
    for (const delivery of await claim(due, Math.min(free, freeAtHost))) {
      inFlight.add(1, webhook.id, host);
      follow(
        deliver(system, brandId, delivery)
          // Any worker tries it again when the lease is over.
          .catch(log.failed)
          .then(() => {
            inFlight.add(-1, webhook.id, host);
            // The next delivery of this customer waits for this one.
            for (const one of [...(waiting.get(host)?.values() ?? []), due])
              if (!turns.has(one.webhook.id)) turns.set(one.webhook.id, one);
            waiting.delete(host);
            return fill();
          }),
      );
    }
  }

  const claim = ({ brandId, webhook }: DueWebhook, most: number) =>
    orNothing(log, claimDeliveries(scopeOf(system, brandId), webhook.id, system.now(), system.newId(), most));

  function follow(work: Promise<void>): void {
    activeWork.add(work);
    void work.then(() => activeWork.delete(work));
  }

  const task = startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      const outcome = await fanOut(system);
      for (const due of await dueWebhooks(system.db, system.now())) turns.set(due.webhook.id, due);
      follow(fill());
      if (outcome === 'done') follow(challenge());
      return outcome;
    },
  });
  return {
    async stop() {
      stopped = true;
      await task.stop();
      // Deliveries that a running claim returns are still sent.
      while (activeWork.size > 0) await Promise.all(activeWork);
    },
  };
}

/** Without the database there is nothing to do until the next round. */
const orNothing = <One>(log: TaskLog, claim: Promise<readonly One[]>): Promise<readonly One[]> =>
  claim.catch((error: unknown) => {
    log.failed(error);
    return [];
  });

/** Sends the challenges that are due, and gives each to `follow`. */
function challengesOf(system: System, log: TaskLog, follow: (work: Promise<void>) => void) {
  let running = 0;
  let isClaiming = false;
  const send = async (due: DueChallenge) => {
    running += 1;
    await sendChallenge(system, due).catch(log.failed);
    running -= 1;
  };
  return async (): Promise<void> => {
    if (isClaiming || running >= maxChallenges) return;
    isClaiming = true;
    const due = await orNothing(log, claimChallenges(system.db, system.now(), maxChallenges - running));
    isClaiming = false;
    for (const one of due) follow(send(one));
  };
}

/** Counts the running deliveries: for each subscription, for each host, and in total. */
function countInFlight() {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    at: (place: string): number => counts.get(place) ?? 0,
    inAll: (): number => all,
    add(change: number, ...places: readonly string[]): void {
      for (const place of places) {
        const now = (counts.get(place) ?? 0) + change;
        if (now > 0) counts.set(place, now);
        else counts.delete(place);
      }
      all += change;
    },
  };
}

/** The hosts of subscriptions. Their settings are opened once for each change. */
function rememberHosts(system: System) {
  const known = new Map<string, { readonly seal: number; readonly host: string }>();
  return {
    async of({ brandId, webhook }: DueWebhook): Promise<string> {
      const kept = known.get(webhook.id);
      if (kept?.seal === webhook.settingsSeal) return kept.host;
      const host = await hostOf(system, brandId, webhook);
      known.set(webhook.id, { seal: webhook.settingsSeal, host });
      return host;
    },
  };
}
