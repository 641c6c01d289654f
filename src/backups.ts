import { existsSync } from 'node:fs';
import type { Config } from './config.ts';
import { ConfigError, refuseUnsafe } from './config.ts';
import type { ExportedTrail, LostHold } from './operations/audit/lost-changes.ts';
import { lostHolds, readExportedTrail } from './operations/audit/lost-changes.ts';
import type { DisabledKeys } from './operations/brands/disable-keys.ts';
import { disableKeys } from './operations/brands/disable-keys.ts';
import { noteInEveryTrail } from './operations/brands/every-trail.ts';
import { makeBackup } from './operations/installation/backup.ts';
import { openBackup, restoreBackup } from './operations/installation/restore.ts';
import { keySourceOf, rootKeyFileOf } from './root-key.ts';
import type { Overrides } from './runtime.ts';
import { migrationSteps, newId, openStorage, refuseReadableKey, wallClock } from './runtime.ts';
import type { Database } from './store/connection/database.ts';
import type { BackupFacts } from './store/installation/backup.ts';
import type { BackupReading, Manifest } from './store/installation/backup-file.ts';
import type { RestoreFacts } from './store/installation/restore.ts';
import { endEverySession } from './store/operators/sessions.ts';
import { spoolFile } from './store/spool.ts';
import type { RootKeys } from './vault/key-source.ts';
import { openVault } from './vault/vault.ts';

// A backup opens no records. It needs the root key for its signature. A restore of an older backup seals its records
// again, and every restore disables the API keys.

export interface BackupCall extends Overrides {
  readonly version: string;
  readonly progress: (done: number, of: number) => void;
  readonly signal: AbortSignal;
}

/** Backs the configured database up into a file, whether or not servers run on it. */
export async function backUp(config: Config, path: string, call: BackupCall): Promise<BackupFacts> {
  const { version, progress, signal } = call;
  const root = loadRootKey(config, 'A backup is signed with a key that is derived from the root key.');
  const { asOwner, close } = await openStorage(config, 'command', call);
  try {
    const now = (call.now ?? wallClock)();
    const vault = openVault(root);
    // The owner reads every table, also one that the service has no grant for.
    return await asOwner((owner) => {
      const note = () => noteInEveryTrail({ db: owner, vault: () => vault, now, newId }, 'backup');
      return makeBackup(owner, { path, version, progress, signal, now, vault, note, notice: call.notice });
    });
  } finally {
    await close();
  }
}

export interface RestoreCall extends Overrides {
  /** The backup, where it comes from a pipe. The data directory keeps it, without a name, until it is restored. */
  readonly stream?: AsyncIterable<Uint8Array> | undefined;
  readonly progress: (done: number, of: number) => void;
  /** Takes a backup of an older version, which has no signature. */
  readonly allowsUnsigned?: boolean;
  /** Exports of the audit trail that are newer than the backup. */
  readonly auditFiles?: readonly string[];
}

export interface Restored extends RestoreFacts {
  readonly manifest: Manifest;
  readonly keys: DisabledKeys;
  /** Legal holds that the given exports have and the backup has not. */
  readonly lostHolds: readonly LostHold[];
}

/** Fills the configured database, which has to be new or empty, from a file. */
export async function restoreFrom(config: Config, path: string, call: RestoreCall): Promise<Restored> {
  refuseUnsafe(config);
  const root = loadRootKey(
    config,
    'A restore needs the root key that the backup was made under, which is in no backup.',
  );
  await refuseReadableKey(config);
  const { environment } = config;
  const { stream, allowsUnsigned } = call;
  const file = stream && (await spoolFile(config.dataDir, stream));
  const backup = await openBackup({ path, file }, { environment, root, allowsUnsigned });
  try {
    const vault = openVault(root);
    const trails: ExportedTrail[] = [];
    for (const file of call.auditFiles ?? []) trails.push(await readExportedTrail(file, vault));
    const { asOwner, close } = await openStorage(config, 'restore', call);
    try {
      return await asOwner((owner) => restore(owner, backup, { root, trails, call }));
    } finally {
      await close();
    }
  } finally {
    backup.close();
  }
}

interface Restoring {
  readonly root: RootKeys;
  readonly trails: readonly ExportedTrail[];
  readonly call: RestoreCall;
}

async function restore(
  owner: Database,
  backup: BackupReading,
  { root, trails, call }: Restoring,
): Promise<Restored> {
  const { manifest, size } = backup;
  const vault = openVault(root);
  const revoked = new Set(trails.flatMap(({ revokedKeys }) => [...revokedKeys]));
  const now = (call.now ?? wallClock)();
  let keys: DisabledKeys = { disabled: 0, revoked: [] };
  const lost: LostHold[] = [];
  const facts = await restoreBackup(owner, backup, {
    before: migrationSteps({ vault: () => vault, anchors: undefined, notice: call.notice }),
    progress: (bytes) => call.progress(bytes, size),
    async finish(db) {
      await noteInEveryTrail({ db, vault: () => vault, now, newId }, 'restore');
      keys = await disableKeys({ db, vault, now, newId, revoked });
      await endEverySession(db);
      for (const trail of trails) lost.push(...(await lostHolds(db, trail)));
    },
  });
  return { ...facts, manifest, keys, lostHolds: lost };
}

/** `why` explains to the operator of a missing file what the key is needed for. */
function loadRootKey(config: Config, why: string): RootKeys {
  const keyFile = rootKeyFileOf(config);
  const hasOtherKey = config.rootKey !== undefined || config.rootKeyCommand !== undefined;
  if (!hasOtherKey && !existsSync(keyFile)) {
    throw new ConfigError(
      `${why} Put your copy at ${keyFile}, readable by its owner only, or set CLIENTELE_ROOT_KEY_FILE.`,
    );
  }
  return keySourceOf(config).load();
}
