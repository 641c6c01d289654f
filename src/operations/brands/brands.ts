import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { defaultPolicy } from '../../domain/retention/policy.ts';
import type { Brand, BrandRows } from '../../store/brands/brands.ts';
import { insertBrand, listBrands } from '../../store/brands/brands.ts';
import type { Keyring } from '../../vault/vault.ts';
import { operatorEntry } from '../audit/operator.ts';
import { provePolicy, proveProgram } from '../proofs.ts';
import type { System } from '../system.ts';
import { withCurrentRoot } from './root-key.ts';

const brandName = /^\p{L}[\p{L}\p{M}\p{Nd} .,&'’()_-]{0,99}$/u;

/**
 * Creates a brand with its own keys. Its name has 1 to 100 characters and starts with a letter; commands refer to
 * the brand by it.
 */
export async function createBrand(system: System, name: string, id?: BrandId): Promise<Brand> {
  const trimmed = name.normalize('NFC').trim();
  if (!brandName.test(trimmed)) {
    throw new OperatorError(
      "A brand's name starts with a letter and has at most 100 letters, digits, spaces and . , & ' ( ) _ -",
    );
  }
  const brand: Brand = { brandId: id ?? system.newId(), name: trimmed, createdAt: system.now() };
  const isMade = await withCurrentRoot(system, () => {
    const keys = system.vault.newBrandKeys(brand.brandId);
    const keyring = system.vault.keyring(brand.brandId, keys);
    const entry = operatorEntry(system, keyring, 'brands create');
    return insertBrand(system.db, brand, { keys, ...firstRows(system, keyring, brand) }, entry);
  });
  if (!isMade) {
    throw new OperatorError(
      `There is already a brand named "${trimmed}". Choose another name, or use that brand.`,
    );
  }
  system.db.wake();
  return brand;
}

/** What the brand has from its beginning beside its keys: a program that the environment's provider serves, a policy. */
function firstRows(system: System, keyring: Keyring, { createdAt }: Brand): Omit<BrandRows, 'keys'> {
  const program = {
    programId: system.newId<'program'>(),
    name: 'default',
    provider: undefined,
    settings: undefined,
    settingsSeal: 0,
    createdAt,
  };
  return {
    program: proveProgram(keyring, program),
    policy: provePolicy(keyring, { policy: defaultPolicy, version: 1 }),
  };
}

/** Every brand, oldest first. */
export const allBrands = (system: System): Promise<readonly Brand[]> => listBrands(system.db);

/** Finds a brand by its name. @throws OperatorError that lists the existing names. */
export async function findBrandByName(system: System, name: string): Promise<Brand> {
  const brands = await listBrands(system.db);
  const wanted = name.normalize('NFC').trim();
  const brand = brands.find((one) => one.name === wanted || one.brandId === wanted.toLowerCase());
  if (brand) return brand;
  const known = brands.map((one) => `"${one.name}"`).join(', ');
  throw new OperatorError(
    known === ''
      ? `There is no brand yet. Make one with: clientele brands create "${wanted}"`
      : `There is no brand named "${wanted}". There are: ${known}. Make one with: clientele brands create NAME`,
  );
}
