import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { chance, noon, randomLife } from '../retention/lives.ts';
import { liveThrough } from '../retention/years.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

const population = 2_000;
const random = chance(20_261_124);
const lives = Array.from({ length: population }, () => randomLife(random));

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
  expect(await liveThrough(world, brand, lives, turnTo, true)).toEqual([]);
}, 1_800_000);
