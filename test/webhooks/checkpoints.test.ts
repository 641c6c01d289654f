import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import { anchorsOf } from '../../src/operations/audit/anchors.ts';
import { announceCheckpoints } from '../../src/operations/audit/announce.ts';
import { firstPreviousHash, linked } from '../../src/operations/audit/chain.ts';
import { ExportFile } from '../../src/operations/audit/file.ts';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { wallClock } from '../../src/runtime.ts';
import { exportedTrail, signedTrail, verdictOn } from '../audit/trail.ts';
import { newWebhook } from '../contract-samples.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, withWorker } from '../world.ts';

// The event `audit.checkpoint`: a receiver elsewhere is the witness of the audit trail.

let ahead = 0;
let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true, now: () => plusSeconds(wallClock(), ahead) as Instant });
});
afterAll(() => world.close());
beforeEach(async () => {
  brand = await world.brand();
});

const subscribe = (events: readonly string[], url = 'http://127.0.0.1:9/hooks') =>
  newWebhook(brand, { url, events });
const events = async () => (await brand.call('GET', '/events?type=audit.checkpoint')).json.data;
const entries = async () =>
  (await world.sql('select from audit where brand_id = $1', [brand.brandId])).length;
const fail = (error: unknown) => {
  throw error;
};
/** An entry under a checkpoint of its own. */
async function signs() {
  await recordOperatorAction(world.system, brand.brandId, 'keys list');
  expect(await signedTrail(world.system, brand.brandId)).toEqual([]);
}
const announce = () => announceCheckpoints(world.system, fail);

test('only a subscription that names it gets it, not one for everything', async () => {
  await subscribe(['*', 'customer*']);
  await signs();
  await announce();
  expect(await events()).toEqual([]);
  await subscribe(['audit*']);
  await signs();
  await announce();
  expect(await events()).toHaveLength(1);
});

test('it is sent at most once a minute, with the newest checkpoint, and causes no other', async () => {
  await subscribe(['audit.checkpoint']);
  for (let count = 0; count < 3; count += 1) {
    await signs();
    await announce();
  }
  const numbers = async () =>
    (await events()).map(({ checkpoint }: { checkpoint: string }) => JSON.parse(checkpoint).number);
  const written = await entries();
  expect(await numbers()).toEqual([written - 2]);
  ahead += 61;
  await announce();
  expect(await numbers()).toEqual([written - 2, written]);
  // Nothing else has changed, so an hour brings neither an entry nor a checkpoint nor an event.
  for (let minute = 0; minute < 60; minute += 1) {
    ahead += 61;
    expect(await signedTrail(world.system, brand.brandId)).toEqual([]);
    await announce();
  }
  expect(await numbers()).toHaveLength(2);
  expect(await entries()).toBe(written);
});

test('it is not silenced by a head that says that later checkpoints were sent', async () => {
  await subscribe(['audit.checkpoint']);
  await signs();
  await world.sql(
    "update journal_heads set announced_number = 1000000000, announced_at = '2099-01-01' where brand_id = $1",
    [brand.brandId],
  );
  await signs();
  await announce();
  expect(await events()).toHaveLength(1);
});

test('a receiver elsewhere has what finds a trail that the service itself rewrote and signed', async () => {
  const receiver = await openReceiver();
  await subscribe(['audit.checkpoint'], receiver.url);
  await signs();
  await withWorker(world, () => eventually(() => receiver.taken.length > 0));
  await receiver.close();
  const { signer } = world.system.vault;
  const witness = receiver.taken.map(({ json }) => `${json.checkpoint}\n`).join('');
  const known = {
    keys: new Set([signer.key]),
    anchors: anchorsOf(witness, brand.brandId, new Set([signer.key])).hashes,
  };
  expect(await verdictOn(await exportedTrail(world.system, brand.brandId), known)).toMatchObject({
    whole: true,
    witnessedTo: 4,
  });
  const rows = await world.sql('select body from audit where brand_id = $1 and number <> 2 order by number', [
    brand.brandId,
  ]);
  const file = new ExportFile(
    { brand: brand.brandId, from: 1, previous: firstPreviousHash(brand.brandId) },
    signer,
  );
  let text = '';
  for (const [index, row] of rows.entries()) {
    const body = String(row['body']);
    const { hash } = linked(index + 1, file.hash, body);
    text += file.entry({ number: index + 1, body, hash });
  }
  const forged = Buffer.from(text + file.end(world.system.now()), 'latin1');
  expect(await verdictOn(forged, known)).toMatchObject({ whole: false });
  // The planted fault: without the witness, the signature of the service is all there is.
  expect(await verdictOn(forged, { keys: known.keys })).toMatchObject({ whole: true });
});
