import { expect, test } from 'vitest';
import { openCrashFixture } from '../promises/durability/kills.ts';
import { checkRecords, readBack, repeatRequests } from '../promises/durability/oracle.ts';
import type { KillTarget } from '../promises/durability/serving.ts';

const cycles = 100;
const victims: readonly KillTarget[] = ['app', 'everything', 'postmaster'];

test(`no acknowledged write is lost, torn or doubled over ${cycles} kills, and each is got over within 5 s`, async () => {
  const fixture = await openCrashFixture();
  try {
    const worst: Partial<Record<KillTarget, number>> = {};
    for (let cycle = 0; cycle < cycles; cycle++) {
      const victim = victims[cycle % victims.length] as KillTarget;
      const { complaints, own, took } = await fixture.kill(victim);
      expect(complaints).toEqual([]);
      expect(own).toBeLessThan(5_000);
      worst[victim] = Math.max(worst[victim] ?? 0, Math.round(took));
    }
    const { at, histories } = fixture;
    expect(await repeatRequests(at, histories)).toEqual([]);
    expect(await readBack(at, histories)).toEqual([]);
    expect(await checkRecords(at, histories)).toEqual([]);
    const writes = histories.flatMap(({ steps }) => steps).length;
    console.info(`${writes} acknowledged writes; worst milliseconds to ready: ${JSON.stringify(worst)}`);
  } finally {
    await fixture.close();
  }
});
