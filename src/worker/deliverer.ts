import type { System } from '../operations/system.ts';
import { scopeOf } from '../operations/system.ts';
import { sendChallenge } from '../operations/webhooks/challenge.ts';
import type { ReadSubscription } from '../operations/webhooks/deliver.ts';
import { deliver, subscriptionOf } from '../operations/webhooks/deliver.ts';
import { fanOut } from '../operations/webhooks/fan-out.ts';
import { hostOf } from '../operations/webhooks/sealing.ts';
import type { ClaimedDelivery } from '../store/webhooks/deliveries.ts';
import { claimDeliveries } from '../store/webhooks/deliveries.ts';
import type { DueWebhook } from '../store/webhooks/deliveries-due.ts';
import { claimChallenges, dueWebhooks } from '../store/webhooks/deliveries-due.ts';
import type { WebhookId, WebhookRow } from '../store/webhooks/subscriptions.ts';
import type { Backoff } from './backoff.ts';
import { openBackoff } from './backoff.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/**
 * The most concurrent deliveries of this process: in total, to one subscription, and to one host and port, for all
 * brands. A slow receiver uses only its own share. A failing receiver gets one delivery at a time, and only while
 * half of the total is free, so that many failing receivers do not use all of it.
 *
 * A receiver that has answered has its place again, while the result is still being written. `held` limits how many
 * deliveries of a subscription are sent or wait to be written.
 */
const limits = {
  ...{ inAll: 256, perHost: 32, perEndpoint: 8, held: 64 },
  failing: { inAll: 128, held: 1 },
} as const;

/** The most challenges that this process sends at a time. */
const maxChallenges = 8;

/** A subscription with deliveries that are due. */
interface Receiver extends Pick<DueWebhook, 'brandId' | 'isFailing'> {
  readonly webhook: WebhookRow;
}

/** The deliveries of one claim. */
interface Batch {
  readonly due: Receiver;
  readonly host: string;
  readonly subscription: ReadSubscription;
  /** Whether there may be more: the claim found as many as it asked for. */
  readonly isMoreDue: boolean;
}

/** Sends events to their subscribers soon after the commit and retries until they are delivered or given up. */
export function startDeliverer(system: System, log: TaskLog): Task {
  /** Subscriptions with deliveries due, in the order of their turns. After a delivery a subscription goes to the end. */
  const turns = new Map<string, Receiver>();
  /** Those whose host has no free place, by host. They get a turn when a delivery there has ended. */
  const waiting = new Map<string, Map<string, Receiver>>();
  /** Those whose events cannot be matched, and those whose row or settings cannot be read. The others go on. */
  const [unmatched, unreadable] = [openBackoff<WebhookId>(log.failed), openBackoff<WebhookId>(log.failed)];
  const [inFlight, sending] = [countInFlight(), countInFlight()];
  const hosts = rememberHosts(system);
  const { follow, ended } = trackWork();
  const challenge = challengesOf(system, log, follow);
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

  async function serve(due: Receiver): Promise<void> {
    const { brandId, webhook, isFailing } = due;
    const host = await hosts.of(due).catch((error: unknown) => unreadable.failed(webhook.id, error));
    if (host === undefined) return;
    unreadable.succeeded(webhook.id);
    const { inAll, held } = isFailing ? limits.failing : limits;
    const free = Math.min(
      limits.perEndpoint - sending.at(webhook.id),
      held - inFlight.at(webhook.id),
      inAll - inFlight.inAll(),
    );
    const freeAtHost = limits.perHost - sending.at(host);
    if (free > 0 && freeAtHost <= 0) waiting.set(host, (waiting.get(host) ?? new Map()).set(webhook.id, due));
    if (free <= 0 || freeAtHost <= 0) return;
    const asked = Math.min(free, freeAtHost);
    const claimed = await claim(due, asked);
    const [first] = claimed;
    if (!first) return;
    const subscription = subscriptionOf(system, brandId, first.webhook);
    const batch = { due, host, subscription, isMoreDue: claimed.length === asked };
    for (const delivery of claimed) follow(send(delivery, batch));
  }

  async function send(delivery: ClaimedDelivery, { due, host, subscription, isMoreDue }: Batch): Promise<void> {
    const { id } = due.webhook;
    let isSending = true;
    const answered = () => {
      if (!isSending) return;
      isSending = false;
      sending.add(-1, id, host);
      takeTurns([...(waiting.get(host)?.values() ?? []), ...(isMoreDue ? [due] : [])]);
      waiting.delete(host);
    };
    inFlight.add(1, id);
    sending.add(1, id, host);
    try {
      await deliver(system, due.brandId, delivery, subscription, answered);
    } catch (error) {
      // Any worker tries it again when the lease is over.
      log.failed(error);
    }
    inFlight.add(-1, id);
    answered();
    // The next delivery of this customer waits for this one.
    takeTurns([due]);
  }

  function takeTurns(receivers: readonly Receiver[]): void {
    for (const one of receivers) if (!turns.has(one.webhook.id)) turns.set(one.webhook.id, one);
    follow(fill());
  }

  const claim = ({ brandId, webhook }: Receiver, most: number) =>
    orNothing(log, claimDeliveries(scopeOf(system, brandId), webhook.id, system.now(), system.newId(), most));

  const task = startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      const [fannedOut] = await Promise.allSettled([fanOut(system, unmatched)]);
      // What is due is sent even if no events can be matched now.
      for (const due of await dueReceivers(system, unreadable)) turns.set(due.webhook.id, due);
      follow(fill());
      follow(challenge());
      if (fannedOut.status === 'rejected') throw fannedOut.reason;
      return fannedOut.value;
    },
  });
  return {
    async stop() {
      stopped = true;
      await task.stop();
      // Deliveries that a running claim returns are still sent.
      await ended();
    },
  };
}

/** The work that runs beside the rounds. */
function trackWork() {
  const active = new Set<Promise<void>>();
  return {
    follow(work: Promise<void>): void {
      active.add(work);
      void work.then(() => active.delete(work));
    },
    async ended(): Promise<void> {
      while (active.size > 0) await Promise.all(active);
    },
  };
}

/** The subscriptions with deliveries that are due, without those whose row cannot be read. */
async function dueReceivers(system: System, unreadable: Backoff<WebhookId>): Promise<readonly Receiver[]> {
  const due = await dueWebhooks(system.db, system.now(), unreadable.waiting());
  return due.flatMap(({ brandId, webhookId, isFailing, read }) => {
    try {
      return [{ brandId, isFailing, webhook: read() }];
    } catch (error) {
      unreadable.failed(webhookId, error);
      return [];
    }
  });
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
  const send = async ({ brandId, read }: Awaited<ReturnType<typeof claimChallenges>>[number]) => {
    running += 1;
    try {
      await sendChallenge(system, { brandId, webhook: read() });
    } catch (error) {
      // It is sent again when the lease is over.
      log.failed(error);
    }
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

/** Counts deliveries: for each subscription, for each host, and in total. */
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
    async of({ brandId, webhook }: Receiver): Promise<string> {
      const kept = known.get(webhook.id);
      if (kept?.seal === webhook.settingsSeal) return kept.host;
      const host = await hostOf(system, brandId, webhook);
      known.set(webhook.id, { seal: webhook.settingsSeal, host });
      return host;
    },
  };
}
