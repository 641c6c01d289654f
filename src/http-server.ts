import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import type { ServedCertificate } from './certificates.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import type { BodyPace } from './http/connections/body-watch.ts';
import { bodyPace, withoutExtraTime } from './http/connections/body-watch.ts';
import type { Closing } from './http/connections/closing.ts';
import { trackClosing } from './http/connections/closing.ts';
import { findConsoleBuild } from './http/console/build.ts';
import { addConsole } from './http/console/pages.ts';
import { hostCheck } from './http/hosts.ts';
import { addMetrics } from './http/metrics.ts';
import type { Observer } from './http/observe.ts';
import { addProbes } from './http/probes.ts';
import { openRateLimiter } from './http/rate-limit.ts';
import { addReference } from './http/reference.ts';
import { plainHttpCheck } from './http/security/plain-http.ts';
import { openSourceGuard } from './http/security/source-guard.ts';
import { buildServer } from './http/server.ts';
import { metricsTokenOf, openMetricsServer } from './monitoring.ts';
import type { ReferenceKey } from './operations/demo/reference-key.ts';
import { openKeyUses } from './operations/key-use.ts';
import { openSessionCheck } from './operations/operators/sessions.ts';
import { openKeyCheck } from './operations/principal.ts';
import type { Runtime } from './runtime.ts';

/** The HTTP server of a process. */
export interface HttpServer {
  readonly url: string;
  /** Tells the other processes of a cluster to read their certificate again. */
  reloadCertificate?(): void;
  /**
   * Goes on answering for the time of the drain, while `/readyz` and `Connection: close` send clients elsewhere. Then
   * finishes the running requests and accepts no new ones.
   */
  close(drainSeconds?: number): Promise<void>;
}

export interface HttpServerParts {
  readonly observer: Observer;
  readonly certificate: ServedCertificate | undefined;
  /** The key that the reference page sends its requests with. */
  readonly referenceKey: ReferenceKey | undefined;
  readonly bodyPace?: BodyPace | undefined;
}

/** Milliseconds for running requests after the drain: 15 s to arrive and 10 s to be answered. */
const finishMs = 25_000;

/** A year. */
const hstsSeconds = 31_536_000;

/** Whether people can reach the console by a name. In live they have passkeys, which are for the name of a host. */
const isNamed = ({ environment, publicUrl }: Config): boolean =>
  environment !== 'live' || publicUrl !== undefined;

const howToName =
  'Set CLIENTELE_PUBLIC_URL to the address at which people reach it, such as https://customers.example.com, then start Clientele again. In live they sign in with passkeys, which are for the name of a host.';

/** Listens. Resolves once requests are answered. */
export async function openHttpServer(
  config: Config,
  { system, database }: Runtime,
  { observer, certificate, referenceKey, bodyPace: pace = bodyPace }: HttpServerParts,
): Promise<HttpServer> {
  const isKnownHost = hostCheck(config.host, config.publicUrl);
  const token = metricsTokenOf(config);
  const uses = openKeyUses(database, system.now);
  let closing: Closing | undefined;
  const phase = () => closing?.phase ?? 'open';
  const app = buildServer({
    system,
    keys: openKeyCheck({
      keyrings: system.keyrings,
      db: database,
      now: system.now,
      uses,
      ...(referenceKey && { inMemory: referenceKey.presented }),
    }),
    sessions: openSessionCheck(system),
    observer,
    limiter: config.environment === 'live' ? openRateLimiter(config.rateLimit) : undefined,
    sourceGuard: config.environment === 'live' ? openSourceGuard(config.authFailures) : undefined,
    isKnownHost,
    isPlainHttp: plainHttpCheck(config.trustProxy),
    origin: config.publicUrl?.replace(/\/+$/, '') ?? '',
    hstsSeconds: certificate && config.environment === 'live' ? hstsSeconds : undefined,
    trustProxy: config.trustProxy,
    isStopping: () => phase() !== 'open',
    bodyPace: () => (phase() === 'finishing' ? withoutExtraTime(pace) : pace),
    tls: certificate?.current,
  });
  closing = trackClosing(app.server);
  if (app.server instanceof TlsServer) certificate?.follow(app.server);
  addProbes(app, () => {
    if (phase() !== 'open') return 'stopping';
    return database.state === 'ready' ? 'ready' : 'no database';
  });
  addMetrics(app, observer, { isOpen: config.environment === 'sandbox', token });
  addReference(app, referenceKey);
  addConsole(app, isNamed(config) ? findConsoleBuild : async () => ({ missing: howToName }));
  const metrics = await openMetricsServer(config, { observer, token, certificate });
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await metrics?.close();
    throw error;
  }
  return {
    url: urlOf(config, app.server.address() as AddressInfo),
    async close(drainSeconds = 0) {
      await end(closing, drainSeconds, observer);
      await app.close();
      await metrics?.close();
      await uses.close();
    },
  };
}

async function end(closing: Closing, drainSeconds: number, observer: Observer): Promise<void> {
  closing.begin();
  if (drainSeconds > 0) await sleep(drainSeconds * 1_000);
  const cut = await closing.finish(finishMs);
  if (cut > 0) observer.connectionsCut(cut);
}

/** The URL for a client on this machine. A server that listens on every address is also on loopback. */
function urlOf(config: Config, { port }: AddressInfo): string {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = everywhere[config.host] ?? config.host;
  return `${config.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The port to listen on: the configured one, or a free one if that is 0.
 *
 * @throws ConfigError with the next step if the server cannot listen at the configured address.
 */
export async function findPort({ host, port }: Config): Promise<number> {
  const probe = createServer();
  try {
    await once(probe.listen({ host, port }), 'listening');
    return (probe.address() as AddressInfo).port;
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
