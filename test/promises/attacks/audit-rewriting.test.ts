import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkpointText, signedLine } from '../../../src/domain/audit/checkpoint.ts';
import { instantOfMillis } from '../../../src/domain/time.ts';
import { anchorsOf } from '../../../src/operations/audit/anchors.ts';
import { firstPreviousHash, linked } from '../../../src/operations/audit/chain.ts';
import { exportAudit } from '../../../src/operations/audit/export.ts';
import { ExportFile } from '../../../src/operations/audit/file.ts';
import { recordOperatorAction } from '../../../src/operations/audit/operator.ts';
import { sequence } from '../../../src/operations/audit/sequence.ts';
import type { TrustedFacts } from '../../../src/operations/audit/verify.ts';
import { verifyTrail } from '../../../src/operations/audit/verify.ts';
import { examineTrails } from '../../../src/operations/installation/doctor-trail.ts';
import type { System } from '../../../src/operations/system.ts';
import { refusedRows } from '../../../src/store/audit/refused-rows.ts';
import { bodyOf, keepTrail, newBrand, newSigner, signedTrail } from '../../audit/trail.ts';
import { newCustomer } from '../../contract-samples.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// A person who can write every table, and has no key and no file of the service, rewrites the audit trail.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());
beforeEach(async () => {
  brand = await world.brand();
  for (let count = 0; count < 4; count += 1)
    await recordOperatorAction(world.system, brand.brandId, 'keys list');
  expect(await signed()).toEqual([]);
});

const signed = (system: System = world.system) => signedTrail(system, brand.brandId);

/** The planted fault: the service believes every row and end, and keeps no anchors. */
const trusting = (): System => ({
  ...world.system,
  vault: Object.create(world.system.vault, { isMac: { value: () => true } }),
  anchors: { ...world.system.anchors, newest: () => undefined, all: () => [], append: async () => undefined },
});

const anotherEntry = () => recordOperatorAction(world.system, brand.brandId, 'keys list');
const checkpoints = async () =>
  (
    await world.sql('select number from audit_checkpoints where brand_id = $1 order by number', [
      brand.brandId,
    ])
  ).map(({ number }) => Number(number));

/** Removes an entry, chains those after it again and sets the end. */
async function removeEntry(gone: number) {
  const rows = await world.sql(
    'select body from audit where brand_id = $1 and number <> $2 order by number',
    [brand.brandId, gone],
  );
  await world.sql('delete from audit where brand_id = $1', [brand.brandId]);
  let hash = firstPreviousHash(brand.brandId);
  for (const [index, { body }] of rows.entries()) {
    ({ hash } = linked(index + 1, hash, String(body)));
    await world.sql(
      `insert into audit (brand_id, number, body, hash) values ($1, $2, $3, decode($4, 'hex'))`,
      [brand.brandId, index + 1, body, hash],
    );
  }
  await world.sql('delete from audit_checkpoints where brand_id = $1', [brand.brandId]);
  await world.sql(
    `update journal_heads set audit_number = $2, audit_hash = decode($3, 'hex'), checkpoint_number = 0 where brand_id = $1`,
    [brand.brandId, rows.length, hash],
  );
}

describe('a row of the outbox that blames another key', () => {
  const insert = () =>
    world.sql(`insert into journal (brand_id, body, mac) values ($1, $2, '')`, [brand.brandId, bodyOf(1)]);

  test('stays outside of the trail, is named, and does not stop the others', async () => {
    await insert();
    await anotherEntry();
    expect(await signed()).toEqual([expect.stringMatching(/^UnprovenRow: The row \d+ of journal, brand /)]);
    const operations = await world.sql(
      `select body from audit where brand_id = $1 and body like '%updateCustomer%'`,
      [brand.brandId],
    );
    expect(operations).toEqual([]);
    expect(await checkpoints()).toEqual([6, 7]);
    expect((await refusedRows(world.system.db)).map(({ brandId }) => brandId)).toContain(brand.brandId);
  });

  test('turns red where every row is believed', async () => {
    const body = bodyOf(1);
    await world.sql(`insert into journal (brand_id, customer_id, body, mac) values ($1, $2, $3, 'any')`, [
      brand.brandId,
      JSON.parse(body).customer_id,
      body,
    ]);
    expect(await signed(trusting())).toEqual([]);
    expect(await checkpoints()).toEqual([6, 7]);
  });

  test('is refused too where it is a copy of a genuine row with another body', async () => {
    await anotherEntry();
    await world.sql(`update journal set body = replace(body, 'keys list', 'revealSsn') where brand_id = $1`, [
      brand.brandId,
    ]);
    expect(await signed()).toHaveLength(1);
    expect(await checkpoints()).toEqual([6]);
  });
});

