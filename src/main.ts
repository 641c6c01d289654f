import { pino } from 'pino';
import { startBackground } from './background.ts';
import type { ClusterOptions } from './cluster.ts';
import { openCluster } from './cluster.ts';
import type { Config } from './config.ts';
import { openObserver } from './http/observe.ts';
import { certificateOf, findPort, openHttpServer } from './http-server.ts';
import type { NewKey } from './operations/brands/api-keys.ts';
import { seedDemoData } from './operations/demo/demo.ts';
import { makeReferenceKey } from './operations/demo/reference-key.ts';
import type { System } from './operations/system.ts';
import type { Overrides } from './runtime.ts';
import { openRuntime } from './runtime.ts';

/** The composition root of a running process: the HTTP server, the background work, or both. */

export interface RunningServer {
  readonly url: string;
  readonly system: System;
  /** Whether this was the first start. */
  readonly isFirstStart: boolean;
  /** On the first start of a sandbox: the demo brand's key, with its secret. */
  readonly demoKey: NewKey | undefined;
  /** Finishes the running requests, then closes everything. */
  close(): Promise<void>;
}

/** How a server divides its work among processes. By default one process does all of it. */
export interface Deployment {
  /** Leaves background work to a `clientele worker`. */
  readonly apiOnly?: boolean;
  readonly cluster?: ClusterOptions;
}

/** Starts the server of `clientele serve`. Tests use it, too. */
export async function startServer(
  config: Config,
  overrides: Overrides = {},
  { apiOnly, cluster }: Deployment = {},
): Promise<RunningServer> {
  const logger = overrides.logger ?? pino({ level: config.logLevel, base: null });
  const tls = certificateOf(config);
  let { port } = config;
  const runtime = await openRuntime(config, 'serve', { ...overrides, logger }, async () => {
    port = await findPort(config);
  });
  try {
    const { system, database, isFirstStart } = runtime;
    const observer = openObserver(logger, () => database.usage, system.security);
    const demoKey = config.demo && isFirstStart ? await seedDemoData(system) : undefined;
    const referenceKey = await makeReferenceKey(system);
    const httpServer = cluster
      ? await openCluster(cluster, { referenceKey, port }, overrides.notice ?? (() => undefined))
      : await openHttpServer(config, runtime, { observer, tls, referenceKey });
    const background = apiOnly ? undefined : startBackground(config, runtime, observer);
    return {
      url: httpServer.url,
      system,
      isFirstStart,
      demoKey,
      async close() {
        await httpServer.close();
        await background?.stop();
        await runtime.close();
      },
    };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

/** A process that does background work only. */
export interface RunningWorker {
  readonly system: System;
  close(): Promise<void>;
}

/** Starts the process of `clientele worker`, on a database that a server has created. */
export async function startWorker(config: Config, overrides: Overrides = {}): Promise<RunningWorker> {
  const logger = overrides.logger ?? pino({ level: config.logLevel, base: null });
  const runtime = await openRuntime(config, 'command', { ...overrides, logger });
  const background = startBackground(
    config,
    runtime,
    openObserver(logger, () => runtime.database.usage, runtime.system.security),
  );
  // Background tasks do not keep a process alive, so this timer does.
  const alive = setInterval(() => undefined, 60_000);
  return {
    system: runtime.system,
    async close() {
      clearInterval(alive);
      await background.stop();
      await runtime.close();
    },
  };
}
