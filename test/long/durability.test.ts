import { expect, test } from 'vitest';
import { openPatient } from '../promises/durability/kills.ts';
import { inspect, readBack, replay } from '../promises/durability/oracle.ts';
import type { Victim } from '../promises/durability/serving.ts';

const cycles = 100;
const victims: readonly Victim[] = ['app', 'everything', 'postmaster'];

test(`no acknowledged write is lost, torn or doubled over ${cycles} kills, and each is got over within 5 s`, async () => {
  const patient = await openPatient();
  try {
    const worst: Partial<Record<Victim, number>> = {};
    for (let cycle = 0; cycle < cycles; cycle++) {
      const victim = victims[cycle % victims.length] as Victim;
      const { complaints, own, took } = await patient.kill(victim);
      expect(complaints).toEqual([]);
      expect(own).toBeLessThan(5_000);
      worst[victim] = Math.max(worst[victim] ?? 0, Math.round(took));
    }
    const { at, lives } = patient;
    expect(await replay(at, lives)).toEqual([]);
    expect(await readBack(at, lives)).toEqual([]);
    expect(await inspect(at, lives)).toEqual([]);
    const writes = lives.flatMap(({ steps }) => steps).length;
    console.info(`${writes} acknowledged writes; worst milliseconds to ready: ${JSON.stringify(worst)}`);
  } finally {
    await patient.close();
  }
});
