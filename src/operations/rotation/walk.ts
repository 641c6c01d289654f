import { setTimeout as sleep } from 'node:timers/promises';
import { readProfile } from '../../domain/customers/record.ts';
import type {
  CustomerTable,
  Outdated,
  OutdatedIndex,
  Resealed,
  Span,
} from '../../store/rotation/rotation.ts';
import { outdatedIndexes, outdatedRecords, putIndexes, putResealed } from '../../store/rotation/rotation.ts';
import type { SealedColumn } from '../../store/rotation/sealed-columns.ts';
import { sealedColumns } from '../../store/rotation/sealed-columns.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { Keyring } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { indexValues } from '../customers/index-values.ts';
import { customerSealContext } from '../customers/sealing.ts';

/** How a walk is followed. */
export interface Follow {
  readonly isStopped: () => boolean;
  /** Told how many more records are done. */
  readonly onDone: (count: number) => void;
  /** Told now and then that the walk goes on. */
  readonly onAlive: () => Promise<void>;
}

/** Milliseconds between two signs of life. */
const pulse = 10_000;

/** Seals what is under an older key anew, one column of the register after the other. */
export async function resealAll(scope: BrandScope, keyring: Keyring, follow: Follow): Promise<void> {
  for (const at of sealedColumns) {
    await walk(
      follow,
      (after) => outdatedRecords(scope, at, keyring.sealVersion, after),
      (found) =>
        putResealed(
          scope,
          at,
          readable(found, (record) => reseal(keyring, at, record)),
        ),
    );
  }
}

function reseal(keyring: Keyring, at: SealedColumn, from: Outdated): Resealed {
  const { recordId, sealNumber, sealed } = from;
  const next = at.sealCounter === undefined ? sealNumber : sealNumber + 1;
  return {
    from,
    sealNumber: next,
    sealed: keyring.reseal({ purpose: at.purpose, recordId, sealNumber }, next, sealed),
  };
}

/** Gives customers who are indexed under an older key their values under the newest. Repeats run out instead. */
export async function reindexAll(scope: BrandScope, keyring: Keyring, follow: Follow): Promise<void> {
  for (const table of ['customers', 'deleted_customers'] as const satisfies readonly CustomerTable[]) {
    await walk(
      follow,
      (after) => outdatedIndexes(scope, table, keyring.indexVersion, after),
      (found) =>
        putIndexes(
          scope,
          table,
          readable(found, (of) => ({ of, values: valuesOf(keyring, of) })),
        ),
    );
  }
}

function valuesOf(keyring: Keyring, { id, profile, profileSeal, ssn, ssnSeal }: OutdatedIndex) {
  const opened = readProfile(keyring.open(customerSealContext('profile', id, profileSeal), profile));
  return indexValues(keyring, opened, ssn && keyring.open(customerSealContext('ssn', id, ssnSeal), ssn));
}

/** A damaged record is left, and so is the key that it is under; the doctor tells of it. */
function readable<From, To>(found: readonly From[], work: (one: From) => To): readonly To[] {
  return found.flatMap((one) => {
    try {
      return [work(one)];
    } catch (error) {
      if (error instanceof VaultError && error.code === 'unreadable') return [];
      throw error;
    }
  });
}

/** Goes along a table to its end. After each span with work in it, as much time is left to others as it took. */
async function walk<Found>(
  follow: Follow,
  find: (after: string | undefined) => Promise<Span<Found>>,
  put: (found: readonly Found[]) => Promise<number>,
): Promise<void> {
  let alive = performance.now();
  for (let after: string | undefined; !follow.isStopped(); ) {
    const begun = performance.now();
    const { found, last } = await find(after);
    if (found.length > 0) {
      follow.onDone(await put(found));
      await sleep(performance.now() - begun);
    }
    if (performance.now() - alive > pulse) {
      alive = performance.now();
      await follow.onAlive();
    }
    if (last === undefined) return;
    after = last;
  }
}
