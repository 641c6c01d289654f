import { setTimeout as delay } from 'node:timers/promises';
import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { NewEntry } from '../../store/audit/journal.ts';
import { addKey, destroyOlderKeys, keyVersions, postponeRotation } from '../../store/brands/brand-keys.ts';
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

// The keys of a brand change while it is served. A rotation is under way while a brand has two versions of
// a key, so there is nothing else to remember: whichever process finds two resumes the rotation.

export type KeyKind = 'brand' | 'index';

/** Who started a rotation, and what it reports to. */
export interface RotationOptions {
  readonly by: 'operator' | 'clientele';
  /** Called at intervals with how many records are done, of how many. */
  readonly onProgress?: (done: number, of: number) => void;
  /** Asked between batches. A rotation that is stopped is resumed by a later call. */
  readonly isStopped?: () => boolean;
}

/** How far a rotation came. */
export interface Rotated {
  readonly kind: KeyKind;
  /** The version in use. */
  readonly version: number;
  /** Whether it had been begun before. */
  readonly resumed: boolean;
  /** Records that were sealed or indexed anew. */
  readonly done: number;
  readonly destroyed: readonly number[];
  /** What still needs an older version, so that it could not be destroyed. */
  readonly remaining: readonly KeyUse[];
}

/**
 * Gives a brand a new key and everything of the brand to it, and destroys the old one once nothing is under
 * it; goes on with what an earlier call began. No customer's version or dates change.
 *
 * @throws OperatorError where the brand's changes leave no gap for the new key.
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

/** How often the brand's lock is tried for between the changes under way, and the time between two attempts. */
const maxAttempts = 100;
const retryDelayMs = 100;

/** Adds the new version. False where there is a rotation under way. */
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
    const entry = entryOf(system, by, `rotate ${kind}-key`, { version });
    const add = () => addKey(scope, system.vault.newKey(brandId, kind, version), system.now(), entry);
    const outcome = await withCurrentRoot(system, add);
    if (outcome === 'done') return true;
    if (outcome === 'superseded') return false;
    await delay(retryDelayMs);
  }
  throw new OperatorError(
    'Changes of the brand were under way all the time, so it was given no new key. Try again with the same command.',
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
    // Other workers leave the rotation alone meanwhile.
    onAlive: () => postponeRotation(scope, kind, plusSeconds(system.now(), rotationLease)),
  };
  // A record that changed during the walk is under the new key by now, or the next walk finds it.
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
  const entry = entryOf(system, by, `destroy ${kind}-key`, { before: version });
  const destroyed = await destroyOlderKeys(scopeOf(system, brandId), kind, version, entry);
  if (destroyed.length > 0) system.db.wake();
  await system.keyrings.reload(brandId);
  return destroyed;
}

const newestOf = (keyring: Keyring, kind: KeyKind): number =>
  kind === 'brand' ? keyring.sealVersion : keyring.indexVersion;

/** What is there to be done by a walk; the rest goes by itself. */
const counted = (uses: readonly KeyUse[]): number =>
  uses.reduce((sum, { count, until }) => sum + (until === undefined ? count : 0), 0);

export function entryOf(
  system: System,
  by: RotationOptions['by'],
  operation: string,
  facts: AuditFacts,
): NewEntry {
  if (by === 'operator') return operatorEntry(system, operation, facts);
  const cause = { actor: { kind: 'clientele' }, operation } as const;
  return journalOf(system, cause, system.now(), { facts }).entry;
}
