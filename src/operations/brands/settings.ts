import type { BrandId } from '../../domain/ids.ts';
import type { Validation } from '../../domain/validation.ts';
import { defaultValidation } from '../../domain/validation.ts';
import { changeSettings } from '../../store/brands/settings.ts';
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

/** Sets which values the brand takes. Stored values stay as they are. False where it is set already. */
export async function setValidation(
  system: System,
  brandId: BrandId,
  validation: Validation,
): Promise<boolean> {
  const isChanged = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const before = await provenSettings(system, brandId);
    if ((before?.validation ?? defaultValidation) === validation) return false;
    const next = proveSettings(keyring, { validation, version: (before?.version ?? 0) + 1 });
    const entry = operatorEntry(system, keyring, 'brands set', { validation, record_version: next.version });
    if (!(await changeSettings(scopeOf(system, brandId), next, entry)))
      throw new ConflictError('The settings were changed since they were read.');
    return true;
  });
  system.db.wake();
  return isChanged;
}
