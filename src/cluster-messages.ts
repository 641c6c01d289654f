import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { ProcessMetrics } from './http/observe.ts';
import type { ReferenceKey } from './operations/demo/reference-key.ts';

// What the primary process of a cluster and its workers say to each other.

/** What the primary process sends to a worker that has started. */
export interface WorkerConfig {
  /** One key for all workers: the page with the key and the requests that use it may reach different workers. */
  readonly referenceKey: ReferenceKey | undefined;
  /** Never 0: workers that replace dead ones must listen on the same port. */
  readonly port: number;
  readonly connections: number;
}

/** Either side asks the other for metrics: a worker for those of everybody else, the primary for the worker's own. */
export type MetricsMessage =
  /** `own`: the metrics of the process that asks. */
  | { readonly kind: 'metrics wanted'; readonly id: string; readonly own: readonly ProcessMetrics[] }
  | { readonly kind: 'metrics'; readonly id: string; readonly metrics: readonly ProcessMetrics[] };

export type ToWorker =
  | { readonly kind: 'configure'; readonly config: WorkerConfig }
  | { readonly kind: 'reload certificate' }
  | { readonly kind: 'stop'; readonly drainSeconds: number }
  | MetricsMessage;

export type FromWorker =
  | { readonly kind: 'started' }
  | { readonly kind: 'ready'; readonly url: string }
  | MetricsMessage;

type ClusterMessage = ToWorker | FromWorker;

/** Waits for a message of one kind, whatever comes before it. */
export function messageOf<Kind extends ClusterMessage['kind']>(
  source: Pick<EventEmitter, 'on' | 'off'>,
  kind: Kind,
): Promise<Extract<ClusterMessage, { readonly kind: Kind }>> {
  return new Promise((resolve) => {
    const listener = (message: ClusterMessage) => {
      if (message.kind !== kind) return;
      source.off('message', listener);
      resolve(message as Extract<ClusterMessage, { readonly kind: Kind }>);
    };
    source.on('message', listener);
  });
}

/** One end of the channel between two processes. */
export interface Channel {
  /** Calls nobody back if the other side is gone. */
  send(message: MetricsMessage): void;
  onMessage(listener: (message: ClusterMessage) => void): void;
}

export interface MetricsPeer {
  /** The metrics of the other side, or none if it does not answer in time. Tells it those of this side. */
  ask(own: readonly ProcessMetrics[]): Promise<readonly ProcessMetrics[]>;
  /** What the other side last told of itself. */
  readonly lastTold: readonly ProcessMetrics[];
}

/** Answers the other side's questions for metrics, and asks it for its own. */
export function openMetricsPeer(
  channel: Channel,
  answer: () => Promise<readonly ProcessMetrics[]>,
  timeoutMs: number,
): MetricsPeer {
  let lastTold: readonly ProcessMetrics[] = [];
  const waiting = new Map<string, (metrics: readonly ProcessMetrics[]) => void>();
  channel.onMessage((message) => {
    if (message.kind === 'metrics') {
      lastTold = message.metrics;
      waiting.get(message.id)?.(message.metrics);
    }
    if (message.kind !== 'metrics wanted') return;
    if (message.own.length > 0) lastTold = message.own;
    void reply(message.id);
  });

  async function reply(id: string): Promise<void> {
    const metrics = await answer().catch(() => []);
    channel.send({ kind: 'metrics', id, metrics });
  }

  return {
    get lastTold() {
      return lastTold;
    },
    ask(own) {
      const id = randomUUID();
      return new Promise((resolve) => {
        const settle = (metrics: readonly ProcessMetrics[]) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(metrics);
        };
        const timer = setTimeout(() => settle([]), timeoutMs);
        waiting.set(id, settle);
        channel.send({ kind: 'metrics wanted', id, own });
      });
    },
  };
}
