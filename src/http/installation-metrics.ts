import { Gauge, Registry } from 'prom-client';
import type { QueueState } from '../operations/queues.ts';

/** Metrics that are the same in every process: the one that is asked reads them, and they are never summed. */
export interface InstallationMetrics {
  text(): Promise<string>;
}

export interface InstallationSource {
  readonly version: string;
  readonly isDatabaseReady: () => boolean;
  readonly queues: () => Promise<readonly QueueState[]>;
}

/** Milliseconds for which the queues are not read again, however often the metrics are asked for. */
const keptMs = 2_000;

export function openInstallationMetrics(source: InstallationSource): InstallationMetrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'clientele_build_info',
    help: 'Always 1. The labels name the version of Clientele and of Node.js.',
    labelNames: ['version', 'node'] as const,
    registers,
  }).set({ version: source.version, node: process.version }, 1);
  const isUp = new Gauge({
    name: 'clientele_database_up',
    help: '1 if the database answers and takes writes, as far as this process knows; otherwise 0.',
    registers,
  });
  const depth = new Gauge({
    name: 'clientele_queue_depth',
    help: 'Rows that wait in a queue of the whole installation, counted up to 100,000.',
    labelNames: ['queue'] as const,
    registers,
  });
  const oldest = new Gauge({
    name: 'clientele_queue_oldest_seconds',
    help: 'How long the oldest row of a queue has waited past its time; 0 if none has.',
    labelNames: ['queue'] as const,
    registers,
  });
  let known: { readonly at: number; readonly queues: Promise<readonly QueueState[]> } | undefined;

  function recent(): Promise<readonly QueueState[]> {
    if (known === undefined || performance.now() - known.at > keptMs)
      known = { at: performance.now(), queues: source.queues() };
    return known.queues;
  }

  return {
    async text() {
      const isReady = source.isDatabaseReady();
      const queues = isReady ? await recent().catch(() => undefined) : undefined;
      isUp.set(isReady ? 1 : 0);
      depth.reset();
      oldest.reset();
      for (const { queue, depth: rows, oldestSeconds } of queues ?? []) {
        depth.set({ queue }, rows);
        oldest.set({ queue }, oldestSeconds);
      }
      return registry.metrics();
    },
  };
}
