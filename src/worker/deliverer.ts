import type { System } from '../operations/system.ts';
import { scopeOf } from '../operations/system.ts';
import { deliver } from '../operations/webhooks/deliver.ts';
import { fanOut } from '../operations/webhooks/fan-out.ts';
import { claimDeliveries } from '../store/webhooks/deliveries.ts';
import type { DueWebhook } from '../store/webhooks/deliveries-due.ts';
import { dueWebhooks } from '../store/webhooks/deliveries-due.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds where nobody says that there is work. */
const interval = 1_000;

/**
 * Deliveries under way in this process, in all and at one endpoint. A receiver that is slow fills its own places
 * and no other's. One that fails gets a single place, and only while half of the house is free, so that many
 * dead ones do not fill it.
 */
const places = { inAll: 256, perEndpoint: 8, failing: { inAll: 128, perEndpoint: 1 } } as const;

/** Sends events to whoever wants them, from soon after they were committed until they were taken or given up. */
export function startDeliverer(system: System): Task {
  /** Subscriptions with something to be done, in the order of their turns; after a delivery one goes to the end. */
  const turns = new Map<string, DueWebhook>();
  const taken = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let takenInAll = 0;
  let isFilling = false;
  let stopped = false;

  /** Gives the free places to whose turn it is, one after the other: claims are not to crowd out requests. */
  async function fill(): Promise<void> {
    if (isFilling) return;
    isFilling = true;
    for (const [id, due] of turns) {
      if (stopped || takenInAll >= places.inAll) break;
      turns.delete(id);
      await serve(due);
    }
    isFilling = false;
  }

  async function serve(due: DueWebhook): Promise<void> {
    const { brandId, webhookId, isFailing } = due;
    const most = isFailing ? places.failing : places;
    const free = Math.min(most.perEndpoint - (taken.get(webhookId) ?? 0), most.inAll - takenInAll);
    if (free <= 0) return;
    for (const delivery of await claim(due, free)) {
      take(webhookId, 1);
      follow(
        deliver(system, brandId, delivery)
          // Whoever comes when the lease is over tries it again.
          .catch(() => undefined)
          .then(() => {
            take(webhookId, -1);
            // The next of its customer waits for this one.
            if (!turns.has(webhookId)) turns.set(webhookId, due);
            return fill();
          }),
      );
    }
  }

  /** Where the database is away there is nothing to do until the next round. */
  const claim = ({ brandId, webhookId }: DueWebhook, most: number) =>
    claimDeliveries(scopeOf(system, brandId), webhookId, system.now(), system.newId(), most).catch(() => []);

  function take(webhookId: string, many: number): void {
    const now = (taken.get(webhookId) ?? 0) + many;
    if (now > 0) taken.set(webhookId, now);
    else taken.delete(webhookId);
    takenInAll += many;
  }

  function follow(work: Promise<void>): void {
    underWay.add(work);
    void work.then(() => underWay.delete(work));
  }

  const rounds = startTask(
    interval,
    async () => {
      const outcome = await fanOut(system);
      for (const due of await dueWebhooks(system.db, system.now())) turns.set(due.webhookId, due);
      follow(fill());
      return outcome;
    },
    system.db.onWake,
  );
  return {
    async stop() {
      stopped = true;
      await rounds.stop();
      // What a claim under way brings is still sent.
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
