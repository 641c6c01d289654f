import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { Server } from 'node:https';
import { createServer as createTlsServer } from 'node:https';
import type { Logger } from 'pino';
import type { ServedCertificate } from './certificates.ts';
import type { Config } from './config.ts';
import { ConfigError, readSecretFile } from './config.ts';
import { hostCheck } from './http/hosts.ts';
import { metricsListener } from './http/metrics.ts';
import type { Observer, ProcessMetrics } from './http/observe.ts';
import { openObserver } from './http/observe.ts';
import { measureQueues } from './operations/queues.ts';
import type { Runtime } from './runtime.ts';
import { version } from './version.ts';

/** The log and the metrics of a process. `others` are the other processes of its cluster. */
export const observe = (
  { system, database }: Runtime,
  logger: Logger,
  others?: (own: ProcessMetrics) => Promise<readonly ProcessMetrics[]>,
): Observer =>
  openObserver({
    logger,
    security: system.security,
    pool: () => database.usage,
    version: version(),
    isDatabaseReady: () => database.state === 'ready',
    queues: () => measureQueues(system),
    ...(others && { others }),
  });

function tlsServer(certificate: ServedCertificate, listener: RequestListener): Server {
  const { cert, key } = certificate.current;
  const server = createTlsServer({ cert, key }, listener);
  certificate.follow(server);
  return server;
}

/** What a reader of the metrics sends as `Authorization: Bearer`, if the operator has set it. */
export const metricsTokenOf = ({ metricsTokenFile }: Config): string | undefined =>
  metricsTokenFile && readSecretFile('CLIENTELE_METRICS_TOKEN_FILE', metricsTokenFile);

export interface MetricsParts {
  readonly observer: Observer;
  readonly token: string | undefined;
  readonly certificate: ServedCertificate | undefined;
}

/**
 * Serves the metrics at `CLIENTELE_METRICS_ADDRESS`, if it is set.
 *
 * @throws ConfigError with the next step if nothing can listen there.
 */
export async function openMetricsServer(
  { metricsAddress, publicUrl }: Config,
  { observer, token, certificate }: MetricsParts,
): Promise<{ close(): Promise<void> } | undefined> {
  if (!metricsAddress) return undefined;
  const listener = metricsListener(observer, token, hostCheck(metricsAddress.host, publicUrl));
  const server = certificate ? tlsServer(certificate, listener) : createServer(listener);
  try {
    await once(server.listen(metricsAddress), 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(
      `Nothing can listen on CLIENTELE_METRICS_ADDRESS (${code}). Set it to an address of this machine with a port that is free.`,
    );
  }
  return {
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
