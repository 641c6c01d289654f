import { existsSync } from 'node:fs';
import type { Config } from './config.ts';
import { ConfigError, refuseUnsafe } from './config.ts';
import { makeBackup } from './operations/installation/backup.ts';
import { openBackup, restoreBackup } from './operations/installation/restore.ts';
import type { Overrides } from './runtime.ts';
import {
  keySourceOf,
  migrationSteps,
  openStorage,
  refuseReadableKey,
  rootKeyFileOf,
  wallClock,
} from './runtime.ts';
import type { BackupFacts } from './store/installation/backup.ts';
import type { Manifest } from './store/installation/backup-file.ts';
import type { RestoreFacts } from './store/installation/restore.ts';
import { openVault } from './vault/vault.ts';

// A backup needs the database only: it opens no keys and no records. A restore of an older backup seals its records
// again.

export interface BackupCall extends Overrides {
  readonly version: string;
  readonly progress: (done: number, of: number) => void;
  readonly signal: AbortSignal;
}

/** Backs the configured database up into a file, whether or not servers run on it. */
export async function backUp(config: Config, path: string, call: BackupCall): Promise<BackupFacts> {
  const { version, progress, signal } = call;
  const { asOwner, close } = await openStorage(config, 'command', call);
  try {
    const now = (call.now ?? wallClock)();
    // The owner reads every table, also one that the service has no grant for.
    return await asOwner((owner) => makeBackup(owner, { path, version, progress, signal, now }));
  } finally {
    await close();
  }
}

export interface RestoreCall extends Overrides {
  readonly progress: (done: number, of: number) => void;
}

export interface Restored extends RestoreFacts {
  readonly manifest: Manifest;
}

/** Fills the configured database, which has to be new or empty, from a file. */
export async function restoreFrom(config: Config, path: string, call: RestoreCall): Promise<Restored> {
  refuseUnsafe(config);
  const keyFile = rootKeyFileOf(config);
  const hasOtherKey = config.rootKey !== undefined || config.rootKeyCommand !== undefined;
  if (!hasOtherKey && !existsSync(keyFile)) {
    throw new ConfigError(
      `A restore needs the root key that the backup was made under, which is in no backup. Put your copy at ${keyFile}, readable by its owner only, or set CLIENTELE_ROOT_KEY_FILE.`,
    );
  }
  const root = keySourceOf(config).load();
  await refuseReadableKey(config);
  const backup = await openBackup(path, { environment: config.environment, root });
  try {
    const { asOwner, close } = await openStorage(config, 'restore', call);
    try {
      const { manifest, size } = backup;
      const steps = migrationSteps({ vault: () => openVault(root), anchors: undefined, notice: call.notice });
      const facts = await asOwner((owner) =>
        restoreBackup(owner, backup, steps, (bytes) => call.progress(bytes, size)),
      );
      return { ...facts, manifest };
    } finally {
      await close();
    }
  } finally {
    backup.close();
  }
}
