import { deliver } from '../operations/deliver.ts';
import { fanOut } from '../operations/deliver-fan-out.ts';
import type { System } from '../operations/system.ts';
import { scopeOf } from '../operations/system.ts';
import { claimDeliveries } from '../store/deliveries.ts';
import type { DueWebhook } from '../store/deliveries-due.ts';
import { dueWebhooks } from '../store/deliveries-due.ts';
import type { Rounds } from './rounds.ts';
import { startRounds } from './rounds.ts';

/** Milliseconds between two rounds where nobody says that there is work. */
const interval = 1_000;

/**
 * Deliveries under way in this process, in all and at one endpoint. A receiver that is slow fills its own places
 * and no other's; one that fails gets a single place, so that many dead ones do not fill the house.
 */
const places = { inAll: 256, perEndpoint: 8, failing: 1 } as const;

/** Sends events to whoever wants them, from soon after they were committed until they were taken or given up. */
export function startDeliverer(system: System): Rounds {
  const underWay = new Map<string, Promise<void>>();
  const counts = new Map<string, number>();
  const failing = new Set<string>();
  let stopped = false;

  /** Fills the free places of one endpoint; each that comes free again is filled at once. */
  async function serve(due: DueWebhook): Promise<void> {
    const { brandId, webhookId } = due;
    const most = failing.has(webhookId) ? places.failing : places.perEndpoint;
    const taken = counts.get(webhookId) ?? 0;
    const free = Math.min(most - taken, places.inAll - underWay.size);
    if (stopped || free <= 0) return;
    // Counted before they are claimed, so that two who come at once do not both take the same places.
    counts.set(webhookId, taken + free);
    const claimed = await claim(due, free);
    release(webhookId, free - claimed.length);
    for (const delivery of claimed) {
      if (delivery.webhook.failingSince) failing.add(webhookId);
      else failing.delete(webhookId);
      const work = deliver(system, brandId, delivery)
        .catch(() => undefined)
        .then(() => {
          underWay.delete(delivery.deliveryId);
          release(webhookId, 1);
          // The next of a customer waits for this one.
          if (!stopped) void serve(due);
        });
      underWay.set(delivery.deliveryId, work);
    }
  }

  /** Where the database is away there is nothing to do until the next round. */
  const claim = ({ brandId, webhookId }: DueWebhook, most: number) =>
    claimDeliveries(scopeOf(system, brandId), webhookId, system.now(), system.newId(), most).catch(() => []);

  function release(webhookId: string, many: number): void {
    const left = (counts.get(webhookId) ?? 0) - many;
    if (left > 0) counts.set(webhookId, left);
    else counts.delete(webhookId);
  }

  const rounds = startRounds(
    interval,
    async () => {
      const outcome = await fanOut(system);
      const due = await dueWebhooks(system.db, system.now());
      await Promise.all(due.map(serve));
      return outcome;
    },
    system.db.onWake,
  );
  return {
    async stop() {
      stopped = true;
      await rounds.stop();
      await Promise.all(underWay.values());
    },
  };
}
