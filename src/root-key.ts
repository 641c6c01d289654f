import { existsSync, mkdirSync } from 'node:fs';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import type { Database } from './store/connection/database.ts';
import { readInstallation } from './store/installation/installation.ts';
import type { KeySource, RootKeyLocation } from './vault/key-source.ts';
import {
  createRootKeyFile,
  newKeyAdviceIn,
  restoreRootKey,
  rootKeyFromCommand,
  rootKeyFromFile,
  rootKeyFromText,
} from './vault/key-source.ts';
import type { Vault } from './vault/vault.ts';
import { openVault } from './vault/vault.ts';
import { VaultError } from './vault/vault-error.ts';

// Where the root key of an installation is, and what happens where there is none.

type OpenStorage = (config: Config) => Promise<{ readonly database: Database; close(): Promise<void> }>;

/** Where the root key is: the configured file, or one beside the data. */
export const rootKeyFileOf = (config: Config): string => config.rootKeyFile ?? `${config.dataDir}/root.key`;

export function rootKeyLocationOf(config: Config): RootKeyLocation {
  if (config.rootKey !== undefined) return { kind: 'environment', variable: 'CLIENTELE_ROOT_KEY' };
  if (config.rootKeyCommand) return { kind: 'command', variable: 'CLIENTELE_ROOT_KEY_COMMAND' };
  return { kind: config.rootKeyFile === undefined ? 'own' : 'file', path: rootKeyFileOf(config) };
}

export function keySourceOf(config: Config): KeySource {
  if (config.rootKey !== undefined) return rootKeyFromText(config.rootKey, 'CLIENTELE_ROOT_KEY');
  if (config.rootKeyCommand) return rootKeyFromCommand(config.rootKeyCommand);
  return rootKeyFromFile(rootKeyFileOf(config));
}

export const loadRoot = (config: Config): Vault => openVault(keySourceOf(config).load());

/**
 * The vault of an operator's own key. Where records exist, the error never advises to make a new key: it would hide
 * that the old one is lost.
 */
export async function loadConfigured(config: Config, open: OpenStorage): Promise<Vault> {
  try {
    return loadRoot(config);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'root_key') throw error;
    const advice = newKeyAdviceIn(error.message);
    if (advice < 0 || !(await isBegun(config, open))) throw error;
    throw new ConfigError(
      `${error.message.slice(0, advice)}Every record of the database is sealed under the root key. ${restoreRootKey}`,
    );
  }
}

/** Whether the configured database has an installation. It counts as new where it cannot be asked. */
async function isBegun(config: Config, open: OpenStorage): Promise<boolean> {
  const storage = await open(config).catch(() => undefined);
  if (!storage) return false;
  try {
    return (await readInstallation(storage.database)) !== undefined;
  } catch {
    return false;
  } finally {
    await storage.close();
  }
}

/**
 * The vault of a sandbox without an operator's own key. Only the first start creates a key: a new key could not
 * open existing records, and would hide the loss of the old key.
 */
export async function besideTheData(
  config: Config,
  role: 'serve' | 'command' | 'restore',
  database: Database,
): Promise<Vault> {
  const path = rootKeyFileOf(config);
  if (!existsSync(path)) {
    const isFirstStart = (await readInstallation(database)) !== undefined;
    if (isFirstStart) {
      throw new ConfigError(
        `The root key file ${path} is missing, and every record is sealed under it. ${restoreRootKey}`,
      );
    }
    if (role === 'command')
      throw new ConfigError('The database is empty. Start it once with: clientele serve');
    // Beside an external database there may be no data directory yet.
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    createRootKeyFile(path);
  }
  return loadRoot(config);
}
