import { expect, test } from 'vitest';
import { openKycFixture, racePatches } from '../kyc/fixture.ts';

test('in a thousand rounds, a PATCH of a locked field and a pass are never both taken', {
  timeout: 900_000,
}, async () => {
  const fixture = await openKycFixture();
  const { won, broken } = await racePatches(fixture, 1_000);
  console.log(`The PATCH came first ${won.patch} times, the pass ${won.pass} times.`);
  await fixture.world.close();
  expect(broken).toEqual([]);
  expect(Math.min(won.patch, won.pass)).toBeGreaterThan(0);
});
