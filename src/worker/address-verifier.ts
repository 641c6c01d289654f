import { verifyAddresses } from '../operations/customers/verify-addresses.ts';
import type { System } from '../operations/system.ts';
import { claimVerifications } from '../store/customers/address-claims.ts';
import type { Task } from './task.ts';
import { settleAll, startTask } from './task.ts';
import type { TaskLog } from './task-log.ts';

/** Milliseconds between two rounds, and the customers whose addresses one round looks up concurrently. */
const interval = 1_000;
const batch = 8;

/** Asks a remote verifier about addresses that still have no verdict. */
export const startAddressVerifier = (system: System, log: TaskLog): Task =>
  startTask({
    interval,
    log,
    onWake: system.db.onWake,
    async round() {
      const claims = await claimVerifications(system.db, system.now(), batch);
      await settleAll(
        claims.map((claim) => verifyAddresses(system, claim.brandId, claim.customerId)),
        log.failed,
      );
      return claims.length === batch ? 'more' : 'done';
    },
  });