describe('a trail that was chained again without an entry', () => {
  test('is neither continued nor signed', async () => {
    await removeEntry(4);
    await anotherEntry();
    expect(await signed()).toEqual(
      expect.arrayContaining([expect.stringContaining('was not written by the service')]),
    );
    expect(await checkpoints()).toEqual([]);
  });

  test('is not signed where its end was written by the service before', async () => {
    const [before] = await world.sql(
      'select mac, audit_number, audit_hash, event_number from journal_heads where brand_id = $1',
      [brand.brandId],
    );
    await anotherEntry();
    expect(await signed()).toEqual([]);
    await world.sql('delete from audit where brand_id = $1 and number > 6', [brand.brandId]);
    await world.sql('delete from audit_checkpoints where brand_id = $1 and number > 6', [brand.brandId]);
    await world.sql(
      'update journal_heads set mac = $2, audit_number = $3, audit_hash = $4, event_number = $5, checkpoint_number = 0 where brand_id = $1',
      [
        brand.brandId,
        before?.['mac'],
        before?.['audit_number'],
        before?.['audit_hash'],
        before?.['event_number'],
      ],
    );
    expect(await signed()).toEqual([expect.stringContaining('it ends at entry 6, but entry 7 was signed')]);
  });

  test('turns red where the end is believed and no anchor is kept', async () => {
    await removeEntry(4);
    await anotherEntry();
    expect(await signed(trusting())).toEqual([]);
    expect(await checkpoints()).toEqual([6]);
  });
});

describe('an entry whose customer was emptied', () => {
  const trail = () =>
    world.sql(
      `select number, body, encode(hash, 'hex') as hash from audit where brand_id = $1 order by number`,
      [brand.brandId],
    );
  beforeEach(async () => {
    const { customer_id } = (await newCustomer(brand)).json;
    expect(await signed()).toEqual([]);
    expect((await brand.call('GET', `/customers/${customer_id}/audit`)).json.data).toHaveLength(1);
    await world.sql('update audit set customer_id = null where customer_id = $1', [customer_id]);
  });

  test('is named, not listed and not exported', async () => {
    const examined = await examineTrails(world.config, world.system.db, world.system.vault);
    const named = `entry 7 is not listed under its own customer.`;
    expect(examined.map(({ explanation }) => explanation)).toContainEqual(
      `The audit trail of brand ${brand.brandId} is not signed: ${named}`,
    );
    expect((await brand.call('GET', '/audit')).status).toBe(503);
    const exporting = exportAudit(
      world.system,
      brand.brandId,
      {},
      async () => undefined,
      () => undefined,
    );
    await expect(exporting).rejects.toThrow(
      'Entry 7 of the audit trail is not listed under its own customer.',
    );
  });

  test('turns red where only the chain is looked at, because the chain is whole', async () => {
    let hash = firstPreviousHash(brand.brandId);
    for (const { number, body, hash: stored } of await trail()) {
      ({ hash } = linked(Number(number), hash, String(body)));
      expect(hash).toBe(stored);
    }
  });
});

