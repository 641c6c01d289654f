import { expect, test } from 'vitest';
import { duplicateErrors } from '../promises/effects/duplicates.ts';
import { openWorld } from '../world.ts';

test('500 keys with 20 duplicates each have one effect each', { timeout: 1_800_000 }, async () => {
  const world = await openWorld();
  expect(await duplicateErrors(await world.brand(), 500, 20)).toEqual([]);
  await world.close();
});
