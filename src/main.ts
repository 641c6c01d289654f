import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { ConfigError, readSettingFile, refuseUnsafe } from './config.ts';
import type { Id } from './domain/ids.ts';
import type { Instant } from './domain/time.ts';
import { instantOfMillis } from './domain/time.ts';
import { openObserver } from './http/observe.ts';
import { addProbes } from './http/probes.ts';
import { openRateLimiter } from './http/rate-limit.ts';
import { buildServer } from './http/server.ts';
import { plantDemo } from './operations/demo.ts';
import { settleInstallation } from './operations/installation.ts';
import { openKeyrings } from './operations/keyrings.ts';
import type { NewKey } from './operations/keys.ts';
import { openKeyCheck } from './operations/principal.ts';
import type { System } from './operations/system.ts';
import type { Address, Database } from './store/database.ts';
import { openDatabase } from './store/database.ts';
import type { EmbeddedServer } from './store/embedded/server.ts';
import { openEmbedded } from './store/embedded/server.ts';
import { refuseUnfitServer } from './store/fitness.ts';
import { migrate, migrationStatus } from './store/migrate.ts';
import { createRootKeyFile, rootKeyFromFile } from './vault/key-source.ts';
import type { Vault } from './vault/vault.ts';
import { openVault } from './vault/vault.ts';
import { startSweeper } from './worker/sweeper.ts';

/** The composition root: every part of a running Clientele is made here and handed to those who need it. */

/** What tests replace. */
export interface Surroundings {
  readonly now?: () => Instant;
  readonly logger?: Logger;
  /** Told, in sentences for people, what is being waited for. */
  readonly notice?: (sentence: string) => void;
}

/** The system with everything under it, ready for commands or for a server. */
export interface House {
  readonly system: System;
  readonly database: Database;
  /** Whether this very start settled what the database is. */
  readonly born: boolean;
  close(): Promise<void>;
}

/**
 * Opens database and vault. `serve` makes what is not there yet and brings the schema up to date; a
 * `command` works with what there is.
 *
 * @throws ConfigError, OperatorError, EmbeddedError, MigrationError or VaultError: sentences for the operator.
 */
export async function openHouse(
  config: Config,
  role: 'serve' | 'command',
  around: Surroundings = {},
): Promise<House> {
  refuseUnsafe(config);
  const now = around.now ?? wallClock;
  const { database, embedded } = await openStorage(config, role, around);
  try {
    if (role === 'serve') await migrate(database);
    else await refuseOldSchema(database);
    const vault = openRoot(config, role);
    const { born } = await settleInstallation(
      database,
      vault,
      config.environment,
      role === 'serve' ? { now: now() } : undefined,
    );
    const system: System = {
      db: database,
      vault,
      keyrings: openKeyrings(database, vault),
      environment: config.environment,
      now,
      newId: <Kind extends string>() => randomUUID() as Id<Kind>,
      random: randomBytes,
    };
    return { system, database, born, close: () => closeStorage(database, embedded) };
  } catch (error) {
    await closeStorage(database, embedded);
    throw error;
  }
}

interface Storage {
  readonly database: Database;
  readonly embedded: EmbeddedServer | undefined;
}

/** The PostgreSQL server of the configuration, started or joined where it is the embedded one. */
export async function openStorage(
  config: Config,
  role: 'serve' | 'command',
  around: Surroundings,
): Promise<Storage> {
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbedded({ dataDir: config.dataDir, role, ...(around.notice && { notice: around.notice }) })
      : undefined;
  const address: Address = embedded ?? { url: config.databaseUrl ?? '' };
  const database = openDatabase({ address, applicationName: `clientele ${role}` });
  try {
    if (!embedded) await refuseUnfitServer(address);
  } catch (error) {
    await closeStorage(database, embedded);
    throw error;
  }
  return { database, embedded };
}

async function closeStorage(database: Database, embedded: EmbeddedServer | undefined): Promise<void> {
  await database.close();
  await embedded?.stop();
}

async function refuseOldSchema(database: Database): Promise<void> {
  const { pending } = await migrationStatus(database);
  if (pending.length === 0) return;
  throw new ConfigError(
    `The database lacks the migrations ${pending.join(', ')}. Apply them with: clientele migrate (or start clientele serve).`,
  );
}

/** Where the root key is: the configured file, or one beside the data. */
export const rootKeyFileOf = (config: Config): string => config.rootKeyFile ?? `${config.dataDir}/root.key`;

/** Opens the vault. Only the first start of a sandbox makes a root key, and never over an existing one. */
function openRoot(config: Config, role: 'serve' | 'command'): Vault {
  const path = rootKeyFileOf(config);
  const mayCreate = role === 'serve' && config.environment === 'sandbox' && config.rootKeyFile === undefined;
  if (mayCreate && !existsSync(path)) createRootKeyFile(path);
  return openVault(rootKeyFromFile(path).load());
}

const wallClock = (): Instant => instantOfMillis(performance.timeOrigin + performance.now());

export interface RunningServer {
  readonly url: string;
  readonly system: System;
  /** On the first start of a sandbox: the demo brand's key, with its secret. */
  readonly demoKey: NewKey | undefined;
  /** Finishes the requests under way, then closes everything. */
  close(): Promise<void>;
}

/** Starts everything: what `clientele serve` runs, and what the tests talk to. */
export async function startServer(config: Config, around: Surroundings = {}): Promise<RunningServer> {
  const logger = around.logger ?? pino({ level: config.logLevel, base: null });
  const house = await openHouse(config, 'serve', around);
  const { system, database } = house;
  try {
    const demoKey = config.demo && house.born ? await plantDemo(system) : undefined;
    const observer = openObserver(logger, () => database.usage);
    const app = buildServer({
      system,
      keys: openKeyCheck({ db: database, now: system.now }),
      observer,
      limiter: config.environment === 'live' ? openRateLimiter(config.rateLimit) : undefined,
      trustProxy: config.trustProxy,
      tls: config.tls && {
        cert: readSettingFile('CLIENTELE_TLS_CERT_FILE', config.tls.certFile),
        key: readSettingFile('CLIENTELE_TLS_KEY_FILE', config.tls.keyFile),
      },
    });
    addProbes(app, { observer, isReady: () => database.state === 'ready' });
    await app.listen({ host: config.host, port: config.port });
    const sweeper = startSweeper(database, system.now);
    return {
      url: urlOf(config, app.server.address() as AddressInfo),
      system,
      demoKey,
      async close() {
        await app.close();
        await sweeper.stop();
        await house.close();
      },
    };
  } catch (error) {
    await house.close();
    throw error;
  }
}

function urlOf(config: Config, { port }: AddressInfo): string {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${config.tls ? 'https' : 'http'}://${host}:${port}`;
}
