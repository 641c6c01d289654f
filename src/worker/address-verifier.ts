import { verifyAddresses } from '../operations/customers/verify-addresses.ts';
import type { System } from '../operations/system.ts';
import { claimVerifications } from '../store/customers/address-claims.ts';
import type { Task } from './task.ts';
import { startTask } from './task.ts';

/** Milliseconds between two rounds, and customers looked at side by side in one. */
const interval = 1_000;
const batch = 8;

/** Asks a remote verifier about addresses that still have no verdict. */
export const startAddressVerifier = (system: System): Task =>
  startTask(
    interval,
    async () => {
      const claims = await claimVerifications(system.db, system.now(), batch);
      await Promise.allSettled(
        claims.map((claim) => verifyAddresses(system, claim.brandId, claim.customerId)),
      );
      return claims.length === batch ? 'more' : 'done';
    },
    system.db.onWake,
  );
