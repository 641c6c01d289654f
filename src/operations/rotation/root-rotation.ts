import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { plusSeconds } from '../../domain/time.ts';
import { eventDays } from '../../domain/webhooks/events.ts';
import { entryPart } from '../../store/audit/journal.ts';
import { brandKeys, updateWrappedKey } from '../../store/brands/brand-keys.ts';
import type { RootVersion } from '../../store/brands/root-versions.ts';
import {
  brandsUnderOlderRoot,
  deleteRootVersion,
  insertRootVersion,
  rootVersions,
  withRootKeyLock,
} from '../../store/brands/root-versions.ts';
import { isUnavailable } from '../../store/connection/outage.ts';
import { listOperators, replaceOperatorMac } from '../../store/operators/accounts.ts';
import { changePasskey, everyPasskey } from '../../store/operators/passkeys.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { addRootVersion, dropRootVersions } from '../../vault/root-key-file.ts';
import { openedOrNothing } from '../../vault/vault.ts';
import { StoppedTrail } from '../audit/foreign.ts';
import { sequence } from '../audit/sequence.ts';
import { checkOperator, checkPasskey, proveOperator, provePasskey } from '../proofs.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import type { RotationOptions } from './brand-rotation.ts';
import { entryOf } from './brand-rotation.ts';

// The root key wraps only the brands' keys, so a new version re-wraps those and changes no record. The old version
// is kept as long as backups may need it.

const daySeconds = 86_400;
/** Brands whose keys are re-wrapped per batch. */
const batch = 100;

export interface RootRotated {
  /** The version in use. */
  readonly version: number;
  readonly resumed: boolean;
  /** Brands whose keys were re-wrapped. */
  readonly done: number;
  /** Older versions that are kept for backups. */
  readonly kept: readonly number[];
}

/**
 * Activates a new root version and re-wraps every key of every brand with it; resumes an earlier call. Adds the new
 * version to a root key file of Clientele's own; an operator's file must already contain it.
 *
 * @throws OperatorError with instructions if an operator's root key has no new version.
 */
export async function rotateRoot(system: System, options: RotationOptions): Promise<RootRotated> {
  const resumed = !(await begin(system));
  const done = await rewrapAll(system, options);
  const kept = (await rootVersions(system.db)).slice(0, -1).map(({ version }) => version);
  return { version: system.vault.rootVersion, resumed, done, kept };
}

/** Whether a version that was replaced still wraps keys. */
const isUnfinished = (versions: readonly RootVersion[]): boolean =>
  versions.slice(0, -1).some(({ keys }) => keys > 0);

/**
 * Puts a newer version in use. An earlier rotation may be unfinished: where a brand's keys do not open, it never ends, and
 * must not keep the operator from putting a version in use that is there. False where there is only work to resume.
 */
function begin(system: System): Promise<boolean> {
  const { vault, db, now, rootKeyLocation } = system;
  return withRootKeyLock(db, async (connection) => {
    const versions = await rootVersions(connection);
    const current = versions.at(-1)?.version ?? 0;
    vault.reload();
    if (vault.rootVersion <= current) {
      if (isUnfinished(versions)) return false;
      if (rootKeyLocation.kind !== 'own') throw new OperatorError(howToAdd(system, current + 1));
      addRootVersion(rootKeyLocation.path);
      vault.reload();
    }
    // If the process dies between file and database, the version is in the file but not in use; the next call
    // activates it.
    await insertRootVersion(connection, vault.rootVersion, vault.proof(), now());
    return true;
  });
}

function howToAdd({ rootKeyLocation: place }: System, version: number): string {
  const line = `v${version}:$(openssl rand -base64 32)`;
  if ('path' in place)
    return `The root key file has no new version yet. Add one with: echo "${line}" >> ${place.path} and bring the file to every machine that runs Clientele. Nothing needs to be started again, unless systemd hands the file over (LoadCredential=): then restart the service first. Then repeat this command.`;
  if (place.kind === 'command')
    return `The command of ${place.variable} prints no new version yet. Add one to what it reads, as one more line from: echo "${line}" and let it print both lines; nothing needs to be started again. Then repeat this command.`;
  return `The root key has no new version yet. Add one to ${place.variable} of every process, as one more line from: echo "${line}" and start them again. Then repeat this command.`;
}

/**
 * Re-wraps with the version in use. A newer one may be on this machine already: it is the operator who puts it in use, once
 * it is on every machine.
 *
 * @throws the first error of a brand whose keys cannot be re-wrapped, after the other brands are done.
 */
