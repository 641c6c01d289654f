import { pino } from 'pino';
import { startBackground } from './background.ts';
import type { Crew } from './cluster.ts';
import { openCrew } from './cluster.ts';
import type { Config } from './config.ts';
import { certificateOf, findPort, openEdge } from './http-server.ts';
import type { NewKey } from './operations/brands/api-keys.ts';
import { plantDemo } from './operations/demo/demo.ts';
import { makeReferenceKey } from './operations/demo/reference-key.ts';
import type { System } from './operations/system.ts';
import type { Surroundings } from './runtime.ts';
import { openHouse } from './runtime.ts';

/** The composition root of a running process: an edge, the work behind it, or both, put on a house. */

export interface RunningServer {
  readonly url: string;
  readonly system: System;
  /** Whether this start was the first one. */
  readonly born: boolean;
  /** On the first start of a sandbox: the demo brand's key, with its secret. */
  readonly demoKey: NewKey | undefined;
  /** Finishes the requests under way, then closes everything. */
  close(): Promise<void>;
}

/** How a server divides its work among processes; by default one does all of it. */
export interface Division {
  /** Leaves what happens without a request to a `clientele worker`. */
  readonly apiOnly?: boolean;
  readonly crew?: Crew;
}

/** Starts what `clientele serve` runs, and what the tests talk to. */
export async function startServer(
  config: Config,
  around: Surroundings = {},
  { apiOnly, crew }: Division = {},
): Promise<RunningServer> {
  const logger = around.logger ?? pino({ level: config.logLevel, base: null });
  const tls = certificateOf(config);
  let { port } = config;
  const house = await openHouse(config, 'serve', around, async () => {
    port = await findPort(config);
  });
  try {
    const { system, born } = house;
    const demoKey = config.demo && born ? await plantDemo(system) : undefined;
    const referenceKey = await makeReferenceKey(system);
    const edge = crew
      ? await openCrew(crew, { referenceKey, port }, around.notice ?? (() => undefined))
      : await openEdge(config, house, logger, tls, referenceKey);
    const background = apiOnly ? undefined : startBackground(config, house);
    return {
      url: edge.url,
      system,
      born,
      demoKey,
      async close() {
        await edge.close();
        await background?.stop();
        await house.close();
      },
    };
  } catch (error) {
    await house.close();
    throw error;
  }
}

/** A process that only does what happens without a request. */
export interface RunningWorker {
  readonly system: System;
  close(): Promise<void>;
}

/** Starts what `clientele worker` runs, on a database that a server has made. */
export async function startWorker(config: Config, around: Surroundings = {}): Promise<RunningWorker> {
  const house = await openHouse(config, 'command', around);
  const background = startBackground(config, house);
  // Rounds alone do not keep a process alive, and here there is nothing else that would.
  const alive = setInterval(() => undefined, 60_000);
  return {
    system: house.system,
    async close() {
      clearInterval(alive);
      await background.stop();
      await house.close();
    },
  };
}
