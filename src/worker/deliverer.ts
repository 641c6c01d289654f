import type { BrandId } from '../domain/ids.ts';
import type { AttemptOutcome } from '../domain/webhooks/delivery.ts';
import type { System } from '../operations/system.ts';
import { scopeOf } from '../operations/system.ts';
import { sendChallenge } from '../operations/webhooks/challenge.ts';
import type { ReadSubscription } from '../operations/webhooks/deliver.ts';
import { deliver, subscriptionOf } from '../operations/webhooks/deliver.ts';
import { fanOut } from '../operations/webhooks/fan-out.ts';
import { hostOf } from '../operations/webhooks/sealing.ts';
import type { ClaimedDelivery } from '../store/webhooks/deliveries.ts';
import { claimDeliveries } from '../store/webhooks/deliveries.ts';
import { claimChallenges, dueWebhooks } from '../store/webhooks/deliveries-due.ts';
import type { WebhookId, WebhookRow } from '../store/webhooks/subscriptions.ts';
import type { Backoff } from './backoff.ts';
import { openBackoff } from './backoff.ts';
import type { ReceiverAt } from './places.ts';
import { openPlaces } from './places.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/** Milliseconds for which a free place waits for others at its receiver, so that one claim is for all of them. */
const gatheringMs = 5;

/** The most challenges that this process sends at a time. */
const maxChallenges = 8;

/** A subscription with deliveries that are due. */
interface Receiver {
  readonly brandId: BrandId;
  readonly webhook: WebhookRow;
}

/** The deliveries of one claim. */
interface Batch {
  readonly due: Receiver;
  readonly at: ReceiverAt;
  readonly subscription: ReadSubscription;
  /** Whether there may be more: the claim found as many as it asked for. */
  readonly isMoreDue: boolean;
}

/** Sends events to their subscribers soon after the commit and retries until they are delivered or given up. */
export function startDeliverer(system: System, log: TaskLog): Task {
  /** Those whose events cannot be matched, and those whose row or settings cannot be read. The others go on. */
  const [unmatched, unreadable] = [openBackoff<WebhookId>(log.failed), openBackoff<WebhookId>(log.failed)];
  const { follow, ended } = trackWork();
  const challenge = challengesOf(system, log, follow);
  const senders = openSenders({ system, log, unreadable, follow });
  const task = startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      const [fannedOut] = await Promise.allSettled([fanOut(system, unmatched)]);
      // What is due is sent even if no events can be matched now.
      senders.sendTo(await dueReceivers(system, unreadable));
      follow(challenge());
      if (fannedOut.status === 'rejected') throw fannedOut.reason;
      return fannedOut.value;
    },
  });
  return {
    async stop() {
      senders.stop();
      await task.stop();
      // Deliveries that a running claim returns are still sent.
      await ended();
    },
  };
}

interface SendersOptions {
  readonly system: System;
  readonly log: TaskLog;
  readonly unreadable: Backoff<WebhookId>;
  readonly follow: (work: Promise<void>) => void;
}

