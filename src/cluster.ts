import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { OperatorError } from './domain/operator-error.ts';
import { openObserver } from './http/observe.ts';
import type { HttpServer } from './http-server.ts';
import { certificateOf, openHttpServer } from './http-server.ts';
import type { ReferenceKey } from './operations/demo/reference-key.ts';
import type { Overrides } from './runtime.ts';
import { openRuntime } from './runtime.ts';

// Runs a server as several processes on one port. The primary process owns the embedded database and does the
// background work. Its workers answer requests.

/** What the primary process sends to a worker that has started. */
interface WorkerConfig {
  /** One key for all workers: the page with the key and the requests that use it may reach different workers. */
  readonly referenceKey: ReferenceKey | undefined;
  /** Never 0: workers that replace dead ones must listen on the same port. */
  readonly port: number;
  readonly connections: number;
}

/** What a worker sends once it answers requests. */
interface WorkerReady {
  readonly url: string;
}

export interface ClusterOptions {
  readonly processes: number;
  /** Called when workers keep dying and the cluster cannot go on. */
  readonly onFatal: (error: Error) => void;
}

/** Connections for changes, of all workers together. Each has at least two, and at most as many as a single process has. */
const totalConnections = 24;
/** How many workers may die within how many milliseconds before the cluster gives up. */
const restartLimit = { most: 10, within: 60_000 };

/** The HTTP server of several processes. Resolves when each of them answers requests. */
export async function openCluster(
  { processes, onFatal }: ClusterOptions,
  common: Omit<WorkerConfig, 'connections'>,
  notice: (sentence: string) => void,
): Promise<HttpServer> {
  const connections = Math.min(12, Math.max(2, Math.floor(totalConnections / processes)));
  const workers = openWorkers({ ...common, connections }, notice, onFatal);
  const [first] = await workers.start(processes);
  return { url: first?.url ?? '', close: workers.stop };
}

/** One worker process. */
interface ClusterWorker {
  readonly worker: Worker;
  /** Rejects if the worker ends before it answers requests. */
  readonly ready: Promise<WorkerReady>;
  readonly ended: Promise<void>;
}

function openWorkers(
  workerConfig: WorkerConfig,
  notice: (sentence: string) => void,
  onFatal: (error: Error) => void,
) {
  // The same build that this process runs. A newer installed build may need another schema.
  const exec = fileURLToPath(new URL('./clientele.js', import.meta.url));
  // Workers take connections from the port themselves. If this process distributed the connections, one that is
  // passed to a dying worker would stay open without an answer.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec, serialization: 'advanced' });
  const living = new Set<ClusterWorker>();
  const ends: number[] = [];
  let stopping = false;
  // If this process ends without an orderly shutdown, no worker may stay on the port.
  const killAll = () => {
    for (const { worker } of living) worker.process.kill('SIGKILL');
  };
  process.on('exit', killAll);

  function startOne(): ClusterWorker {
    const worker = cluster.fork();
    // A worker may die while a message is sent to it. Its exit is handled below.
    worker.on('error', () => undefined);
    const ended = once(worker, 'exit').then(() => void living.delete(member));
    const early = ended.then(() => Promise.reject(new OperatorError(unstartable)));
    const member: ClusterWorker = {
      worker,
      ended,
      ready: Promise.race([instruct(worker, workerConfig), early]),
    };
    living.add(member);
    return member;
  }

  async function keep({ worker, ended }: ClusterWorker): Promise<void> {
    await ended;
    if (stopping) return;
    const now = performance.now();
    ends.push(now);
    if (ends.filter((at) => at > now - restartLimit.within).length > restartLimit.most) {
      onFatal(new OperatorError('Processes of the API keep ending. See their messages above.'));
      return;
    }
    const { signalCode, exitCode } = worker.process;
    notice(`A process of the API ended (${signalCode ?? exitCode}) and is being started again.`);
    const next = startOne();
    // A worker that fails to start has ended, and its exit is counted above.
    next.ready.catch(() => undefined);
    void keep(next);
  }

  async function stop(): Promise<void> {
    stopping = true;
    for (const { worker } of living) if (worker.isConnected()) worker.send('stop');
    await Promise.all([...living].map(({ ended }) => ended));
    process.off('exit', killAll);
  }

  async function start(count: number): Promise<readonly WorkerReady[]> {
    const workers = Array.from({ length: count }, startOne);
    try {
      const ready = await Promise.all(workers.map((member) => member.ready));
      for (const member of workers) void keep(member);
      return ready;
    } catch (error) {
      killAll();
      await stop();
      throw error;
    }
  }

  return { start, stop };
}

const unstartable = 'A process of the API could not start. See its messages above.';

/** Sends a worker its configuration and waits until it answers requests. */
async function instruct(worker: Worker, workerConfig: WorkerConfig): Promise<WorkerReady> {
  // The worker sends a message first, because a message sent before it listens would be lost.
  await once(worker, 'message');
  worker.send(workerConfig);
  const [ready] = (await once(worker, 'message')) as [WorkerReady];
  return ready;
}

/** Whether this process is a worker that a cluster has started. */
export const isClusterWorker = (): boolean => cluster.isWorker;

/**
 * Runs a worker: it answers requests until the primary process stops it or dies. Resolves once it answers requests.
 */
export async function runClusterWorker(config: Config, overrides: Overrides): Promise<void> {
  // Ctrl-C reaches the whole process group. Only the primary process reacts to it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const told = once(process, 'message');
  process.send?.('ready');
  const [{ referenceKey, port, connections }] = (await told) as [WorkerConfig];
  const logger = overrides.logger ?? pino({ level: config.logLevel, base: null });
  const runtime = await openRuntime(config, 'command', { ...overrides, logger, connections });
  const httpServer = await openHttpServer({ ...config, port }, runtime, {
    observer: openObserver(logger, () => runtime.database.usage, runtime.system.security),
    tls: certificateOf(config),
    referenceKey,
  });
  process.once('message', async () => {
    await httpServer.close();
    await runtime.close();
    process.exit(0);
  });
  process.send?.({ url: httpServer.url } satisfies WorkerReady);
}
