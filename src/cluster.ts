import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { openCertificate } from './certificates.ts';
import type { Channel, FromWorker, MetricsPeer, ToWorker, WorkerConfig } from './cluster-messages.ts';
import { messageOf, openMetricsPeer } from './cluster-messages.ts';
import type { Config } from './config.ts';
import { sizesYoungSpace } from './config.ts';
import { OperatorError } from './domain/operator-error.ts';
import type { ProcessMetrics } from './http/observe.ts';
import { sumOf } from './http/observe.ts';
import type { HttpServer } from './http-server.ts';
import { openHttpServer } from './http-server.ts';
import { observe } from './monitoring.ts';
import type { Overrides } from './runtime.ts';
import { openRuntime } from './runtime.ts';

// Runs a server as several processes on one port. The primary process owns the embedded database and does the
// background work. Its workers answer requests.

export interface ClusterOptions {
  readonly processes: number;
  /** Called when workers keep dying and the cluster cannot go on. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Less work for the garbage collector, as `npm start` has it (decision 0042). A size that the operator gives wins: on the
 * command line of this process it comes later, and for one in NODE_OPTIONS, which is read first, this is left out.
 */
const youngSpace = '--max-semi-space-size=24';

/** Connections for changes, of all workers together. Each has at least two, and at most as many as a single process has. */
const totalConnections = 24;
/** Milliseconds that a worker has to tell its metrics, and that the primary process has to gather those of all. */
const metricsTimeout = { worker: 1_000, all: 2_000 };
/** Ended processes whose counts are kept one by one. */
const mostDeparted = 8;
/** How many workers may die within how many milliseconds before the cluster gives up. */
const restartLimit = { most: 10, within: 60_000 };

/** What the primary process does for its workers. */
export interface PrimaryParts {
  readonly notice: (sentence: string) => void;
  /** The metrics of the primary process, which does the background work. */
  readonly ownMetrics: () => Promise<ProcessMetrics>;
}

/** The HTTP server of several processes. Resolves when each of them answers requests. */
export async function openCluster(
  { processes, onFatal }: ClusterOptions,
  common: Omit<WorkerConfig, 'connections'>,
  { notice, ownMetrics }: PrimaryParts,
): Promise<HttpServer> {
  const connections = Math.min(12, Math.max(2, Math.floor(totalConnections / processes)));
  const workers = openWorkers({ ...common, connections }, { notice, ownMetrics }, onFatal);
  const [first] = await workers.start(processes);
  return { url: first ?? '', reloadCertificate: workers.reloadCertificate, close: workers.stop };
}

/** One worker process. */
interface ClusterWorker {
  readonly worker: Worker;
  /** The URL, once it answers requests. Rejects if the worker ends before. */
  readonly ready: Promise<string>;
  readonly peer: MetricsPeer;
  readonly ended: Promise<void>;
}

function openWorkers(
  workerConfig: WorkerConfig,
  { notice, ownMetrics }: PrimaryParts,
  onFatal: (error: Error) => void,
) {
  // The same build that this process runs. A newer installed build may need another schema.
  const exec = fileURLToPath(new URL('./clientele.js', import.meta.url));
  // Workers take connections from the port themselves. If this process distributed the connections, one that is
  // passed to a dying worker would stay open without an answer.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const execArgv = [...(sizesYoungSpace() ? [] : [youngSpace]), ...process.execArgv];
  cluster.setupPrimary({ exec, serialization: 'advanced', execArgv });
  const living = new Set<ClusterWorker>();
  const ends: number[] = [];
  /** What ended processes had counted. */
  const departed: ProcessMetrics[] = [];
  let stopping = false;
  // If this process ends without an orderly shutdown, no worker may stay on the port.
  const killAll = () => {
    for (const { worker } of living) worker.process.kill('SIGKILL');
  };
  process.on('exit', killAll);

  function startOne(): ClusterWorker {
    const member = forkWorker(workerConfig, (asking) =>
      metricsWithout(asking, living, { ownMetrics, departed }),
    );
    living.add(member);
    void member.ended.then(() => {
      living.delete(member);
      void keepCounts(departed, member.peer.lastTold);
    });
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

  async function stop(drainSeconds = 0): Promise<void> {
    stopping = true;
    for (const { worker } of living) send(worker, { kind: 'stop', drainSeconds });
    await Promise.all([...living].map(({ ended }) => ended));
    process.off('exit', killAll);
  }

  async function start(count: number): Promise<readonly string[]> {
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

  function reloadCertificate(): void {
    for (const { worker } of living) send(worker, { kind: 'reload certificate' });
  }

  return { start, reloadCertificate, stop };
}

function forkWorker(
  workerConfig: WorkerConfig,
  metricsFor: (worker: Worker) => Promise<readonly ProcessMetrics[]>,
): ClusterWorker {
  const worker = cluster.fork();
  // A worker may die while a message is sent to it. Its exit is handled by its cluster.
  worker.on('error', () => undefined);
  const ended = once(worker, 'exit').then(() => undefined);
  const early = ended.then(() => Promise.reject(new OperatorError(unstartable)));
  return {
    worker,
    peer: openMetricsPeer(channelTo(worker), () => metricsFor(worker), metricsTimeout.worker),
    ended,
    ready: Promise.race([instruct(worker, workerConfig), early]),
  };
}

interface MetricsParts {
  readonly ownMetrics: () => Promise<ProcessMetrics>;
  /** What ended processes had counted. */
  readonly departed: readonly ProcessMetrics[];
}

/** The metrics of every process but the one that asks. */
async function metricsWithout(
  asking: Worker,
  living: Iterable<ClusterWorker>,
  { ownMetrics, departed }: MetricsParts,
): Promise<readonly ProcessMetrics[]> {
  const others = [...living]
    .filter(({ worker }) => worker !== asking)
    .map(async ({ peer }) => {
      const before = peer.lastTold;
      const told = await peer.ask([]);
      // Without what a silent process had counted, the sum would fall and rise again, which looks like new events.
      return told.length > 0 ? told : before.map(countersOf);
    });
  const [own, ...told] = await Promise.all([ownMetrics(), ...others]);
  return [own, ...departed, ...told.flat()];
}

/** What only grows. The rest says what a process is doing now. */
const countersOf = (metrics: ProcessMetrics): ProcessMetrics =>
  metrics.filter(({ type }) => String(type) === 'counter' || String(type) === 'histogram');

/** Adds the counts of a process that has ended, and keeps few summands. */
async function keepCounts(departed: ProcessMetrics[], told: readonly ProcessMetrics[]): Promise<void> {
  departed.push(...told.map(countersOf));
  const taken = departed.length;
  if (taken <= mostDeparted) return;
  const sum = await sumOf(departed.slice());
  departed.splice(0, taken, sum);
}

const unstartable = 'A process of the API could not start. See its messages above.';

/** Sends a worker its configuration and waits until it answers requests. */
async function instruct(worker: Worker, config: WorkerConfig): Promise<string> {
  // The worker sends a message first, because a message sent before it listens would be lost.
  await messageOf(worker, 'started');
  send(worker, { kind: 'configure', config });
  return (await messageOf(worker, 'ready')).url;
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}

const channelTo = (worker: Worker): Channel => ({
  send: (message) => send(worker, message),
  onMessage: (listener) => worker.on('message', listener),
});

/** Whether this process is a worker that a cluster has started. */
export const isClusterWorker = (): boolean => cluster.isWorker;

/**
 * Runs a worker: it answers requests until the primary process stops it or dies. Resolves once it answers requests.
 */
export async function runClusterWorker(config: Config, overrides: Overrides): Promise<void> {
  // Ctrl-C reaches the whole process group. Only the primary process reacts to it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // The primary process may ask for metrics before it sends the configuration.
  const configured = messageOf(process, 'configure');
  // A stop may come while this process starts.
  const stopped = messageOf(process, 'stop');
  tell({ kind: 'started' });
  const { referenceKey, port, connections } = (await configured).config;
  const logger = overrides.logger ?? pino({ level: config.logLevel });
  const runtime = await openRuntime(config, 'command', { ...overrides, logger, connections });
  const peer = openMetricsPeer(
    channelToPrimary,
    async () => [await observer.ownMetrics()],
    metricsTimeout.all,
  );
  const observer = observe(runtime, logger, (own) => peer.ask([own]));
  const certificate = openCertificate(config, logger);
  const httpServer = await openHttpServer({ ...config, port }, runtime, {
    observer,
    certificate,
    referenceKey,
  });
  process.on('message', ({ kind }: ToWorker) => {
    if (kind === 'reload certificate') certificate?.reload();
  });
  void stopped.then(async ({ drainSeconds }) => {
    await httpServer.close(drainSeconds);
    await runtime.close();
    process.exit(0);
  });
  tell({ kind: 'ready', url: httpServer.url });
}

/** To a primary process that has died, nothing is sent: the worker ends by itself. */
function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

const channelToPrimary: Channel = {
  send: tell,
  onMessage: (listener) => process.on('message', listener),
};
