import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId, KeyIdentity } from '../../domain/ids.ts';
import { isKeyName, keyNameRule } from '../../domain/keys/api-key.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Scope } from '../../domain/scopes.ts';
import { defaultScopes, isKeyScope, keyScopes } from '../../domain/scopes.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import { valueRules } from '../../domain/values.ts';
import { entryPart } from '../../store/audit/journal.ts';
import type { ApiKey, KeyUse, StoredApiKey } from '../../store/brands/api-keys.ts';
import { changeKey, findKeys, insertKey, keyUses, listKeys } from '../../store/brands/api-keys.ts';
import { operatorEntry, recordOperatorAction } from '../audit/operator.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { isCidr } from '../networks.ts';
import { digestSecret } from '../principal.ts';
import { checkKey, proveKey } from '../proofs.ts';
import { requireDone, retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/** A new key with its secret, which is shown only once. */
export interface NewKey extends ApiKey {
  /** 48 random bytes, base64: what the `Authorization` header carries. */
  readonly authorization: string;
}

/** 48 random bytes, base64: 64 characters. */
export const newSecret = (system: System): string => system.random(48).toString('base64');

export interface KeyOptions {
  readonly name?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** Days until the key expires, or `never`. Without it a key expires in live after a year. */
  readonly days?: number | 'never' | undefined;
  /** The e-mail address of the person behind the key. */
  readonly owner?: string | undefined;
  /** CIDRs of the sources that may use the key. Without them it may be used from everywhere. */
  readonly networks?: readonly string[] | undefined;
}

/** Days until a key expires in live, unless its maker says otherwise. */
const liveDays = 365;

export function expiryOf({ environment }: System, { days }: KeyOptions, now: Instant): Instant | undefined {
  const chosen = days ?? (environment === 'live' ? liveDays : 'never');
  return chosen === 'never' ? undefined : plusSeconds(now, chosen * 86_400);
}

/** In lower case, so that one person has one spelling. */
function ownerOf(system: System, owner: string | undefined): string | undefined {
  const address = owner?.normalize('NFC').trim().toLowerCase();
  if (address === undefined) return undefined;
  const context = { now: system.now(), sandbox: system.environment === 'sandbox' };
  if (valueRules.email(address, context) === undefined) return address;
  throw new OperatorError("A key's owner is a person's e-mail address, for example --owner mo@example.com.");
}

function networksOf({ networks = [] }: KeyOptions): readonly string[] {
  const wrong = networks.filter((network) => !isCidr(network));
  if (wrong.length === 0) return networkList(networks);
  throw new OperatorError(
    `Not a network: ${wrong.join(', ')}. Write CIDRs separated by commas, for example 10.1.0.0/16,192.0.2.7/32.`,
  );
}

/** Each network once, in lower case. */
export const networkList = (networks: readonly string[]): readonly string[] => [
  ...new Set(networks.map((network) => network.toLowerCase())),
];

/** Creates an API key. Only the digest of its secret is stored. */
export async function createKey(system: System, brandId: BrandId, options: KeyOptions): Promise<NewKey> {
  const now = system.now();
  const identity = system.newId<'key'>();
  const name = (options.name ?? `key-${identity.slice(0, 8)}`).normalize('NFC').trim();
  if (!isKeyName(name)) throw new OperatorError(keyNameRule);
  const authorization = newSecret(system);
  const key: ApiKey = {
    identity,
    name,
    scopes: scopesOf(options.scopes),
    createdAt: now,
    expiresAt: expiryOf(system, options, now),
    revokedAt: undefined,
    disabledAt: undefined,
    previousUntil: undefined,
    owner: ownerOf(system, options.owner),
    networks: networksOf(options),
    createdBy: undefined,
    rotatedBy: undefined,
  };
  const stored = { ...key, version: 1, digest: digestSecret(authorization), previousDigest: undefined };
  const facts = { key: identity, scopes: key.scopes, record_version: 1 };
  const outcome = await retryOnConflict(system.keyrings, brandId, (keyring) =>
    insertKey(
      scopeOf(system, brandId),
      proveKey(keyring, stored),
      entryPart(operatorEntry(system, keyring, 'keys create', facts)),
    ),
  );
  if (outcome === 'taken') {
    throw new OperatorError(
      `The brand already has a key named "${name}". Choose another name, or rotate that key.`,
    );
  }
  system.db.wake();
  return { ...key, authorization };
}

function scopesOf(wished: readonly string[] | undefined): readonly Scope[] {
  if (wished === undefined) return defaultScopes;
  const unknown = wished.filter((scope) => !isKeyScope(scope));
  if (unknown.length > 0 || wished.length === 0) {
    const what =
      unknown.length > 0 ? `Not a scope: ${unknown.join(', ')}.` : 'A key needs at least one scope.';
    throw new OperatorError(`${what} There are: ${keyScopes.join(', ')}.`);
  }
  return keyScopes.filter((scope) => wished.includes(scope));
}

/**
 * Every key of a brand, revoked ones included, oldest first.
 *
 * @throws VaultError where a row was altered.
 */
export const keysOf = async (system: System, brandId: BrandId): Promise<readonly ApiKey[]> =>
  (await storedKeys(system, brandId)).map(withoutSecret);

async function storedKeys(system: System, brandId: BrandId): Promise<readonly StoredApiKey[]> {
  const keys = await listKeys(scopeOf(system, brandId));
  const keyring = await system.keyrings.of(brandId);
  return withFreshKeyring(system.keyrings, keyring, (one) => keys.map((key) => checkKey(one, key)));
}

/** A key of the brand as it is stored. @throws VaultError where the row was altered. */
export async function storedKey(
  system: System,
  brandId: BrandId,
  identity: KeyIdentity,
): Promise<StoredApiKey | undefined> {
  const [key] = await findKeys(scopeOf(system, brandId), [identity]);
  if (!key) return undefined;
  return withFreshKeyring(system.keyrings, await system.keyrings.of(brandId), (one) => checkKey(one, key));
}

const withoutSecret = (key: StoredApiKey): ApiKey => ({
  identity: key.identity,
  name: key.name,
  scopes: key.scopes,
  createdAt: key.createdAt,
  expiresAt: key.expiresAt,
  revokedAt: key.revokedAt,
  disabledAt: key.disabledAt,
  previousUntil: key.previousUntil,
  owner: key.owner,
  networks: key.networks,
  createdBy: key.createdBy,
  rotatedBy: key.rotatedBy,
});

/** A key as a review of access shows it. */
export interface ReviewedKey extends ApiKey {
  readonly use: KeyUse | undefined;
}

/** Every key of a brand with its last use. The audit trail records the review. @throws VaultError */
export async function reviewKeys(system: System, brandId: BrandId): Promise<readonly ReviewedKey[]> {
  const [keys, uses] = await Promise.all([keysOf(system, brandId), keyUses(scopeOf(system, brandId))]);
  await recordOperatorAction(system, brandId, 'keys review');
  return keys.map((key) => ({ ...key, use: uses.get(key.identity) }));
}

/** Finds a key of the brand by its identity or its name. */
export async function findKeyByName(
  system: System,
  brandId: BrandId,
  nameOrIdentity: string,
): Promise<ApiKey> {
  const keys = await keysOf(system, brandId);
  const wanted = nameOrIdentity.normalize('NFC').trim();
  const key = keys.find((one) => one.identity === wanted.toLowerCase() || one.name === wanted);
  if (key) return key;
  throw new OperatorError(
    `The brand has no key "${wanted}". List its keys with: clientele keys list --brand NAME`,
  );
}

/** Creates a new secret under the same identity; the old secret stays valid for the given number of hours. */
export async function replaceSecret(
  system: System,
  brandId: BrandId,
  key: ApiKey,
  overlapHours: number,
): Promise<NewKey> {
  const authorization = newSecret(system);
  const until = plusSeconds(system.now(), Math.round(overlapHours * 3600));
  const action = { operation: 'keys rotate', facts: { overlap_hours: overlapHours } };
  const renewed = await change(system, brandId, key.identity, action, (stored) => {
    if (stored.revokedAt)
      throw new OperatorError(
        `The key "${stored.name}" is revoked. Make a new one with: clientele keys create`,
      );
    const digest = digestSecret(authorization);
    return { ...stored, digest, previousDigest: stored.digest, previousUntil: until };
  });
  return { ...renewed, authorization };
}

/** Ends a key for good; every process refuses it within a second. */
export const revokeBrandKey = (system: System, brandId: BrandId, identity: KeyIdentity): Promise<ApiKey> =>
  change(system, brandId, identity, { operation: 'keys revoke' }, (stored) => ({
    ...stored,
    revokedAt: stored.revokedAt ?? system.now(),
  }));

/** Lets a key work again that a restore has disabled. @throws OperatorError for a revoked key. */
export const enableKey = (system: System, brandId: BrandId, identity: KeyIdentity): Promise<ApiKey> =>
  change(system, brandId, identity, { operation: 'keys enable' }, (stored) => {
    if (stored.revokedAt)
      throw new OperatorError(
        `The key "${stored.name}" is revoked, and stays so. Make a new one with: clientele keys create`,
      );
    return { ...stored, disabledAt: undefined };
  });

/**
 * Names the person behind a key that names none, for example one from before keys had owners. From then on it counts
 * as theirs in what takes two people, also for what was asked for before. A revoked key gets one too.
 *
 * @throws OperatorError for a key that has an owner: its owner never changes.
 */
export async function setKeyOwner(
  system: System,
  brandId: BrandId,
  identity: KeyIdentity,
  wanted: string,
): Promise<ApiKey> {
  const owner = ownerOf(system, wanted);
  return change(system, brandId, identity, { operation: 'keys set-owner' }, (stored) => {
    if (stored.owner !== undefined)
      throw new OperatorError(
        `The key "${stored.name}" has the owner ${stored.owner}, and an owner never changes. Make a key for another person with: clientele keys create --owner EMAIL`,
      );
    return { ...stored, owner };
  });
}

/** Changes a key as it is stored now, after proving that it is as it was written. */
async function change(
  system: System,
  brandId: BrandId,
  identity: KeyIdentity,
  { operation, facts }: { readonly operation: string; readonly facts?: AuditFacts },
  decide: (stored: StoredApiKey) => StoredApiKey,
): Promise<ApiKey> {
  const changed = await retryOnConflict(system.keyrings, brandId, async (keyring) => {
    const stored = await storedKey(system, brandId, identity);
    if (!stored) throw new OperatorError('The brand has no such key.');
    const next = proveKey(keyring, { ...decide(stored), version: stored.version + 1 });
    const written = { key: identity, ...facts, record_version: next.version };
    const entry = operatorEntry(system, keyring, operation, written);
    requireDone(await changeKey(scopeOf(system, brandId), next, entryPart(entry)));
    return next;
  });
  system.db.wake();
  return withoutSecret(changed);
}
