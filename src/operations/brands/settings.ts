import type { BrandId } from '../../domain/ids.ts';
import type { Validation } from '../../domain/validation.ts';
import { defaultValidation } from '../../domain/validation.ts';
import { brandRecordStates } from '../../store/audit/versions.ts';
import type { StoredSettings } from '../../store/brands/settings.ts';
import { changeSettings, readSettings } from '../../store/brands/settings.ts';
import { VaultError } from '../../vault/vault.ts';
import { operatorEntry } from '../audit/operator.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { checkSettings, proveSettings } from '../proofs.ts';
import { ConflictError, retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/** Which values the brand takes. `undefined` where the row was altered. */
export const validationOf = async (system: System, brandId: BrandId): Promise<Validation | undefined> =>
  validationIn(system, brandId, await readSettings(scopeOf(system, brandId)));

/** The same of a row that is read already. */
async function validationIn(
  { keyrings }: System,
  brandId: BrandId,
  stored: StoredSettings | undefined,
): Promise<Validation | undefined> {
  if (!stored) return defaultValidation;
  try {
    const keyring = await keyrings.of(brandId);
    return (await withFreshKeyring(keyrings, keyring, (one) => checkSettings(one, stored))).validation;
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
    const known = await validationIn(system, brandId, stored);
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
