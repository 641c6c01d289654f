import type { BrandId } from '../../domain/ids.ts';
import type { StoredKey } from '../../store/brands/brand-keys.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { miscountedHolds } from '../../store/retention/holds.ts';
import { readPolicy } from '../../store/retention/policies.ts';
import type { Keyring, Vault } from '../../vault/vault.ts';
import { VaultError } from '../../vault/vault.ts';
import { eachBoundBatch, opens } from '../rotation/bound-records.ts';
import type { Finding } from './finding.ts';
import { green, red } from './finding.ts';

const check = 'records';
/** Altered rows that are named; the others are only counted. */
const named = 5;

/** Checks that every row that decides something is as Clientele wrote it. Reads all of them. */
export async function examineRecords(database: Database, vault: Vault): Promise<readonly Finding[]> {
  const altered: string[] = [];
  let looked = 0;
  for (const { brandId } of await listBrands(database)) {
    const scope = { brandId, db: database };
    const keyring = keyringOf(vault, brandId, await brandKeys(scope));
    // The check of the brands says that these keys do not open.
    if (!keyring) continue;
    if (!(await readPolicy(scope))) altered.push(`retention_policies ${brandId} (missing)`);
    altered.push(...(await miscountedHolds(scope)).map((id) => `legal_holds of customer ${id}`));
    await eachBoundBatch(scope, async (at, records) => {
      const present = records.filter(({ sealed }) => sealed !== '' || !at.isOptional);
      const broken = present.filter((record) => !opens(keyring, at, record));
      altered.push(...broken.map(({ key }) => `${at.table} ${key}`));
      looked += present.length;
    });
  }
  if (altered.length === 0)
    return [green(check, `All ${looked} rows that decide something are as they were written.`)];
  const more = altered.length > named ? ` and ${altered.length - named} more` : '';
  return [
    red(
      check,
      `Rows were altered outside of Clientele: ${altered.slice(0, named).join(', ')}${more}.`,
      'Find out who can write the tables, and restore these rows from a backup (docs/operating.md).',
    ),
  ];
}

function keyringOf(vault: Vault, brandId: BrandId, keys: readonly StoredKey[]): Keyring | undefined {
  try {
    return vault.keyring(brandId, keys);
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}
