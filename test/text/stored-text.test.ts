import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultValidation } from '../../src/domain/validation.ts';
import { checkLine } from '../../src/operations/customers/importing/check.ts';
import { importCustomers } from '../../src/operations/customers/importing/import.ts';
import { address, newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** Text that cannot be seen is refused, and text that can is stored in one form, however it arrives. */

let world: World;
let brand: BrandClient;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-text-'));
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const bodyWith = (field: string, value: string) => {
  const inAddress = /^addresses\.0\.(\w+)$/.exec(field)?.[1];
  return inAddress ? person({ addresses: [{ ...address, [inAddress]: value }] }) : person({ [field]: value });
};

const atLine = (body: unknown) =>
  checkLine(
    { environment: world.system.environment, validation: defaultValidation },
    { number: 1, bytes: Buffer.from(JSON.stringify(body)) },
    world.system.now(),
  );

/** Values that look right on a screen, each with what cannot be seen in it. */
const unseen: readonly (readonly [field: string, value: string, mark: string])[] = [
  ['first_name', 'An\u034fna', 'U+034F'],
  ['first_name', 'Anna\u3164', 'U+3164'],
  ['first_name', 'An\u200dna', 'U+200D'],
  ['middle_name', 'Lee\u00a0Ann', 'U+00A0'],
  ['middle_name', 'Lee\u{e0061}', 'U+E0061'],
  ['last_name', 'Smith\ufe0f', 'U+FE0F'],
  ['last_name', 'Smith\u2009Jones', 'U+2009'],
  ['last_name', 'Smith\u17b4', 'U+17B4'],
  ['email', 'an\u200bna@example.com', 'U+200B'],
  ['email', 'an\u00adna@example.com', 'U+00AD'],
  ['email', 'anna\u2800@example.com', 'U+2800'],
  ['phone', '650\u2060-123-4567', 'U+2060'],
  ['phone_country_code', '1\u200c', 'U+200C'],
  ['ssn', '123-45-\u200b6789', 'U+200B'],
  ['addresses.0.street', '1 Main\u3000Street', 'U+3000'],
  ['addresses.0.street', '1 Main Street\u115f', 'U+115F'],
  ['addresses.0.street2', 'Suite\u202f6', 'U+202F'],
  ['addresses.0.street2', '\u{1d159}', 'U+1D159'],
  ['addresses.0.city', '\u200b\u200b', 'U+200B'],
  ['addresses.0.city', 'San\u1680Francisco', 'U+1680'],
  ['addresses.0.state', 'C\u2064A', 'U+2064'],
  ['addresses.0.zip_code', '94104\u2007', 'U+2007'],
];

describe('what cannot be seen', () => {
  test.each(unseen)('is refused by name in %s: %j', async (field, value, mark) => {
    const body = bodyWith(field, value);
    const { status, json } = await brand.call('POST', '/customers', { body });
    expect(status).toBe(400);
    expect(Object.keys(json.Message)).toEqual([field]);
    expect(json.Message[field][0]).toContain(mark);
    expect(JSON.stringify(json)).not.toContain(value);
    const { problems } = atLine(body);
    expect(problems.toObject()).toEqual(json.Message);
  });

  test('is refused in changes, searches, single addresses and reasons', async () => {
    const { customer_id: id } = (await brand.call('POST', '/customers', { body: person() })).json;
    const calls = [
      ['PATCH', `/customers/${id}`, { last_name: 'Smith\u00ad' }, 'last_name'],
      ['POST', '/customers/search', { email: 'an\u200bna@example.com' }, 'email'],
      ['POST', '/customers/search', { last_name: 'Smith\u3164', dob: '1990-01-01' }, 'last_name'],
      ['POST', `/customers/${id}/addresses`, { ...address, is_primary: false, city: 'Re\u2063no' }, 'city'],
      ['POST', `/customers/${id}/ssn`, { reason: '\u200b\u200b\u200b\u200b' }, 'reason'],
    ] as const;
    for (const [method, path, body, field] of calls) {
      const { status, json } = await brand.call(method, path, { body });
      expect([path, status, Object.keys(json.Message)]).toEqual([path, 400, [field]]);
    }
  });

  test('may be in the name of a file, which operating systems write', async () => {
    const image = { file_name: 'Screenshot 3.04.05\u202fPM \u2764\ufe0f.png', image: '' };
    const path = `/customers/${world.system.newId()}/verification-kyc/documents`;
    const { json } = await brand.call('POST', path, { body: { social_security_card: image } });
    expect(JSON.stringify(json.Message)).not.toContain('file_name');
  });
});

describe('blanks', () => {
  const loose = {
    first_name: 'Mary  Ann ',
    middle_name: 'de   la ',
    last_name: "O'Brien  ",
    addresses: [{ ...address, street: ' 1  Main Street ', street2: '  ', city: ' San  Francisco ' }],
  };
  const tidy = {
    first_name: 'Mary Ann',
    middle_name: 'de la',
    last_name: "O'Brien",
    addresses: [{ street: '1 Main Street', street2: '', city: 'San Francisco' }],
  };

  test('are stored singly and not at the ends, by the API and by import', async () => {
    const made = await brand.call('POST', '/customers', { body: person(loose) });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject(tidy);
    const again = await brand.call('PATCH', `/customers/${made.json.customer_id}`, { body: loose });
    expect(again.headers.get('etag')).toBe(made.headers.get('etag'));

    const other = await world.brand();
    const path = join(folder, 'loose.ndjson');
    writeFileSync(path, JSON.stringify(person(loose)));
    await importFile(other, path);
    expect((await other.call('GET', '/customers')).json).toMatchObject([tidy]);
  });

  test('count once, and not at the ends, where a length is limited', async () => {
    for (const [field, value, status] of [
      ['first_name', 'J ', 400],
      ['addresses.0.city', '   ', 400],
      ['addresses.0.city', ' A ', 400],
      ['addresses.0.street2', `${'x'.repeat(20)}${' '.repeat(10)}${'y'.repeat(19)}`, 201],
      ['addresses.0.street', `${'x'.repeat(40)}  `, 201],
      ['first_name', ' Anna', 400],
    ] as const) {
      const body = bodyWith(field, value);
      expect([field, value, (await brand.call('POST', '/customers', { body })).status]).toEqual([
        field,
        value,
        status,
      ]);
    }
  });
});

test('a byte order mark before the first line of an import is passed over', async () => {
  const other = await world.brand();
  const lines = [person({ ssn: newSsn() }), person({ ssn: newSsn() })].map((one) => JSON.stringify(one));
  const marked = join(folder, 'marked.ndjson');
  const plain = join(folder, 'plain.ndjson');
  writeFileSync(marked, `\ufeff${lines.join('\r\n')}\r\n`);
  writeFileSync(plain, lines.join('\n'));
  expect(await importFile(other, marked)).toEqual({ lines: 2, imported: 2, earlier: 0, bad: 0 });
  expect(await importFile(other, plain)).toEqual({ lines: 2, imported: 0, earlier: 2, bad: 0 });
});

const importFile = (to: BrandClient, path: string) =>
  importCustomers(world.system, to.brandId, {
    path,
    skipBad: false,
    problem: () => undefined,
    progress: () => undefined,
  });
