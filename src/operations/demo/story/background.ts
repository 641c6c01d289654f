import { claimDueRuns } from '../../../store/kyc/due.ts';
import { claimDueRecords } from '../../../store/retention/due.ts';
import { claimDeliveries } from '../../../store/webhooks/deliveries.ts';
import { dueWebhooks } from '../../../store/webhooks/deliveries-due.ts';
import { sequence } from '../../audit/sequence.ts';
import { advanceVerification } from '../../kyc/advance.ts';
import { eraseCustomer } from '../../retention/erasure.ts';
import type { System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import { deliver } from '../../webhooks/deliver.ts';
import { fanOut } from '../../webhooks/fan-out.ts';

// Single rounds of the background work, which has not begun when the demo is made.

/** Asks the providers of the verifications that are due. */
export async function advanceDue(system: System): Promise<void> {
  const due = await claimDueRuns(system.db, system.now(), 8);
  await Promise.all(due.map(({ brandId, runId }) => advanceVerification(system, brandId, runId)));
}

/** Numbers what happened, and sends what webhooks wait for. */
export async function sendWebhooks(system: System): Promise<void> {
  while ((await sequence(system)) === 'more');
  while ((await fanOut(system)) === 'more');
  for (const { brandId, webhookId } of await dueWebhooks(system.db, system.now(), [])) {
    const scope = scopeOf(system, brandId);
    for (const delivery of await claimDeliveries(scope, webhookId, system.now(), system.newId(), 50))
      await deliver(system, brandId, delivery);
  }
}

/** Examines the deleted customers whose period may be over. */
export async function examineDeleted(system: System): Promise<void> {
  const due = await claimDueRecords(system.db, system.now(), 64);
  for (const { brandId, customerId } of due) await eraseCustomer(system, brandId, customerId);
}
