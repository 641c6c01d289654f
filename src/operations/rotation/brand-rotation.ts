import { setTimeout as delay } from 'node:timers/promises';
import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { NewEntry } from '../../store/audit/journal.ts';
import {
  addKey,
  brandKeys,
  destroyOlderKeys,
  keyVersions,
  postponeRotation,
} from '../../store/brands/brand-keys.ts';
import { rotationLease } from '../../store/rotation/claims.ts';
import type { KeyUse } from '../../store/rotation/rotation.ts';
import { countOlderKeyUses } from '../../store/rotation/rotation.ts';
import type { Keyring } from '../../vault/vault.ts';
import { operatorEntry } from '../audit/operator.ts';
import { withCurrentRoot } from '../brands/root-key.ts';
import { journalOf } from '../journal.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { reindexAll, resealAll } from './walk.ts';

// Rotates the keys of a brand while it is served. Two versions of a key mean a running rotation; that is its only
// state. Any process that finds two versions resumes the rotation.

export type KeyKind = 'brand' | 'index';

/** Who started a rotation, and what it reports to. */
export interface RotationOptions {
  readonly by: 'operator' | 'clientele';
  /** Called at intervals with the number of finished records and the total. */
  readonly onProgress?: (done: number, of: number) => void;
  /** Checked between batches. A later call resumes a stopped rotation. */
  readonly isStopped?: () => boolean;
}

/** The result of a rotation. */
export interface Rotated {
  readonly kind: KeyKind;
  /** The version in use. */
  readonly version: number;
  /** Whether an earlier call started it. */
  readonly resumed: boolean;
  /** Records that were resealed or reindexed. */
  readonly done: number;
  readonly destroyed: readonly number[];
  /** What still needs an older version, which therefore was not destroyed. */
  readonly remaining: readonly KeyUse[];
}

/**
 * Creates a new key for a brand, moves all its records to it, and destroys the old key once nothing uses it.
 * Resumes a rotation of an earlier call. No customer's version or dates change.
 *
 * @throws OperatorError if the brand's changes leave no gap for the new key.
 */
export async function rotateKey(
  system: System,
  brandId: BrandId,
  kind: KeyKind,
  options: RotationOptions,
): Promise<Rotated> {
  const resumed = !(await begin(system, brandId, kind, options));
  return { ...(await resume(system, brandId, kind, options)), resumed };
}

/** Attempts to get the brand's lock between running changes, and the delay between two attempts. */
const maxAttempts = 100;
const retryDelayMs = 100;

/** Adds the new version. False if a rotation is running. */
async function begin(
  system: System,
  brandId: BrandId,
  kind: KeyKind,
  { by }: RotationOptions,
): Promise<boolean> {
  const scope = scopeOf(system, brandId);
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const versions = (await keyVersions(scope)).filter((one) => one.kind === kind);
    const version = (versions.at(-1)?.version ?? 0) + 1;
    if (versions.length !== 1) return false;
    const outcome = await withCurrentRoot(system, async () => {
      const key = system.vault.newKey(brandId, kind, version);
      // The entry's reason is sealed under the new key: the database takes nothing new under the one before.
      const keyring = system.vault.keyring(brandId, [...(await brandKeys(scope)), key]);
      const entry = entryOf(system, keyring, by, `rotate ${kind}-key`, { version });
      return addKey(scope, key, system.now(), entry);
    });
    if (outcome === 'done') return true;
    if (outcome === 'superseded') return false;
    await delay(retryDelayMs);
  }
  throw new OperatorError(
    'Changes of the brand were running all the time, so no new key was created. Repeat the command.',
  );
}

async function resume(
  system: System,
  brandId: BrandId,
  kind: KeyKind,
  options: RotationOptions,
): Promise<Omit<Rotated, 'resumed'>> {
  const scope = scopeOf(system, brandId);
  const keyring = await system.keyrings.reload(brandId);
  const version = newestOf(keyring, kind);
  const uses = () => countOlderKeyUses(scope, kind, version, system.now());
  let remaining = await uses();
  const total = counted(remaining);
  let done = 0;
  const observer = {
    isStopped: () => options.isStopped?.() ?? false,
    onDone: (count: number) => {
      done += count;
      options.onProgress?.(done, Math.max(done, total));
    },
    // Other workers skip the rotation during this time.
    onAlive: () => postponeRotation(scope, kind, plusSeconds(system.now(), rotationLease)),
  };
  // A record that changed during the walk is under the new key, or the next walk finds it.
  while (counted(remaining) > 0 && !observer.isStopped()) {
    const before = counted(remaining);
    await (kind === 'brand' ? resealAll(scope, keyring, observer) : reindexAll(scope, keyring, observer));
    remaining = await uses();
    if (counted(remaining) >= before) break;
  }
  const ends = remaining.flatMap(({ until }) => until ?? []).sort();
  const [last] = ends.slice(-1);
  if (last !== undefined && counted(remaining) === 0) await postponeRotation(scope, kind, last);
  const destroyed = remaining.length === 0 ? await destroy(system, brandId, kind, version, options) : [];
  return { kind, version, done, destroyed, remaining };
}

async function destroy(
  system: System,
  brandId: BrandId,
  kind: KeyKind,
  version: number,
  { by }: RotationOptions,
) {
  const keyring = await system.keyrings.of(brandId);
  const entry = entryOf(system, keyring, by, `destroy ${kind}-key`, { before: version });
  const destroyed = await destroyOlderKeys(scopeOf(system, brandId), kind, version, entry);
  if (destroyed.length > 0) system.db.wake();
  await system.keyrings.reload(brandId);
  return destroyed;
}

const newestOf = (keyring: Keyring, kind: KeyKind): number =>
  kind === 'brand' ? keyring.sealVersion : keyring.indexVersion;

/** The number of records that a walk has to move; the others expire. */
const counted = (uses: readonly KeyUse[]): number =>
  uses.reduce((sum, { count, until }) => sum + (until === undefined ? count : 0), 0);

export function entryOf(
  system: System,
  keyring: Keyring,
  by: RotationOptions['by'],
  operation: string,
  facts: AuditFacts,
): NewEntry {
  if (by === 'operator') return operatorEntry(system, keyring, operation, facts);
  const cause = { actor: { kind: 'clientele' }, operation } as const;
  return journalOf(system, keyring.brandId as BrandId, cause, system.now(), { facts }).entry;
}
