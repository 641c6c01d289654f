import { pino } from 'pino';
import { startBackground } from './background.ts';
import { openCertificate } from './certificates.ts';
import type { ClusterOptions } from './cluster.ts';
import { openCluster } from './cluster.ts';
import type { Config } from './config.ts';
import { ConfigError, consoleOrigin } from './config.ts';
import type { BodyPace } from './http/connections/body-watch.ts';
import { findPort, openHttpServer } from './http-server.ts';
import type { MetricsParts } from './monitoring.ts';
import { metricsTokenOf, observe, openMetricsServer } from './monitoring.ts';
import type { NewKey } from './operations/brands/api-keys.ts';
import { seedDemoData } from './operations/demo/demo.ts';
import { makeReferenceKey } from './operations/demo/reference-key.ts';
import { makeFirstRequests } from './operations/demo/requests.ts';
import { makeFirstLink } from './operations/operators/links.ts';
import type { System } from './operations/system.ts';
import type { Overrides, Runtime } from './runtime.ts';
import { openRuntime } from './runtime.ts';

/** The composition root of a running process: the HTTP server, the background work, or both. */

export interface RunningServer {
  readonly url: string;
  readonly system: System;
  /** Whether this was the first start. */
  readonly isFirstStart: boolean;
  /** On the first start of a sandbox: the demo brand's key, with its secret. */
  readonly demoKey: NewKey | undefined;
  /** Where no account exists: the page on which the first person makes one. */
  readonly firstLink: string | undefined;
  /** Whether the database takes no writes. */
  readonly isReadOnly: boolean;
  /** Reads the files of the certificate again, in every process. */
  reloadCertificate(): void;
  /** Goes on answering for the time of the drain, finishes the running requests, then closes everything. */
  close(drainSeconds?: number): Promise<void>;
}

/** How a server divides its work among processes. By default one process does all of it. */
export interface Deployment {
  /** Leaves background work to a `clientele worker`. */
  readonly apiOnly?: boolean;
  readonly cluster?: ClusterOptions;
  /** How fast bodies have to arrive, where it is not what the reference says. */
  readonly bodyPace?: BodyPace | undefined;
}

/** Starts the server of `clientele serve`. Tests use it, too. */
export async function startServer(
  config: Config,
  overrides: Overrides = {},
  { apiOnly, cluster, bodyPace }: Deployment = {},
): Promise<RunningServer> {
  const logger = overrides.logger ?? pino({ level: config.logLevel });
  const certificate = openCertificate(config, logger);
  let { port } = config;
  const runtime = await openRuntime(config, 'serve', { ...overrides, logger }, async () => {
    port = await findPort(config);
  });
  try {
    const { system, isFirstStart } = runtime;
    const observer = observe(runtime, logger);
    const demoKey = config.demo && isFirstStart ? await seedDemoData(system) : undefined;
    const referenceKey = await makeReferenceKey(system);
    const httpServer = cluster
      ? await openCluster(
          cluster,
          { referenceKey, port },
          { notice: overrides.notice ?? (() => undefined), ownMetrics: observer.ownMetrics },
        )
      : await openHttpServer(config, runtime, {
          observer,
          certificate,
          referenceKey,
          bodyPace,
        });
    if (demoKey) await makeFirstRequests(httpServer.url, demoKey);
    const firstLink = await firstLinkOf(config, runtime, httpServer.url);
    const background = apiOnly ? undefined : startBackground(config, runtime, observer);
    return {
      url: httpServer.url,
      system,
      isFirstStart,
      demoKey,
      firstLink,
      isReadOnly: runtime.database.state === 'read only',
      reloadCertificate() {
        certificate?.reload();
        httpServer.reloadCertificate?.();
      },
      async close(drainSeconds) {
        await httpServer.close(drainSeconds);
        await background?.stop();
        certificate?.close();
        await runtime.close();
      },
    };
  } catch (error) {
    certificate?.close();
    await runtime.close();
    throw error;
  }
}

/**
 * A page for the first account, at the name of this machine. None where there is an account, or nothing can be written.
 * None in live, where the log keeps what a start prints, and `operators create` makes the first account.
 */
async function firstLinkOf(
  config: Config,
  { system, database }: Runtime,
  url: string,
): Promise<string | undefined> {
  if (database.state === 'read only' || config.environment === 'live') return undefined;
  const link = await makeFirstLink(system);
  return link && `${consoleOrigin(config, Number(new URL(url).port) || undefined)}${link.path}`;
}

/** A process that does background work only. */
export interface RunningWorker {
  readonly system: System;
  readonly isReadOnly: boolean;
  reloadCertificate(): void;
  close(): Promise<void>;
}

/**
 * Starts the process of `clientele worker`, on a database that a server has created. It shows its metrics at
 * `CLIENTELE_METRICS_ADDRESS`, if that is set.
 */
export async function startWorker(config: Config, overrides: Overrides = {}): Promise<RunningWorker> {
  const logger = overrides.logger ?? pino({ level: config.logLevel });
  // A bad certificate is told before anything is open.
  const certificate = openCertificate(config, logger);
  const runtime = await openRuntime(config, 'command', { ...overrides, logger });
  const observer = observe(runtime, logger);
  const metrics = await openWorkerMetrics(config, { observer, certificate }, overrides.notice).catch(
    async (error) => {
      await runtime.close();
      throw error;
    },
  );
  const background = startBackground(config, runtime, observer);
  // Background tasks do not keep a process alive, so this timer does.
  const alive = setInterval(() => undefined, 60_000);
  return {
    system: runtime.system,
    isReadOnly: runtime.database.state === 'read only',
    reloadCertificate: () => certificate?.reload(),
    async close() {
      clearInterval(alive);
      await background.stop();
      await metrics?.close();
      certificate?.close();
      await runtime.close();
    },
  };
}

/** A server of the same machine may have the same settings, and then has the address. That stops no work. */
async function openWorkerMetrics(
  config: Config,
  shown: Pick<MetricsParts, 'observer' | 'certificate'>,
  notice: (sentence: string) => void = () => undefined,
): Promise<{ close(): Promise<void> } | undefined> {
  const parts = { ...shown, token: metricsTokenOf(config) };
  try {
    return await openMetricsServer(config, parts);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    notice(`The metrics of this worker are not shown. ${error.message}`);
    return undefined;
  }
}
