import type { BrandId } from '../../domain/ids.ts';
import type { Validation } from '../../domain/validation.ts';
import { defaultValidation } from '../../domain/validation.ts';
import { brandRecordStates } from '../../store/audit/versions.ts';
import { changeSettings, readSettings } from '../../store/brands/settings.ts';
import { VaultError } from '../../vault/vault.ts';
import { operatorEntry } from '../audit/operator.ts';
import { provenSettings, proveSettings } from '../proofs.ts';
import { ConflictError, retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/** Which values the brand takes. `undefined` where the row was altered. */
export async function validationOf(system: System, brandId: BrandId): Promise<Validation | undefined> {
  try {
    return (await provenSettings(system, brandId))?.validation ?? defaultValidation;
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}

/**
 * Sets which values the brand takes. Stored values stay as they are. False where it is set already. A row that was altered
 * or removed is written again, with a version that the audit trail does not have yet.
 */
export async function setValidation(
  system: System,
  brandId: BrandId,
  validation: Validation,
): Promise<boolean> {
  const isChanged = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const scope = scopeOf(system, brandId);
    const [stored, states] = [await readSettings(scope), await brandRecordStates(scope)];
    const written = states.find(({ table }) => table === 'brand_settings')?.written ?? 0;
    const known = await validationOf(system, brandId);
    const isCurrent = (stored?.version ?? 0) >= written;
    if (isCurrent && known === validation) return false;
    // An altered row says nothing about its version.
    const version = Math.max(known === undefined ? 0 : (stored?.version ?? 0), written) + 1;
    const next = proveSettings(keyring, { validation, version });
    const entry = operatorEntry(system, keyring, 'brands set', { validation, record_version: next.version });
    if (!(await changeSettings(scope, stored?.version, next, entry)))
      throw new ConflictError('The settings were changed since they were read.');
    return true;
  });
  system.db.wake();
  return isChanged;
}
