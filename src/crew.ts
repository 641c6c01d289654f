import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Config } from './config.ts';
import type { Edge } from './edge.ts';
import { certificateOf, openEdge } from './edge.ts';
import type { Surroundings } from './house.ts';
import { openHouse } from './house.ts';
import { OperatorError } from './operations/brands.ts';
import type { ReferenceKey } from './operations/reference-key.ts';

// A server of several processes on one port. The first one owns the embedded database, does what happens
// without a request, and hands the connections out in turn; its members answer them.

/** What the first process tells a member when that one has started. */
interface Orders {
  /** One key for all: the page with it and the requests with it may reach different members. */
  readonly referenceKey: ReferenceKey | undefined;
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
  referenceKey: ReferenceKey | undefined,
  notice: (sentence: string) => void,
): Promise<Edge> {
  const connections = Math.min(12, Math.max(2, Math.floor(connectionsOfAll / processes)));
  const members = openMembers({ referenceKey, connections }, notice, lost);
  const [first] = await members.start(processes);
  return { url: first?.url ?? '', close: members.stop };
}

function openMembers(orders: Orders, notice: (sentence: string) => void, lost: (error: Error) => void) {
  // The very build that this process runs: one that was installed meanwhile may want another schema.
  const exec = fileURLToPath(new URL('./clientele.js', import.meta.url));
  cluster.setupPrimary({ exec, serialization: 'advanced' });
  const living = new Set<Worker>();
  const ends: number[] = [];
  let stopping = false;
  // Where this process has no time for an orderly end, nobody may be left behind on the port.
  const killAll = () => {
    for (const member of living) member.process.kill('SIGKILL');
  };
  process.on('exit', killAll);

  async function startOne(): Promise<Answering> {
    const member = cluster.fork();
    living.add(member);
    const ended = once(member, 'exit').then(() => {
      living.delete(member);
      throw new OperatorError('A process of the API could not start. What it said stands above.');
    });
    // A member that dies while it is told something is dealt with when its end is known.
    member.on('error', () => undefined);
    // It asks first: what is sent before it listens is lost.
    await Promise.race([once(member, 'message'), ended]);
    member.send(orders);
    const [answering] = (await Promise.race([once(member, 'message'), ended])) as [Answering];
    ended.catch(() => replace(member));
    return answering;
  }

  function replace({ process: { exitCode, signalCode } }: Worker): void {
    if (stopping) return;
    const now = performance.now();
    ends.push(now);
    const recent = ends.filter((at) => at > now - deaths.within).length;
    if (recent > deaths.most) {
      lost(new OperatorError('Processes of the API keep ending. What they said stands above.'));
      return;
    }
    notice(`A process of the API ended (${signalCode ?? exitCode}) and is being started again.`);
    startOne().catch((error: Error) => {
      if (!stopping) lost(error);
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    const ending = [...living].map(async (member) => {
      const ended = once(member, 'exit');
      if (member.isConnected()) member.send('stop');
      await ended;
    });
    await Promise.all(ending);
    process.off('exit', killAll);
  }

  return {
    stop,
    async start(count: number): Promise<readonly Answering[]> {
      try {
        return await Promise.all(Array.from({ length: count }, startOne));
      } catch (error) {
        killAll();
        await stop();
        throw error;
      }
    },
  };
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
  const [{ referenceKey, connections }] = (await told) as [Orders];
  const logger = around.logger ?? pino({ level: config.logLevel, base: null });
  const house = await openHouse(config, 'command', { ...around, connections });
  const edge = await openEdge(config, house, logger, certificateOf(config), referenceKey);
  process.once('message', async () => {
    await edge.close();
    await house.close();
    process.exit(0);
  });
  process.send?.({ url: edge.url } satisfies Answering);
}