async function rewrapAll(system: System, options: RotationOptions): Promise<number> {
  const { db } = system;
  const version = (await rootVersions(db)).at(-1)?.version;
  if (version === undefined || !system.vault.rootVersions.includes(version)) return 0;
  const failures = new Map<BrandId, unknown>();
  let done = 0;
  while (!options.isStopped?.()) {
    const brands = await brandsUnderOlderRoot(db, version, batch, [...failures.keys()]);
    if (brands.length === 0) break;
    for (const [at, brandId] of brands.entries()) {
      try {
        await rewrapBrand(system, brandId, version, options);
        done += 1;
      } catch (error) {
        if (isUnavailable(error)) throw error;
        failures.set(brandId, error);
      }
      options.onProgress?.(done, done + brands.length - at - 1);
    }
    db.wake();
  }
  for (const error of failures.values()) throw error;
  return done;
}

async function rewrapBrand(
  system: System,
  brandId: BrandId,
  version: number,
  { by }: RotationOptions,
): Promise<void> {
  const { vault } = system;
  const scope = scopeOf(system, brandId);
  const older = (await brandKeys(scope)).filter((key) => key.rootVersion < version);
  for (const key of older) await updateWrappedKey(scope, vault.rewrap(brandId, key, version));
  const facts = { root_version: version };
  await retryOnConflict(system.keyrings, brandId, (keyring) =>
    writeParts(scope, [entryPart(entryOf(system, keyring, by, 'rotate root-key', facts))]),
  );
}

/** The automatic rotation of the root key. */
export interface RootPolicy {
  /** Days after which Clientele replaces its own root key; 0 for never. */
  readonly rotateDays: number;
  /** Days for which a replaced version is kept. */
  readonly backupHorizonDays: number;
}

/**
 * Does the due maintenance: re-wraps keys under an older version, replaces an old root key of Clientele's own, and
 * destroys versions past the backup horizon. It never changes an operator's file.
 */
export async function maintainRootKey(system: System, policy: RootPolicy): Promise<void> {
  const { db, vault, now, rootKeyLocation } = system;
  const versions = await rootVersions(db);
  const current = versions.at(-1);
  if (!current) return;
  // Another process may have added it.
  if (current.version > vault.rootVersion) vault.reload();
  const isOld = policy.rotateDays > 0 && plusSeconds(current.since, policy.rotateDays * daySeconds) <= now();
  const isBegun = isUnfinished(versions);
  try {
    if (isBegun) await rewrapAll(system, { by: 'clientele' });
    else if (isOld && rootKeyLocation.kind === 'own') await rotateRoot(system, { by: 'clientele' });
  } finally {
    // A brand whose keys do not open must not keep versions alive that wrap no key.
    await destroyRoots(system, policy);
  }
}

/**
 * Whether a version is past the time that backups may need it, and that the MACs of stored events do. An event is
 * deleted after 30 days, at the latest a day later.
 */
export const isPastBackupHorizon = (
  { retiredAt, keys }: RootVersion,
  { backupHorizonDays }: Pick<RootPolicy, 'backupHorizonDays'>,
  now: string,
): boolean =>
  retiredAt !== undefined &&
  keys === 0 &&
  plusSeconds(retiredAt, Math.max(backupHorizonDays, eventDays + 1) * daySeconds) <= now;

async function destroyRoots(system: System, policy: RootPolicy): Promise<void> {
  const { vault, db, now, rootKeyLocation } = system;
  const isDue = (version: RootVersion) => isPastBackupHorizon(version, policy, now());
  if (!(await rootVersions(db)).some(isDue)) return;
  // What was written under the version gets its place, and the version endorses its successor. Where a trail is stopped,
  // the version may be needed to say what the service wrote of it. The sequencer reports that trail.
  let isStopped = false;
  const onFailure = (error: unknown) => {
    isStopped ||= error instanceof StoppedTrail;
  };
  if ((await sequence(system, { entries: 1, notAfter: now() }, onFailure)) !== 'done' || isStopped) return;
  await proveAccountsAgain(system);
  await withRootKeyLock(db, async (connection) => {
    const due = (await rootVersions(connection)).filter(isDue).map(({ version }) => version);
    if (rootKeyLocation.kind === 'own') dropRootVersions(rootKeyLocation.path, due);
    vault.reload();
    for (const version of due) {
      if (!vault.rootVersions.includes(version)) await deleteRootVersion(connection, version);
    }
  });
}

/** Proves accounts and passkeys under the newest version before an older one goes. One that was altered stays as it is. */
async function proveAccountsAgain({ db, vault }: Pick<System, 'db' | 'vault'>): Promise<void> {
  for (const account of await listOperators(db)) {
    if (account.mac.startsWith(`${vault.rootVersion}.`)) continue;
    const proven = openedOrNothing(() => checkOperator(vault, account));
    if (proven) await replaceOperatorMac(db, account, proveOperator(vault, account).mac);
  }
  for (const passkey of await everyPasskey(db)) {
    if (passkey.mac.startsWith(`${vault.rootVersion}.`)) continue;
    const proven = openedOrNothing(() => checkPasskey(vault, passkey));
    if (proven) await changePasskey(db, provePasskey(vault, passkey), passkey.mac);
  }
}
