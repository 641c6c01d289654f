import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { noon, randomLifeCycle, seededRandom } from '../retention/life-cycles.ts';
import { simulateLifeCycles } from '../retention/simulation.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

const population = 2_000;
const random = seededRandom(20_261_124);
const lifeCycles = Array.from({ length: population }, () => randomLifeCycle(random));

let world: World;
let clock: Instant = noon(0);

beforeAll(async () => {
  world = await openWorld({ now: () => clock });
});
afterAll(() => world.close());

test(`ten years of ${population} random lives, a look each day: 0 early, 0 late by more than a day`, async () => {
  const brand = await world.brand();
  const turnTo = (day: number) => {
    clock = noon(day);
  };
  expect(await simulateLifeCycles(world, brand, lifeCycles, turnTo, true)).toEqual([]);
}, 1_800_000);
