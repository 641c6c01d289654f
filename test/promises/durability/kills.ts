import { rm } from 'node:fs/promises';
import { crowding, eventually } from './crowding.ts';
import type { Deployment } from './oracle.ts';
import { inspect, readBack, settleLives } from './oracle.ts';
import type { Key, Victim } from './serving.ts';
import { buildServe, clearAway, newDataDir, serve } from './serving.ts';
import type { Life } from './traffic.ts';
import { startTraffic } from './traffic.ts';

/** A server that is killed again and again in the middle of its work. */
export interface Patient {
  readonly at: Deployment;
  /** Everything that was ever asked of it. */
  readonly lives: readonly Life[];
  /** Works, is killed, comes back and is examined. Complaints are what was found wrong. */
  kill(victim: Victim): Promise<Recovery>;
  close(): Promise<void>;
}

export interface Recovery {
  readonly complaints: readonly string[];
  /** Milliseconds until it was ready again: of the program from its first line on, of the database from the kill on. */
  readonly took: number;
  /** The same on a machine of its own: without the share of the time that other programs had the processors. */
  readonly own: number;
}

const clients = 6;

export async function openPatient(): Promise<Patient> {
  const [program, dataDir] = await Promise.all([buildServe(), newDataDir()]);
  let served = await serve(program, dataDir, { wantsKey: true });
  let at: Deployment = { dataDir, url: served.url, key: served.key as Key };
  const lives: Life[] = [];

  async function recover(victim: Victim, traffic: ReturnType<typeof startTraffic>): Promise<number> {
    const before = await served.postmaster();
    const killed = performance.now();
    await served.kill(victim);
    if (victim === 'postmaster') {
      // Connections outlive their postmaster for a moment, and may still acknowledge (and write) something.
      await eventually(async () => ![undefined, before].includes(await served.postmaster()));
      const known = traffic.acknowledged();
      await eventually(() => traffic.acknowledged() > known);
      const took = performance.now() - killed;
      await eventually(() => traffic.acknowledged() >= known + clients);
      await traffic.stop();
      return took;
    }
    await traffic.stop();
    served = await serve(program, dataDir);
    at = { ...at, url: served.url };
    return served.startedIn;
  }

  return {
    get at() {
      return at;
    },
    lives,
    async kill(victim) {
      const traffic = startTraffic(at.url, at.key, clients);
      // At a moment that nobody chose, with every client in the middle of something.
      const enough = 10 + Math.floor(Math.random() * 40);
      await eventually(() => traffic.acknowledged() >= enough);
      const crowd = crowding();
      const took = await recover(victim, traffic);
      const own = took / Math.max(crowd, crowding());
      lives.push(...traffic.lives);
      const unsettled = await settleLives(at, traffic.lives);
      const found = [...(await inspect(at, lives)), ...(await readBack(at, traffic.lives))];
      return { complaints: [...traffic.complaints, ...unsettled, ...found], took, own };
    },
    async close() {
      await served.stop();
      await clearAway(dataDir);
      await rm(program, { recursive: true, force: true });
    },
  };
}
