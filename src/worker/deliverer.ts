import type { System } from '../operations/system.ts';
import { scopeOf } from '../operations/system.ts';
import { deliver } from '../operations/webhooks/deliver.ts';
import { fanOut } from '../operations/webhooks/fan-out.ts';
import { claimDeliveries } from '../store/webhooks/deliveries.ts';
import type { DueWebhook } from '../store/webhooks/deliveries-due.ts';
import { dueWebhooks } from '../store/webhooks/deliveries-due.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds where no change wakes the task. */
const interval = 1_000;

/**
 * The most concurrent deliveries of this process, in total and to one endpoint. A slow receiver uses only its own
 * share. A failing receiver gets one delivery at a time, and only while half of the total is free, so that many
 * failing receivers do not use all of it.
 */
const limits = { inAll: 256, perEndpoint: 8, failing: { inAll: 128, perEndpoint: 1 } } as const;

/** Sends events to their subscribers soon after the commit and retries until they are delivered or given up. */
export function startDeliverer(system: System, log: TaskLog): Task {
  /** Subscriptions with deliveries due, in the order of their turns. After a delivery a subscription goes to the end. */
  const turns = new Map<string, DueWebhook>();
  const inFlight = countInFlight();
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
    const { brandId, webhookId, isFailing } = due;
    const most = isFailing ? limits.failing : limits;
    const free = Math.min(most.perEndpoint - inFlight.at(webhookId), most.inAll - inFlight.inAll());
    if (free <= 0) return;
    for (const delivery of await claim(due, free)) {
      inFlight.add(webhookId, 1);
      follow(
        deliver(system, brandId, delivery)
          // Any worker tries it again when the lease is over.
          .catch(log.failed)
          .then(() => {
            inFlight.add(webhookId, -1);
            // The next delivery of this customer waits for this one.
            if (!turns.has(webhookId)) turns.set(webhookId, due);
            return fill();
          }),
      );
    }
  }

  /** Without the database there is nothing to do until the next round. */
  const claim = ({ brandId, webhookId }: DueWebhook, most: number) =>
    claimDeliveries(scopeOf(system, brandId), webhookId, system.now(), system.newId(), most).catch(
      (error: unknown) => {
        log.failed(error);
        return [];
      },
    );

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
      for (const due of await dueWebhooks(system.db, system.now())) turns.set(due.webhookId, due);
      follow(fill());
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

/** Counts the running deliveries, for each endpoint and in total. */
function countInFlight() {
  const perEndpoint = new Map<string, number>();
  let all = 0;
  return {
    at: (webhookId: string): number => perEndpoint.get(webhookId) ?? 0,
    inAll: (): number => all,
    add(webhookId: string, change: number): void {
      const now = (perEndpoint.get(webhookId) ?? 0) + change;
      if (now > 0) perEndpoint.set(webhookId, now);
      else perEndpoint.delete(webhookId);
      all += change;
    },
  };
}
