import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexForms, newestIndexForm } from '../../src/domain/customers/index-forms.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { rotationRound } from '../../src/worker/rotation.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** What is stored is found by what a person would type, in databases of older versions as well. */

let world: World;
beforeAll(async () => {
  // Rotations run by hand here.
  world = await openWorld({ apiOnly: true });
});
afterAll(() => world.close());

const policy = { rotateDays: 0, backupHorizonDays: 35 };

/** A brand as the version before the second forms made it. */
async function olderBrand(): Promise<BrandClient> {
  const brand = await world.brand();
  const { wrapped } = world.system.vault.newKey(brand.brandId, 'index', 1, 1);
  await world.sql(
    "update brand_keys set wrapped = $2, index_form = 1 where brand_id = $1 and kind = 'index'",
    [brand.brandId, wrapped],
  );
  await world.system.keyrings.reload(brand.brandId);
  return brand;
}

const keysOf = async (brand: BrandClient) =>
  await world.sql(
    "select version, index_form from brand_keys where brand_id = $1 and kind = 'index' order by version",
    [brand.brandId],
  );

const stored = {
  email: 'Anna.Weiß@bücher.example',
  phone: '1-650-123-4567',
  phone_country_code: '001',
  last_name: 'Weiß',
  dob: '1990-01-01',
};
const asStored = [
  { email: stored.email },
  { phone: stored.phone, phone_country_code: '001' },
  { last_name: stored.last_name, dob: stored.dob },
];
const asTyped = [
  { email: 'ANNA.WEISS@xn--bcher-kva.example' },
  { phone: '6501234567' },
  { phone: '650-123-4567', phone_country_code: '01' },
  { last_name: 'WEISS', dob: stored.dob },
  { last_name: 'weiss', dob: stored.dob },
];

async function countsOf(brand: BrandClient, searches: readonly object[]): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const body of searches) {
    const { json } = await brand.call('POST', '/customers/search', { body });
    counts.push(json.length);
  }
  return counts;
}

describe('a database whose index values have the first forms', () => {
  test('finds its customers before, during and after the re-indexing, and keeps every SSN unique', async () => {
    const brand = await olderBrand();
    const ssn = newSsn();
    const isTaken = async () => {
      const { status, json } = await brand.call('POST', '/customers', { body: person({ ssn }) });
      return [status, json.Code];
    };
    const made = await brand.call('POST', '/customers', { body: person({ ...stored, ssn }) });
    expect(made.status).toBe(201);
    expect(await countsOf(brand, asStored)).toEqual(asStored.map(() => 1));
    expect(await countsOf(brand, asTyped)).toEqual(asTyped.map(() => 0));
    expect(await isTaken()).toEqual([409, 'ssn_dup']);

    await rotateKey(world.system, brand.brandId, 'index', { by: 'clientele', isStopped: () => true });
    expect(await keysOf(brand)).toMatchObject([
      { version: 1, index_form: 1 },
      { version: 2, index_form: newestIndexForm },
    ]);
    expect(await countsOf(brand, asStored)).toEqual(asStored.map(() => 1));
    expect(await isTaken()).toEqual([409, 'ssn_dup']);
    const other = await brand.call('POST', '/customers', { body: person({ ...stored, ssn: newSsn() }) });
    expect(other.status).toBe(201);
    expect(await countsOf(brand, asStored)).toEqual(asStored.map(() => 2));
    expect(await countsOf(brand, asTyped)).toEqual(asTyped.map(() => 1));

    await rotationRound(world.system, policy);
    expect(await keysOf(brand)).toMatchObject([{ version: 2, index_form: newestIndexForm }]);
    expect(await countsOf(brand, asStored)).toEqual(asStored.map(() => 2));
    expect(await countsOf(brand, asTyped)).toEqual(asTyped.map(() => 2));
    expect(await isTaken()).toEqual([409, 'ssn_dup']);
    const read = await brand.call('GET', `/customers/${made.json.customer_id}`);
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
  });

  test('is re-indexed by background work alone, where keys have no age limit, and only once', async () => {
    const brand = await olderBrand();
    const current = await world.brand();
    await rotationRound(world.system, policy);
    await rotationRound(world.system, policy);
    expect(await keysOf(brand)).toMatchObject([{ version: 2, index_form: newestIndexForm }]);
    expect(await keysOf(current)).toMatchObject([{ version: 1, index_form: newestIndexForm }]);
  });

  test('keeps the forms that a key is sealed with, whatever the column says', async () => {
    const brand = await olderBrand();
    await world.sql("update brand_keys set index_form = 2 where brand_id = $1 and kind = 'index'", [
      brand.brandId,
    ]);
    expect((await world.system.keyrings.reload(brand.brandId)).indexFormAt(1)).toBe(1);
  });
});

describe('index forms', () => {
  const email = (text: string) => indexForms.email(text);
  const name = (text: string) => indexForms.nameAndDob(text, '1990-01-01');
  test.each([
    ['straße', 'STRASSE'],
    ['ẞ', 'ss'],
    ['İrem', 'irem'],
    ['IRMAK', 'ırmak'],
    ['Jose\u0301', 'JOSÉ'],
    ['O’Brien', "O'BRIEN"],
    ['Smith ', 'smith'],
    ['Smith  Jones', 'Smith Jones'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['ﬁnn', 'FINN'],
  ])('take the names %j and %j for one', (one, other) => {
    expect(name(one)).toBe(name(other));
  });

  test.each([
    ['é@MÜNCHEN.example', 'É@xn--mnchen-3ya.example'],
    ['a@Example.COM', 'A@example.com'],
    ['a@mu\u0308nchen.example', 'a@münchen.example'],
  ])('take the addresses %j and %j for one', (one, other) => {
    expect(email(one)).toBe(email(other));
  });

  test('keep what differs apart', () => {
    expect(name('Jose')).not.toBe(name('José'));
    expect(email('a@straße.example')).not.toBe(email('a@strasse.example'));
    expect(indexForms.phone('1', '16501234')).not.toBe(indexForms.phone('1', '6501234'));
    expect(indexForms.phone('44', '16501234567')).not.toBe(indexForms.phone('44', '6501234567'));
    expect(indexForms.phone('10', '6501234567')).not.toBe(indexForms.phone('1', '6501234567'));
  });

  test('do not depend on the case of any letter', () => {
    const differing: string[] = [];
    for (let code = 0x41; code < 0x1f000; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const letter = String.fromCodePoint(code);
      const forms = [letter, letter.toUpperCase(), letter.toLowerCase()].map(name);
      if (new Set(forms).size > 1) differing.push(`U+${code.toString(16)}`);
    }
    expect(differing).toEqual([]);
  });
});
