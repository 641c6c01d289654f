import { defaultPolicy } from '../../domain/retention/policy.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { insertMissingPolicy } from '../../store/retention/policies.ts';
import type { Resealed, StoredRecord } from '../../store/rotation/rotation.ts';
import { putResealed } from '../../store/rotation/rotation.ts';
import type { SealedColumn } from '../../store/rotation/sealed-columns.ts';
import type { Keyring, Vault } from '../../vault/vault.ts';
import { provePolicy } from '../proofs.ts';
import { boundColumns, contextOf, eachBoundBatch, opens } from '../rotation/bound-records.ts';

/**
 * Seals what an earlier version wrote to the columns beside it, once, between two migrations: from then on an altered
 * row is noticed. It can be interrupted and goes on where it was. `vault` is opened only where there is a brand.
 *
 * @throws VaultError where a record does not open; `clientele doctor` of the version before names it.
 */
export async function bindRows(
  db: Database,
  vault: () => Vault,
  progress: (records: number) => void = () => undefined,
  columns: readonly SealedColumn[] = boundColumns,
): Promise<void> {
  let done = 0;
  for (const { brandId } of await listBrands(db)) {
    const scope = { brandId, db };
    const keys = await brandKeys(scope);
    // A brand without keys has no sealed records.
    if (keys.length === 0) continue;
    const keyring = vault().keyring(brandId, keys);
    await insertMissingPolicy(scope, provePolicy(keyring, { policy: defaultPolicy, version: 1 }));
    const bindBatch = async (at: SealedColumn, records: readonly StoredRecord[]) => {
      await putResealed(
        scope,
        at,
        records.flatMap((record) => bound(keyring, at, record) ?? []),
      );
      done += records.length;
      progress(done);
    };
    await eachBoundBatch(scope, bindBatch, columns);
  }
}

/** The record bound to its row; `undefined` where it is already, or where there is none and none is needed. */
function bound(keyring: Keyring, at: SealedColumn, from: StoredRecord): Resealed | undefined {
  if (from.sealed === '' && at.isOptional) return undefined;
  if (opens(keyring, at, from)) return undefined;
  const place = contextOf(at, from);
  const text = from.sealed === '' ? '' : keyring.open({ ...place, bound: undefined }, String(from.sealed));
  return { from, sealed: keyring.seal(place, text) };
}
