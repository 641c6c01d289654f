import { rm } from 'node:fs/promises';
import { cpuContention, eventually } from './cpu-contention.ts';
import type { Deployment } from './oracle.ts';
import { checkRecords, readBack, resolveHistories } from './oracle.ts';
import type { DeploymentKey, KillTarget } from './serving.ts';
import { buildServe, newDataDir, removeDataDir, serve } from './serving.ts';
import type { CustomerHistory } from './traffic.ts';
import { startTraffic } from './traffic.ts';

/** A server that is killed again and again in the middle of its work. */
export interface CrashFixture {
  readonly at: Deployment;
  /** Everything that was ever asked of it. */
  readonly histories: readonly CustomerHistory[];
  /** Works, is killed, comes back and is examined. Complaints are what was found wrong. */
  kill(victim: KillTarget): Promise<Recovery>;
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

export async function openCrashFixture(): Promise<CrashFixture> {
  const [program, dataDir] = await Promise.all([buildServe(), newDataDir()]);
  let served = await serve(program, dataDir, { wantsKey: true });
  let at: Deployment = { dataDir, url: served.url, key: served.key as DeploymentKey };
  const histories: CustomerHistory[] = [];

  async function recover(victim: KillTarget, traffic: ReturnType<typeof startTraffic>): Promise<number> {
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
    histories,
    async kill(victim) {
      const traffic = startTraffic(at.url, at.key, clients);
      // At a moment that nobody chose, with every client in the middle of something.
      const enough = 10 + Math.floor(Math.random() * 40);
      await eventually(() => traffic.acknowledged() >= enough);
      const load = cpuContention();
      const took = await recover(victim, traffic);
      const own = took / Math.max(load, cpuContention());
      histories.push(...traffic.histories);
      const unsettled = await resolveHistories(at, traffic.histories);
      const found = [...(await checkRecords(at, histories)), ...(await readBack(at, traffic.histories))];
      return { complaints: [...traffic.complaints, ...unsettled, ...found], took, own };
    },
    async close() {
      await served.stop();
      await removeDataDir(dataDir);
      await rm(program, { recursive: true, force: true });
    },
  };
}
