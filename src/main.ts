import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import type { Surroundings } from './house.ts';
import { openHouse } from './house.ts';
import { openObserver } from './http/observe.ts';
import { addProbes } from './http/probes.ts';
import { openRateLimiter } from './http/rate-limit.ts';
import { addReference } from './http/reference.ts';
import { buildServer } from './http/server.ts';
import { readCertificate } from './operations/certificate.ts';
import { plantDemo } from './operations/demo.ts';
import type { NewKey } from './operations/keys.ts';
import { openKeyCheck } from './operations/principal.ts';
import { makeReferenceKey } from './operations/reference-key.ts';
import type { System } from './operations/system.ts';
import { startAddressVerifier } from './worker/address-verifier.ts';
import { startSweeper } from './worker/sweeper.ts';

/** The composition root of a running server: its edges are made here and put on the house. */

export interface RunningServer {
  readonly url: string;
  readonly system: System;
  /** Whether this start was the first one. */
  readonly born: boolean;
  /** On the first start of a sandbox: the demo brand's key, with its secret. */
  readonly demoKey: NewKey | undefined;
  /** Finishes the requests under way, then closes everything. */
  close(): Promise<void>;
}

/** Starts everything: what `clientele serve` runs, and what the tests talk to. */
export async function startServer(config: Config, around: Surroundings = {}): Promise<RunningServer> {
  const logger = around.logger ?? pino({ level: config.logLevel, base: null });
  const tls = config.tls && readCertificate(config.tls);
  const house = await openHouse(config, 'serve', around, () => refuseTakenAddress(config));
  const { system, database } = house;
  try {
    const demoKey = config.demo && house.born ? await plantDemo(system) : undefined;
    const referenceKey = await makeReferenceKey(system);
    const observer = openObserver(logger, () => database.usage);
    const app = buildServer({
      system,
      keys: openKeyCheck({
        db: database,
        now: system.now,
        ...(referenceKey && { inMemory: referenceKey.presented }),
      }),
      observer,
      limiter: config.environment === 'live' ? openRateLimiter(config.rateLimit) : undefined,
      trustProxy: config.trustProxy,
      tls: tls && { cert: tls.cert, key: tls.key },
    });
    addProbes(app, { observer, isReady: () => database.state === 'ready' });
    addReference(app, referenceKey);
    await app.listen({ host: config.host, port: config.port });
    const background = [startSweeper(database, system.now)];
    if (config.lob) background.push(startAddressVerifier(system));
    return {
      url: urlOf(config, app.server.address() as AddressInfo),
      system,
      born: house.born,
      demoKey,
      async close() {
        // A connection whose last answer is still to come would otherwise be kept for a minute after it.
        app.server.keepAliveTimeout = 1;
        await app.close();
        await Promise.all(background.map((rounds) => rounds.stop()));
        await house.close();
      },
    };
  } catch (error) {
    await house.close();
    throw error;
  }
}

/** Where a client on this machine finds the server; one that listens on every address is also on loopback. */
function urlOf(config: Config, { port }: AddressInfo): string {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = everywhere[config.host] ?? config.host;
  return `${config.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** @throws ConfigError where nothing can listen at the configured address, with the next step. */
async function refuseTakenAddress({ host, port }: Config): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen({ host, port }), 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(unlistenable(code, host, port));
  } finally {
    if (probe.listening) await once(probe.close(), 'close');
  }
}

function unlistenable(code: string, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${host} is taken by another program. Stop that one, or choose another port with CLIENTELE_PORT.`;
  if (code === 'EACCES')
    return `This user may not listen on port ${port}. Choose one above 1023 with CLIENTELE_PORT, and let a proxy have port ${port}.`;
  return `Nothing can listen on ${host} (${code}). Set CLIENTELE_HOST to an address of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for all its networks.`;
}