test('an entry that was changed without its hash is not listed', async () => {
  const list = async () => (await brand.call('GET', '/audit')).status;
  const seen = async () => (await brand.call('GET', `/audit/keys/${brand.key.identity}`)).status;
  await newCustomer(brand);
  expect(await signed()).toEqual([]);
  expect([await list(), await seen()]).toEqual([200, 200]);
  await world.sql(
    `update audit set body = replace(body, 'createCustomer', 'getCustomer') where brand_id = $1`,
    [brand.brandId],
  );
  expect([await list(), await seen()]).toEqual([503, 503]);
});

describe('an older checkpoint that is put back', () => {
  test('does not take the later one away: it comes back from the anchors', async () => {
    await anotherEntry();
    expect(await signed()).toEqual([]);
    await world.sql('delete from audit_checkpoints where brand_id = $1 and number = 7', [brand.brandId]);
    await world.sql('update journal_heads set checkpoint_number = 6 where brand_id = $1', [brand.brandId]);
    expect(await signed()).toEqual([]);
    expect(await checkpoints()).toEqual([6, 7]);
  });

  /** The older checkpoint with the older trail, which the service wrote itself. */
  async function putBack() {
    const goBack = await keepTrail(world, brand.brandId);
    await anotherEntry();
    expect(await signed()).toEqual([]);
    await goBack();
    await anotherEntry();
  }

  test('is refused with the trail that ends there', async () => {
    await putBack();
    expect(await signed({ ...world.system })).toEqual([
      expect.stringContaining('it ends at entry 6, but had entry 7'),
    ]);
    expect(await checkpoints()).toEqual([6]);
  });

  test('turns red where no anchor is kept', async () => {
    await putBack();
    expect(await signed({ ...world.system, anchors: trusting().anchors })).toEqual([]);
    expect(await checkpoints()).toEqual([6, 7]);
  });
});

test.each([
  [
    'an entry',
    `insert into audit (brand_id, number, body, hash) values ($1, 7, '{}', decode(repeat('00', 32), 'hex'))`,
  ],
  [
    'an event',
    `insert into events (brand_id, number, event_id, type, occurred_at, payload, mac)
       values ($1, 1, gen_random_uuid(), 'customer.created', now(), '{}', '')`,
  ],
])('%s after the end of a trail stops this trail, and no other', async (_, plant) => {
  const other = await world.brand();
  await world.sql(plant, [brand.brandId]);
  await newCustomer(brand);
  await newCustomer(other);
  expect(await signed()).toEqual([expect.stringContaining('an entry or an event follows its end')]);
  expect(await checkpoints()).toEqual([6]);
  expect((await other.call('GET', '/events')).json.data).toHaveLength(1);
});

test.each([
  ['a number past the end', 'checkpoint_number = 1000000000'],
  ['a time in the future', "checkpoint_at = '2099-01-01'"],
])('a head that says that it was signed at %s does not end the signing', async (_, change) => {
  await world.sql(`update journal_heads set ${change} where brand_id = $1`, [brand.brandId]);
  await anotherEntry();
  await sequence(world.system);
  expect(await checkpoints()).toEqual([6, 7]);
  // The planted fault: a head that says that it was signed just now waits for its minute.
  await world.sql('update journal_heads set checkpoint_at = now() where brand_id = $1', [brand.brandId]);
  await anotherEntry();
  await sequence(world.system);
  expect(await checkpoints()).toEqual([6, 7]);
});

describe('a checkpoint of a foreign signer', () => {
  beforeEach(async () => {
    const signer = newSigner();
    const [row] = await world.sql(
      `select number, encode(hash, 'hex') as hash, encode(previous_hash, 'hex') as previous,
              to_char(signed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at
         from audit_checkpoints where brand_id = $1`,
      [brand.brandId],
    );
    const text = checkpointText({
      brand: brand.brandId,
      number: Number(row?.['number']),
      hash: String(row?.['hash']),
      at: String(row?.['at']) as never,
      key: signer.key,
      previous: { number: 0, hash: String(row?.['previous']) },
    });
    await world.sql('update audit_checkpoints set key = $2, signature = $3 where brand_id = $1', [
      brand.brandId,
      signer.key,
      signer.sign(text),
    ]);
    await anotherEntry();
  });

  test('ends the signing', async () => {
    expect(await signed()).toEqual([expect.stringContaining('its checkpoint over entry 6 was changed')]);
    expect(await checkpoints()).toEqual([6]);
  });

  test('turns red where every signer is believed', async () => {
    const { vault } = world.system;
    const believing = Object.create(vault, { signerOf: { value: () => vault.signer } });
    expect(await signed({ ...world.system, vault: believing })).toEqual([]);
    expect(await checkpoints()).toEqual([6, 7]);
  });
});

