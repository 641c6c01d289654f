import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointText, endorsedText } from '../../src/domain/audit/checkpoint.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import { firstPreviousHash, linked } from '../../src/operations/audit/chain.ts';
import { ExportFile } from '../../src/operations/audit/file.ts';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { rotateRoot } from '../../src/operations/rotation/root-rotation.ts';
import type { Signer } from '../../src/vault/signer.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { bodyOf, exportedTrail, newBrand, newSigner, signedTrail, verdictOn } from './trail.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

test('after a rotation of the root key, an auditor with only the former key accepts what the new key signs', async () => {
  const { system } = world;
  const { brandId } = await world.brand();
  expect(await signedTrail(system, brandId)).toEqual([]);
  const former = system.vault.signer.key;
  await rotateRoot(system, { by: 'operator' });
  const { key } = system.vault.signer;
  expect(key).not.toBe(former);
  await recordOperatorAction(system, brandId, 'keys list');
  expect(await signedTrail(system, brandId)).toEqual([]);
  const checkpoints = await world.sql(
    'select key, former_key from audit_checkpoints where brand_id = $1 order by number',
    [brandId],
  );
  expect(checkpoints.slice(0, 2)).toEqual([
    { key: former, former_key: null },
    { key, former_key: former },
  ]);
  const trail = await exportedTrail(system, brandId);
  const keys = new Set([former]);
  expect(await verdictOn(trail, { keys })).toMatchObject({ whole: true, keys: [former, key] });
  // Only one of the two signatures is not enough: without the former key's, the new key is unknown.
  const unendorsed = Buffer.from(
    trail.toString('latin1').replace(/,"former_key":"[^"]+","endorsement":"[^"]+"/, ''),
  );
  expect(await verdictOn(unendorsed, { keys })).toMatchObject({ whole: false });
});

/** An export whose second checkpoint another key signs, endorsed by `endorser` in the name of the first. */
function changeOfSigner(first: Signer, second: Signer, endorser: Signer | undefined): Buffer {
  const brand = newBrand();
  const at = instantOfMillis(1_800_000_000_000);
  const file = new ExportFile({ brand, from: 1, previous: firstPreviousHash(brand) }, second);
  let previous = { number: 0, hash: firstPreviousHash(brand) };
  let text = '';
  for (const number of [1, 2]) {
    const signer = number === 1 ? first : second;
    const body = bodyOf(number);
    const { hash } = linked(number, file.hash, body);
    text += file.entry({ number, customerId: JSON.parse(body).customer_id, body, hash });
    const plain = { brand, number, hash, at, key: signer.key, previous };
    const by = number === 2 ? endorser : undefined;
    const checkpoint = by
      ? { ...plain, endorsement: { key: first.key, signature: by.sign(endorsedText(plain, first.key)) } }
      : plain;
    text += file.checkpoint(checkpoint, signer.sign(checkpointText(checkpoint)));
    previous = { number, hash };
  }
  return Buffer.from(text + file.end(at), 'latin1');
}

test('another signer that the former one did not endorse is found, even where both keys are trusted', async () => {
  const [first, second] = [newSigner(), newSigner()];
  const keys = new Set([first.key, second.key]);
  const problem = expect.stringContaining('which the key before did not sign');
  expect(await verdictOn(changeOfSigner(first, second, undefined), { keys })).toMatchObject({
    whole: false,
    problem,
  });
  // A foreign signer endorses itself in the name of the former key.
  expect(await verdictOn(changeOfSigner(first, second, second), { keys })).toMatchObject({
    whole: false,
    problem,
  });
  expect(
    await verdictOn(changeOfSigner(first, second, second), { keys: new Set([first.key]) }),
  ).toMatchObject({
    whole: false,
  });
  // With the endorsement, the former key alone is enough.
  expect(await verdictOn(changeOfSigner(first, second, first), { keys: new Set([first.key]) })).toMatchObject(
    {
      whole: true,
      keys: [first.key, second.key],
    },
  );
});
