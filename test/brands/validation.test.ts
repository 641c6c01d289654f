import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { withoutPostalCodes } from '../../src/domain/customers/countries.ts';
import { checkCustomer } from '../../src/domain/customers/customer.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { Validation } from '../../src/domain/validation.ts';
import { validations } from '../../src/domain/validation.ts';
import { startServer } from '../../src/main.ts';
import { setValidation, validationOf } from '../../src/operations/brands/settings.ts';
import type { LineProblems } from '../../src/operations/customers/importing/check.ts';
import { importCustomers } from '../../src/operations/customers/importing/import.ts';
import { newCustomer, verifiedCustomer } from '../contract-samples.ts';
import { address, newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

const now = '2026-11-22T13:00:00.000000' as Instant;

/** The fields of a body in which something is wrong, in live. */
const wrong = (body: object, validation?: Validation): readonly string[] =>
  Object.keys(checkCustomer(body, { now, sandbox: false, ...(validation && { validation }) }).toObject());
const inAddress = (fields: object) => ({ addresses: [{ ...address, ...fields }] });

const abroad = (country: string) => ({ country, state: '', zip_code: '' });

/** Each value with the field that `bond` names. */
const wider: readonly (readonly [object, string])[] = [
  ...[
    'Smith-Jones',
    'Jean-Luc',
    'St. John',
    'O',
    'Y',
    'Ó',
    "'t Hooft",
    '’t Hart',
    'Martin Jr.',
    'A.-M. O’Neil',
  ].map((name): [object, string] => [{ last_name: name }, 'last_name']),
  ...['J', 'Ann-Kathrin', 'Wm. Henry'].map((name): [object, string] => [{ first_name: name }, 'first_name']),
  ...['B', 'B.', 'de-la'].map((name): [object, string] => [{ middle_name: name }, 'middle_name']),
  ...[
    "12 O'Hare St",
    '12 Rue de l’Église',
    '1/2 Main St',
    '345 Main & 2nd',
    '345½ California St.',
    '12 ¼ Elm',
    '9 ¾ King’s Cross',
    'é'.repeat(64),
    '345 California Street, between Sansome and Battery',
  ].map((street): [object, string] => [inAddress({ street }), 'addresses.0.street']),
  [inAddress({ street2: 'x'.repeat(64) }), 'addresses.0.street2'],
  ...['HK', 'AE', 'IE', 'QA', 'BS', 'UG'].map((country): [object, string] => [
    inAddress(abroad(country)),
    'addresses.0.zip_code',
  ]),
];

describe('the values of customers', () => {
  test.each(wider)('%j are refused by bond and taken by wide', (body, field) => {
    expect(wrong(body)).toEqual([field]);
    expect(wrong(body, 'bond')).toEqual([field]);
    expect(wrong(body, 'wide')).toEqual([]);
    expect(wrong(body, 'wide-itin')).toEqual([]);
  });

  test.each<[object, string]>([
    ...[
      '',
      '-',
      '.',
      "'",
      "''t Hooft",
      '-Smith',
      '4',
      'Smith_Jones',
      'Smith/Jones',
      'J@',
      'x'.repeat(51),
    ].map((name): [object, string] => [{ last_name: name }, 'last_name']),
    // Look-alikes of the hyphen are not found by a person who types one.
    ...['Smith‐Jones', 'Smith‑Jones', 'Smith–Jones', 'Smith—Jones', 'Smith−Jones'].map(
      (name): [object, string] => [{ last_name: name }, 'last_name'],
    ),
    ...['', ' ', "'/&½", 'x'.repeat(65), '1 Main; St', '1 Main St @ 2nd', '1 Main "St"', '1 Main\\St'].map(
      (street): [object, string] => [inAddress({ street }), 'addresses.0.street'],
    ),
    [inAddress({ street2: 'x'.repeat(65) }), 'addresses.0.street2'],
    ...['US', 'DE', 'GB', 'FR', 'CA'].map((country): [object, string] => [
      inAddress({ ...abroad(country), ...(country === 'US' && { state: 'CA' }) }),
      'addresses.0.zip_code',
    ]),
    [inAddress({ ...abroad('HK'), zip_code: '1' }), 'addresses.0.zip_code'],
    [{ email: 'james' }, 'email'],
    [{ phone: '12' }, 'phone'],
  ])('%j are refused by every validation', (body, field) => {
    for (const validation of validations) expect(wrong(body, validation), validation).toEqual([field]);
  });

  test.each([
    '912-50-1234',
    '900-65-0001',
    '999-70-4321',
    '987-88-1234',
    '912-90-1234',
    '912-92-9999',
    '912994321',
  ])('the ITIN %s is taken by wide-itin alone', (ssn) => {
    expect(wrong({ ssn }, 'wide-itin')).toEqual([]);
    for (const validation of ['bond', 'wide'] as const) expect(wrong({ ssn }, validation)).toEqual(['ssn']);
  });

  test.each([
    ...['912-49-1234', '912-66-1234', '912-69-1234', '912-89-1234', '912-93-1234', '912-00-1234'],
    ...['000-50-1234', '666-50-1234', '123-00-1234', '078-05-1120', '91-250-1234', '912-5O-1234'],
  ])('%s is no ITIN, and refused by every validation', (ssn) => {
    for (const validation of validations) expect(wrong({ ssn }, validation)).toEqual(['ssn']);
  });

  test.each(['PR', 'GU', 'VI', 'AS', 'MP'])(
    'the country %s is told by wide to be a state of the US',
    (code) => {
      const body = inAddress({ country: code, state: code, zip_code: '00901' });
      for (const validation of validations) {
        const problems = checkCustomer(body, { now, sandbox: false, validation }).toObject();
        const sentence = 'Part of the United States here: send the country US, and this code as the state.';
        expect(problems).toEqual(validation === 'bond' ? {} : { 'addresses.0.country': [sentence] });
        expect(wrong(inAddress({ country: 'US', state: code, zip_code: '00901' }), validation)).toEqual([]);
      }
    },
  );

  test('of countries without postal codes are those of a list of real codes, and none of them has states', () => {
    for (const country of withoutPostalCodes)
      expect(wrong(inAddress({ ...abroad(country), zip_code: '123' }))).toEqual([]);
    expect(withoutPostalCodes.has('US')).toBe(false);
  });
});

describe('a brand', () => {
  let world: World;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clientele-validation-'));
    world = await openWorld({ apiOnly: true });
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const hyphened = { first_name: 'J', last_name: 'O’Neil-Smith', dob: '1990-02-03' };
  const home = { ...address, street: "12½ O'Hare & Sons", street2: 'x'.repeat(64) };
  const abroadToo = { ...address, ...abroad('HK'), city: 'Kowloon', is_primary: false };

  /** A brand that takes what the validation takes. The keys of a brand that was never asked for are in no cache. */
  async function brandThatTakes(validation: Validation): Promise<BrandClient> {
    const brand = await world.brand();
    await setValidation(world.system, brand.brandId, validation);
    return brand;
  }

  const refusedFields = async (brand: BrandClient, method: string, path: string, body: object) => {
    const { status, json } = await brand.call(method, path, { body });
    return status === 400 ? Object.keys(json.Message).sort() : status;
  };

  test('takes the values of its validation in every way that they come', async () => {
    const [wide, bond] = [await brandThatTakes('wide'), await world.brand()];
    const body = person({ ...hyphened, addresses: [home, abroadToo] });
    const fields = [
      'addresses.0.street',
      'addresses.0.street2',
      'addresses.1.zip_code',
      'first_name',
      'last_name',
    ];
    expect(await refusedFields(bond, 'POST', '/customers', body)).toEqual(fields);
    const made = await wide.call('POST', '/customers', { body });
    expect([
      made.status,
      made.json.last_name,
      made.json.addresses[0].street,
      made.json.addresses[1].zip_code,
    ]).toEqual([201, 'O’Neil-Smith', "12½ O'Hare & Sons", '']);

    for (const [brand, outcomes] of [
      [wide, [200, 201, 200, 200, 201]],
      [
        bond,
        [['last_name'], ['street', 'street2'], ['street'], ['addresses.0.street2'], ['changes.last_name']],
      ],
    ] as const) {
      const { json: stored } = await newCustomer(brand);
      const path = `/customers/${stored.customer_id}`;
      const one = `${path}/addresses/${stored.addresses[1].address_id}`;
      const locked = await verifiedCustomer(brand);
      const change = { changes: { last_name: 'Smith-Jones' }, reason: 'Married.' };
      expect([
        await refusedFields(brand, 'PATCH', path, { last_name: 'Smith-Jones' }),
        await refusedFields(brand, 'POST', `${path}/addresses`, { ...home, is_primary: false }),
        await refusedFields(brand, 'PATCH', one, { street: '1/2 Main St' }),
        await refusedFields(brand, 'PATCH', path, { addresses: [{ ...address, street2: 'y'.repeat(50) }] }),
        await refusedFields(brand, 'POST', `/customers/${locked}/change-requests`, change),
      ]).toEqual(outcomes);
    }
  });

  test('takes the same values from an import', async () => {
    const path = join(folder, 'people.ndjson');
    const people = [
      person(hyphened),
      person({ last_name: 'St. John' }),
      person({ addresses: [home, abroadToo] }),
    ];
    writeFileSync(path, people.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const run = async ({ brandId }: BrandClient) => {
      const found: LineProblems[] = [];
      const options = {
        path,
        skipBad: false,
        problem: (one: LineProblems) => found.push(one),
        progress: () => undefined,
      };
      const { imported } = await importCustomers(world.system, brandId, options);
      return [imported, found.map(({ line }) => line)];
    };
    expect(await run(await world.brand())).toEqual([0, [1, 2, 3]]);
    expect(await run(await brandThatTakes('wide'))).toEqual([3, []]);
  });

  test.each([
    ['O’Neil-Smith', ["o'neil-smith", 'O’NEIL-SMITH', " O'Neil-Smith "]],
    ['St. John', ['st. john', 'ST.  JOHN']],
    ['Ö', ['ö', 'O\u0308']],
    ["'t Hooft", ['’T HOOFT']],
  ])('finds the name %s by what a person types', async (last_name, typed) => {
    const wide = await brandThatTakes('wide');
    const { customer_id } = (await newCustomer(wide, { last_name, dob: '1990-02-03' })).json;
    for (const name of typed) {
      const found = await wide.call('POST', '/customers/search', {
        body: { last_name: name, dob: '1990-02-03' },
      });
      expect(
        found.json.map((one: { customer_id: string }) => one.customer_id),
        name,
      ).toEqual([customer_id]);
    }
  });

  test('with wide-itin keeps an ITIN as it keeps an SSN: unique, masked, found and shown for a reason', async () => {
    const brand = await brandThatTakes('wide-itin');
    const { json: made } = await newCustomer(brand, { ssn: '912-70-1234' });
    expect(made.ssn).toBe('XXX-XX-1234');
    const again = await brand.call('POST', '/customers', { body: person({ ssn: '912701234' }) });
    expect(again.json.Code).toBe('ssn_dup');
    const found = await brand.call('POST', '/customers/search', { body: { ssn: '912-70-1234' } });
    expect(found.json).toHaveLength(1);
    const shown = await brand.call('POST', `/customers/${made.customer_id}/ssn`, {
      body: { reason: 'A test.' },
    });
    expect(shown.json.ssn).toBe('912-70-1234');
    const wide = await brandThatTakes('wide');
    expect(await refusedFields(wide, 'POST', '/customers', person({ ssn: '912-70-1235' }))).toEqual(['ssn']);
  });

  test('that goes back to bond keeps its customers, and takes no such value from then on', async () => {
    const brand = await brandThatTakes('wide-itin');
    const wide = { ...hyphened, ssn: '912-70-9999', addresses: [home, abroadToo] };
    const { json: made } = await newCustomer(brand, wide);
    const path = `/customers/${made.customer_id}`;
    await setValidation(world.system, brand.brandId, 'bond');
    const probe = person({ last_name: 'Smith-Jones' });
    await expect.poll(() => refusedFields(brand, 'POST', '/customers', probe)).toEqual(['last_name']);
    const { json: read } = await brand.call('GET', path);
    expect([read.last_name, read.addresses[1].zip_code]).toEqual(['O’Neil-Smith', '']);
    // What was read may be sent back, with a change that bond takes.
    const sentBack = {
      ...hyphened,
      ssn: read.ssn,
      addresses: read.addresses.map(
        ({ date_created, deliverability, ...rest }: Record<string, unknown>) => rest,
      ),
    };
    const patched = await brand.call('PATCH', path, { body: { ...sentBack, email: 'other@example.com' } });
    expect([patched.status, patched.json.last_name]).toEqual([200, 'O’Neil-Smith']);
    expect(await refusedFields(brand, 'PATCH', path, { last_name: 'Smith-O’Neil' })).toEqual(['last_name']);
    const found = await brand.call('POST', '/customers/search', {
      body: { last_name: "o'neil-smith", dob: hyphened.dob },
    });
    expect(found.json).toHaveLength(1);
  });

  test('is followed by every process within a second, and by no other brand', async () => {
    const [brand, other] = [await world.brand(), await world.brand()];
    const second = await startServer(world.config, { logger: pino({ level: 'silent' }) }, { apiOnly: true });
    try {
      const urls = [world.url, second.url];
      const create = async (url: string, { headers }: BrandClient) => {
        const body = JSON.stringify(person({ last_name: 'Smith-Jones', ssn: newSsn() }));
        const sent = { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body };
        return (await fetch(`${url}${apiPrefix}/customers`, sent)).status;
      };
      const all = (of: BrandClient) => Promise.all(urls.map((url) => create(url, of)));
      expect([await all(brand), await all(other)]).toEqual([
        [400, 400],
        [400, 400],
      ]);
      await setValidation(world.system, brand.brandId, 'wide');
      await expect.poll(() => all(brand)).toEqual([201, 201]);
      await setValidation(world.system, brand.brandId, 'bond');
      await expect.poll(() => all(brand)).toEqual([400, 400]);
      expect(await all(other)).toEqual([400, 400]);
    } finally {
      await second.close();
    }
  });

  test('has every change of its validation in its audit trail, and none where nothing changed', async () => {
    const brand = await world.brand();
    expect(await validationOf(world.system, brand.brandId)).toBe('bond');
    const outcomes = [];
    for (const validation of ['bond', 'wide', 'wide', 'wide-itin', 'bond'] as const)
      outcomes.push(await setValidation(world.system, brand.brandId, validation));
    expect(outcomes).toEqual([false, true, false, true, true]);
    await settled(world);
    const { json } = await brand.call('GET', '/audit');
    const entries = json.data.filter(({ operation }: { operation: string }) => operation === 'brands set');
    expect(
      entries.map((entry: Record<string, unknown>) => [
        entry['validation'],
        entry['record_version'],
        entry['actor'],
      ]),
    ).toEqual(
      (['bond', 'wide-itin', 'wide'] as const).map((validation, index) => [
        validation,
        3 - index,
        expect.objectContaining({ kind: 'operator' }),
      ]),
    );
  });

  test('keeps one of two changes at the same time after the other, and loses neither entry', async () => {
    const brand = await world.brand();
    await Promise.all(
      (['wide', 'wide-itin'] as const).map((validation) =>
        setValidation(world.system, brand.brandId, validation),
      ),
    );
    const [row] = await world.sql('select version from brand_settings where brand_id = $1', [brand.brandId]);
    expect(row).toEqual({ version: 2 });
  });
});
