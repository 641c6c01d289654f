import type { BrandId, Id, KeyIdentity } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { entryPart } from '../../store/audit/journal.ts';
import type { StoredApiKey } from '../../store/brands/api-keys.ts';
import { changeKey, listKeys } from '../../store/brands/api-keys.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import type { Keyring, Vault } from '../../vault/vault.ts';
import { openedOrNothing } from '../../vault/vault.ts';
import { operatorActor } from '../audit/operator.ts';
import { journalOf } from '../journal.ts';
import { checkKey, proveKey } from '../proofs.ts';

// What a restore does to the API keys: a backup does not know which of them were revoked after it was made.

interface Restored {
  readonly db: Database;
  readonly vault: Vault;
  readonly now: Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
  /** Keys that are known to have been revoked since. */
  readonly revoked: ReadonlySet<string>;
}

export interface DisabledKeys {
  /** How many keys wait for `clientele keys enable`. */
  readonly disabled: number;
  readonly revoked: readonly KeyIdentity[];
}

/** Disables every key that works, and revokes those that are known to be revoked, with an audit entry for each. */
export async function disableKeys(restored: Restored): Promise<DisabledKeys> {
  const { db, vault, revoked } = restored;
  let disabled = 0;
  const ended: KeyIdentity[] = [];
  for (const { brandId } of await listBrands(db)) {
    const keys = (await listKeys({ brandId, db })).filter(({ revokedAt }) => !revokedAt);
    if (keys.length === 0) continue;
    const keyring = vault.keyring(brandId, await brandKeys({ brandId, db }));
    for (const key of keys.filter((one) => isProven(keyring, one))) {
      const isRevoked = revoked.has(key.identity);
      if (isRevoked) ended.push(key.identity);
      else disabled += 1;
      await store(restored, brandId, keyring, key, isRevoked);
    }
  }
  return { disabled, revoked: ended };
}

/** A key whose row was altered opens nothing anyway, and stays as it is for `clientele doctor`. */
const isProven = (keyring: Keyring, key: StoredApiKey): boolean =>
  openedOrNothing(() => checkKey(keyring, key)) !== undefined;

async function store(
  { db, vault, now, newId }: Restored,
  brandId: BrandId,
  keyring: Keyring,
  key: StoredApiKey,
  isRevoked: boolean,
): Promise<void> {
  const version = key.version + 1;
  const end = isRevoked ? { revokedAt: now } : { disabledAt: now };
  const cause = { actor: operatorActor(), operation: isRevoked ? 'keys revoke' : 'restore' };
  const facts = { key: key.identity, record_version: version };
  const { entry } = journalOf({ newId, vault }, brandId, cause, now, { facts });
  const next = proveKey(keyring, { ...key, ...end, version });
  if ((await changeKey({ brandId, db }, next, entryPart(entry))) !== 'done')
    throw new Error('A key was changed during the restore.');
}
