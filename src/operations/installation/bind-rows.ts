import { defaultPolicy } from '../../domain/retention/policy.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { insertMissingPolicy } from '../../store/retention/policies.ts';
import type { Outdated, Resealed } from '../../store/rotation/rotation.ts';
import { putResealed, recordsAfter } from '../../store/rotation/rotation.ts';
import type { SealedColumn } from '../../store/rotation/sealed-columns.ts';
import { sealedColumns } from '../../store/rotation/sealed-columns.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { Keyring, Vault } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { provePolicy } from '../proofs.ts';

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
): Promise<void> {
  let done = 0;
  for (const { brandId } of await listBrands(db)) {
    const scope = { brandId, db };
    const keys = await brandKeys(scope);
    // A brand without keys has no sealed records.
    if (keys.length === 0) continue;
    const keyring = vault().keyring(brandId, keys);
    await insertMissingPolicy(scope, provePolicy(keyring, { policy: defaultPolicy, version: 1 }));
    for (const at of sealedColumns.filter(({ bound }) => bound !== undefined)) {
      await bindColumn(scope, keyring, at, (count) => {
        done += count;
        progress(done);
      });
    }
  }
}

async function bindColumn(
  scope: BrandScope,
  keyring: Keyring,
  at: SealedColumn,
  onDone: (count: number) => void,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const { found, last } = await recordsAfter(scope, at, after);
    await putResealed(
      scope,
      at,
      found.flatMap((record) => bound(keyring, at, record) ?? []),
    );
    onDone(found.length);
    if (last === undefined) return;
    after = last;
  }
}

/** The record bound to its row; `undefined` where it is already, or where there is none and none is needed. */
function bound(keyring: Keyring, at: SealedColumn, from: Outdated): Resealed | undefined {
  const sealed = String(from.sealed);
  const { recordId, bound: values } = from;
  const place = { purpose: at.purpose, recordId, bound: values };
  if (sealed === '') {
    if (at.isOptional) return undefined;
    return {
      from,
      sealNumber: from.sealNumber,
      sealed: keyring.seal({ ...place, sealNumber: from.sealNumber }, ''),
    };
  }
  if (opens(keyring, { ...place, sealNumber: from.sealNumber }, sealed)) return undefined;
  const text = keyring.open({ purpose: at.purpose, recordId, sealNumber: from.sealNumber }, sealed);
  return {
    from,
    sealNumber: from.sealNumber,
    sealed: keyring.seal({ ...place, sealNumber: from.sealNumber }, text),
  };
}

function opens(keyring: Keyring, place: Parameters<Keyring['open']>[0], sealed: string): boolean {
  try {
    keyring.open(place, sealed);
    return true;
  } catch (error) {
    if (error instanceof VaultError) return false;
    throw error;
  }
}