describe('a thousand random rewritings that the service would even sign', () => {
  const id = newBrand();
  const signer = newSigner();
  const at = instantOfMillis(1_800_000_000_000);
  const bodies = Array.from({ length: 60 }, (_, index) => bodyOf(index + 1));
  const known: TrustedFacts = { keys: new Set([signer.key]) };

  /** An export of these entries by a service that signs whatever its tables hold, and its anchors. */
  function exportOf(entries: readonly string[], by = signer) {
    const file = new ExportFile({ brand: id, from: 1, previous: firstPreviousHash(id) }, by);
    let previous = { number: 0, hash: firstPreviousHash(id) };
    let text = '';
    let anchors = '';
    for (const [index, body] of entries.entries()) {
      const number = index + 1;
      const { hash } = linked(number, file.hash, body);
      text += file.entry({ number, customerId: JSON.parse(body).customer_id, body, hash });
      if (number % 20 !== 0) continue;
      const checkpoint = { brand: id, number, hash, at, key: by.key, previous };
      const signature = by.sign(checkpointText(checkpoint));
      text += file.checkpoint(checkpoint, signature);
      anchors += `${signedLine(checkpointText(checkpoint), signature)}\n`;
      previous = { number, hash };
    }
    return { text: text + file.end(at), anchors };
  }

  const anywhere = () => randomInt(bodies.length);
  const rewritings: Readonly<Record<string, () => { readonly text: string }>> = {
    'an entry is put in': () => exportOf(bodies.toSpliced(anywhere(), 0, bodyOf(999))),
    'an entry is deleted': () => exportOf(bodies.toSpliced(anywhere(), 1)),
    'an entry blames another key': () => {
      const index = anywhere();
      return exportOf(bodies.with(index, (bodies[index] ?? '').replace('4a0f6f0c', '5b0f6f0c')));
    },
    'a customer is emptied': () => {
      const index = anywhere();
      return exportOf(bodies.with(index, (bodies[index] ?? '').replace(/"customer_id":"[^"]+",/, '')));
    },
    'the end is cut off': () => exportOf(bodies.slice(0, randomInt(1, bodies.length))),
    'another key signs everything': () => exportOf(bodies, newSigner()),
  };

  async function undetected(facts: TrustedFacts): Promise<number> {
    let missed = 0;
    for (const rewrite of Object.values(rewritings))
      for (let round = 0; round < 170; round += 1) {
        const verdict = await verifyTrail([Buffer.from(rewrite().text, 'latin1')] as never, facts);
        if (verdict.whole) missed += 1;
      }
    return missed;
  }

  const genuine = exportOf(bodies);
  const anchors = anchorsOf(genuine.anchors, id, known.keys).hashes;

  test('are all found offline with the genuine key and the anchors', { timeout: 120_000 }, async () => {
    const verdict = await verifyTrail([Buffer.from(genuine.text, 'latin1')] as never, { ...known, anchors });
    expect(verdict).toMatchObject({ whole: true, witnessedTo: 60 });
    expect(await undetected({ ...known, anchors })).toBe(0);
  });

  test('turn red where no anchors are given', { timeout: 120_000 }, async () => {
    expect(await undetected(known)).toBeGreaterThan(500);
  });

  test('anchors with a line by another key are refused', () => {
    expect(() => anchorsOf(exportOf(bodies, newSigner()).anchors, id, known.keys)).toThrow(
      'not signed by a trusted key',
    );
  });
});