/** Claims deliveries of the receivers in turn and sends them, as many at a time as there are places. */
function openSenders({ system, log, unreadable, follow }: SendersOptions) {
  const turns = openTurns();
  const places = openPlaces();
  const hosts = rememberHosts(system);
  let stopped = false;
  let gathering: NodeJS.Timeout | undefined;

  /** Gives the free places to the subscriptions in turn, one claim at a time, so that claims leave the database to requests. */
  const fill = onceAtATime(async () => {
    while (!stopped && !places.isFull()) {
      const due = turns.next();
      if (!due) break;
      await serve(due);
    }
  });

  async function serve(due: Receiver): Promise<void> {
    const { brandId, webhook } = due;
    const host = await hosts.of(due).catch((error: unknown) => unreadable.failed(webhook.id, error));
    if (host === undefined) return;
    unreadable.succeeded(webhook.id);
    const at = { id: webhook.id, host };
    const { own, atHost } = places.freeFor(at, webhook.failingSince !== undefined);
    if (own > 0 && atHost <= 0) turns.waitFor(host, due);
    const asked = Math.min(own, atHost);
    if (asked <= 0) return;
    const claim = claimDeliveries(scopeOf(system, brandId), webhook.id, system.now(), system.newId(), asked);
    const claimed = await orNothing(log, claim);
    const [first] = claimed;
    if (!first) return;
    const subscription = subscriptionOf(system, brandId, first.webhook);
    // Its next turn goes by the row of now: it may have begun to fail, or have another URL.
    const next = { brandId, webhook: first.webhook };
    const batch = { due: next, at, subscription, isMoreDue: claimed.length === asked };
    for (const delivery of claimed) follow(send(delivery, batch));
  }

  async function send(delivery: ClaimedDelivery, { due, at, subscription, isMoreDue }: Batch): Promise<void> {
    const place = places.take(at);
    const leave = (outcome?: AttemptOutcome) => {
      place.leave(outcome);
      takeTurns([...turns.endWait(at.host), ...(isMoreDue ? [due] : [])], at.id);
    };
    try {
      await deliver(system, due.brandId, delivery, subscription, leave);
    } catch (error) {
      // Any worker tries it again when the lease is over.
      log.failed(error);
    }
    place.release();
    leave();
    // The next delivery of this customer waits for this one.
    takeTurns([due], at.id);
  }

  /** Where less than half of a receiver's places are free, a turn waits a moment for more, to claim for all of them. */
  function takeTurns(receivers: readonly Receiver[], ended: string): void {
    turns.add(receivers);
    if (places.isHalfFree(ended)) follow(fill());
    else if (gathering === undefined) gathering = setTimeout(gathered, gatheringMs).unref();
  }

  function gathered(): void {
    gathering = undefined;
    follow(fill());
  }

  return {
    sendTo(receivers: readonly Receiver[]): void {
      turns.renew(receivers);
      follow(fill());
    },
    stop(): void {
      stopped = true;
    },
  };
}

/** Work that is not begun again while it runs. */
function onceAtATime(work: () => Promise<void>): () => Promise<void> {
  let isRunning = false;
  return async () => {
    if (isRunning) return;
    isRunning = true;
    await work().finally(() => {
      isRunning = false;
    });
  };
}

/** Subscriptions with deliveries due, in the order of their turns. After a delivery a subscription goes to the end. */
function openTurns() {
  const turns = new Map<string, Receiver>();
  /** Those whose host has no free place, by host. They get a turn when a delivery there has ended. */
  const waiting = new Map<string, Map<string, Receiver>>();
  return {
    /** Adds receivers, or replaces what is known of them. Their places in the order stay. */
    renew(receivers: readonly Receiver[]): void {
      for (const one of receivers) turns.set(one.webhook.id, one);
    },
    add(receivers: readonly Receiver[]): void {
      for (const one of receivers) if (!turns.has(one.webhook.id)) turns.set(one.webhook.id, one);
    },
    next(): Receiver | undefined {
      const [first] = turns.values();
      if (first) turns.delete(first.webhook.id);
      return first;
    },
    waitFor(host: string, due: Receiver): void {
      waiting.set(host, (waiting.get(host) ?? new Map()).set(due.webhook.id, due));
    },
    endWait(host: string): readonly Receiver[] {
      const ended = [...(waiting.get(host)?.values() ?? [])];
      waiting.delete(host);
      return ended;
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
  return due.flatMap(({ brandId, webhookId, read }) => {
    try {
      return [{ brandId, webhook: read() }];
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
  return onceAtATime(async () => {
    if (running >= maxChallenges) return;
    const due = await orNothing(log, claimChallenges(system.db, system.now(), maxChallenges - running));
    for (const one of due) follow(send(one));
  });
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
