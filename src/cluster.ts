import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Config } from './config.ts';
import { OperatorError } from './domain/operator-error.ts';
import type { Edge } from './http-server.ts';
import { certificateOf, openEdge } from './http-server.ts';
import type { ReferenceKey } from './operations/demo/reference-key.ts';
import type { Surroundings } from './runtime.ts';
import { openHouse } from './runtime.ts';

// A server of several processes on one port. The first one owns the embedded database and does what happens
// without a request; its members answer requests.

/** What the first process tells a member when that one has started. */
interface Orders {
  /** One key for all: the page with it and the requests with it may reach different members. */
  readonly referenceKey: ReferenceKey | undefined;
  /** Never 0: where all members die at once, those after them have to be found at the same address. */
  readonly port: number;
  readonly connections: number;
}

/** What a member says once it answers. */
interface Answering {
  readonly url: string;
}

export interface Crew {
  readonly processes: number;
  /** Told when members keep dying and the crew cannot go on. */
  readonly lost: (error: Error) => void;
}

/** Connections for changes of all members together; each has at least two, and at most what one alone has. */
const connectionsOfAll = 24;
/** How many members may die within so many milliseconds before starting more of them is no help. */
const deaths = { most: 10, within: 60_000 };

/** The edge of a server of several processes. Resolves when every one of them answers. */
export async function openCrew(
  { processes, lost }: Crew,
  common: Omit<Orders, 'connections'>,
  notice: (sentence: string) => void,
): Promise<Edge> {
  const connections = Math.min(12, Math.max(2, Math.floor(connectionsOfAll / processes)));
  const members = openMembers({ ...common, connections }, notice, lost);
  const [first] = await members.start(processes);
  return { url: first?.url ?? '', close: members.stop };
}

/** One process of the crew. */
interface Member {
  readonly worker: Worker;
  /** Rejects where it ends before it answers. */
  readonly answering: Promise<Answering>;
  readonly ended: Promise<void>;
}

function openMembers(orders: Orders, notice: (sentence: string) => void, lost: (error: Error) => void) {
  // The very build that this process runs: one that was installed meanwhile may want another schema.
  const exec = fileURLToPath(new URL('./clientele.js', import.meta.url));
  // Members take connections from the port themselves. Handed out in turn by this process, a connection on
  // its way to a member that dies would stay open without an answer.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec, serialization: 'advanced' });
  const living = new Set<Member>();
  const ends: number[] = [];
  let stopping = false;
  // Where this process has no time for an orderly end, nobody may be left behind on the port.
  const killAll = () => {
    for (const { worker } of living) worker.process.kill('SIGKILL');
  };
  process.on('exit', killAll);

  function startOne(): Member {
    const worker = cluster.fork();
    // A member that dies while it is told something is dealt with when its end is known.
    worker.on('error', () => undefined);
    const ended = once(worker, 'exit').then(() => void living.delete(member));
    const early = ended.then(() => Promise.reject(new OperatorError(unstartable)));
    const member: Member = { worker, ended, answering: Promise.race([instruct(worker, orders), early]) };
    living.add(member);
    return member;
  }

  async function keep({ worker, ended }: Member): Promise<void> {
    await ended;
    if (stopping) return;
    const now = performance.now();
    ends.push(now);
    if (ends.filter((at) => at > now - deaths.within).length > deaths.most) {
      lost(new OperatorError('Processes of the API keep ending. What they said stands above.'));
      return;
    }
    const { signalCode, exitCode } = worker.process;
    notice(`A process of the API ended (${signalCode ?? exitCode}) and is being started again.`);
    const next = startOne();
    // One that does not come up has ended, and is one of the deaths that are counted.
    next.answering.catch(() => undefined);
    void keep(next);
  }

  async function stop(): Promise<void> {
    stopping = true;
    for (const { worker } of living) if (worker.isConnected()) worker.send('stop');
    await Promise.all([...living].map(({ ended }) => ended));
    process.off('exit', killAll);
  }

  async function start(count: number): Promise<readonly Answering[]> {
    const members = Array.from({ length: count }, startOne);
    try {
      const answering = await Promise.all(members.map((member) => member.answering));
      for (const member of members) void keep(member);
      return answering;
    } catch (error) {
      killAll();
      await stop();
      throw error;
    }
  }

  return { start, stop };
}

const unstartable = 'A process of the API could not start. What it said stands above.';

/** Tells a member what it is to do, and waits until it answers requests. */
async function instruct(worker: Worker, orders: Orders): Promise<Answering> {
  // It asks first: what is sent before it listens is lost.
  await once(worker, 'message');
  worker.send(orders);
  const [answering] = (await once(worker, 'message')) as [Answering];
  return answering;
}

/** Whether this process is one that a crew has started. */
export const isMember = (): boolean => cluster.isWorker;

/**
 * What a member of a crew does: it answers requests until the first process tells it to stop, or has died.
 * Resolves once it answers.
 */
export async function joinCrew(config: Config, around: Surroundings): Promise<void> {
  // Ctrl-C reaches the whole group of processes; only the first one decides on it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const told = once(process, 'message');
  process.send?.('What am I to do?');
  const [{ referenceKey, port, connections }] = (await told) as [Orders];
  const logger = around.logger ?? pino({ level: config.logLevel, base: null });
  const house = await openHouse(config, 'command', { ...around, connections });
  const edge = await openEdge({ ...config, port }, house, logger, certificateOf(config), referenceKey);
  process.once('message', async () => {
    await edge.close();
    await house.close();
    process.exit(0);
  });
  process.send?.({ url: edge.url } satisfies Answering);
}
