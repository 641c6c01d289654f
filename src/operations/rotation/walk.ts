import { setTimeout as delay } from 'node:timers/promises';
import { readProfile } from '../../domain/customers/record.ts';
import type {
  Batch,
  CustomerTable,
  OutdatedIndex,
  Resealed,
  StoredRecord,
} from '../../store/rotation/rotation.ts';
import { outdatedIndexes, outdatedRecords, putIndexes, putResealed } from '../../store/rotation/rotation.ts';
import type { SealedColumn } from '../../store/rotation/sealed-columns.ts';
import { sealedColumns } from '../../store/rotation/sealed-columns.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { Keyring } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { indexValues } from '../customers/index-values.ts';
import { ssnSealContext } from '../customers/sealing.ts';
import { contextOf } from './bound-records.ts';

/** Progress and stop signal of a walk. */
export interface WalkObserver {
  readonly isStopped: () => boolean;
  /** Called with the number of newly finished records. */
  readonly onDone: (count: number) => void;
  /** Called at intervals during the walk. */
  readonly onAlive: () => Promise<void>;
}

const aliveIntervalMs = 10_000;

/** Re-seals what is under an older key, one declared column after the other. */
export async function resealAll(scope: BrandScope, keyring: Keyring, observer: WalkObserver): Promise<void> {
  for (const at of sealedColumns) {
    await walk(
      observer,
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

const reseal = (keyring: Keyring, at: SealedColumn, from: StoredRecord): Resealed => ({
  from,
  sealed: keyring.reseal(contextOf(at, from), from.sealed),
});

/** Reindexes customers under the newest index key. Idempotency keys are not reindexed; they expire. */
export async function reindexAll(scope: BrandScope, keyring: Keyring, observer: WalkObserver): Promise<void> {
  for (const table of ['customers', 'deleted_customers'] as const satisfies readonly CustomerTable[]) {
    await walk(
      observer,
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

function valuesOf(keyring: Keyring, { id, profile, profileSeal, ssn, ssnSeal, bound }: OutdatedIndex) {
  const place = { purpose: 'profile', recordId: id, sealNumber: profileSeal, bound } as const;
  const opened = readProfile(keyring.open(place, profile));
  return indexValues(keyring, opened, ssn && keyring.open(ssnSealContext(id, ssnSeal), ssn));
}

/** A damaged record and its key are kept; the doctor reports it. */
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

/** Walks a table to its end. After each batch with changes it pauses for as long as the batch took. */
async function walk<Found>(
  observer: WalkObserver,
  find: (after: string | undefined) => Promise<Batch<Found>>,
  put: (found: readonly Found[]) => Promise<number>,
): Promise<void> {
  let alive = performance.now();
  for (let after: string | undefined; !observer.isStopped(); ) {
    const begun = performance.now();
    const { found, last } = await find(after);
    if (found.length > 0) {
      observer.onDone(await put(found));
      await delay(performance.now() - begun);
    }
    if (performance.now() - alive > aliveIntervalMs) {
      alive = performance.now();
      await observer.onAlive();
    }
    if (last === undefined) return;
    after = last;
  }
}
