import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profileSealContext } from '../../src/operations/customers/sealing.ts';
import { newCustomer, verifiedCustomer } from '../contract-samples.ts';
import { address, mailing } from '../people.ts';
import { rewrite } from '../rewrite.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

interface Subject {
  readonly id: string;
  readonly path: string;
  readonly primary: string;
  readonly secondary: string;
}

async function subject(addresses: readonly object[] = [address, mailing]): Promise<Subject> {
  const { customer_id: id, addresses: made } = (await newCustomer(brand, { addresses })).json;
  const path = `/customers/${id}/addresses`;
  return { id, path, primary: made[0].address_id, secondary: made.at(-1).address_id };
}

const passKyc = ({ id }: Subject) =>
  rewrite(brand, "update customers set kyc_status = 'passed', kyc_passed_at = now() where customer_id = $1", [
    id,
  ]);
const addressesOf = async ({ id }: Subject) => (await brand.call('GET', `/customers/${id}`)).json.addresses;
const giveVerdict = async ({ id }: Subject, verdict: string) => {
  // One that the verifier in use would not give, written as no client could.
  const { system } = world;
  const { readForChange } = await import('../../src/store/customers/customers.ts');
  const { readProfile, writeProfile } = await import('../../src/domain/customers/record.ts');
  const scope = { brandId: brand.brandId, db: system.db };
  const row = await readForChange(scope, id as never);
  if (!row) throw new Error('The customer is gone.');
  const keyring = await system.keyrings.of(brand.brandId);
  const place = profileSealContext(row);
  const profile = readProfile(keyring.open(place, row.profile));
  const addresses = profile.addresses.map((one) => ({ ...one, deliverability: verdict as never }));
  await world.sql('update customers set profile = $2 where customer_id = $1', [
    id,
    keyring.seal(place, writeProfile({ ...profile, addresses })),
  ]);
};
const problems = (answer: Called) => [answer.status, answer.json.Code, answer.json.Message];

describe("a customer's addresses", () => {
  test('are listed and read as in the customer', async () => {
    const one = await subject();
    const shown = await addressesOf(one);
    expect((await brand.call('GET', one.path)).json).toEqual(shown);
    expect((await brand.call('GET', `${one.path}/${one.secondary}`)).json).toEqual(shown[1]);
  });

  test('can be added, under the next version of the customer', async () => {
    const one = await subject();
    const added = await brand.call('POST', one.path, { body: { ...mailing, street: '1 Main St.' } });
    expect([added.status, added.headers.get('etag')]).toEqual([201, '"2"']);
    expect(added.json.date_created).toMatch(/\+00:00$/);
    const read = await brand.call('GET', `${one.path}/${added.json.address_id}`);
    expect(read.text).toBe(added.text.replaceAll('+00:00', ''));
    expect(read.headers.get('etag')).toBe('"2"');
    expect(await addressesOf(one)).toHaveLength(3);
  });

  test('may contain two equal ones', async () => {
    const one = await subject();
    const again = await brand.call('POST', one.path, { body: mailing });
    expect(again.json.address_id).not.toBe(one.secondary);
    expect(await addressesOf(one)).toHaveLength(3);
  });

  test('are at most twenty', async () => {
    const one = await subject(Array.from({ length: 20 }, () => address));
    expect(problems(await brand.call('POST', one.path, { body: mailing }))).toEqual([
      400,
      'edit_customer_schema',
      { body: ['A customer has at most 20 addresses.'] },
    ]);
  });

  test('change field by field: a change gets a new verdict, and an unchanged address keeps its verdict', async () => {
    const one = await subject();
    await giveVerdict(one, 'deliverable_incorrect_unit');
    const at = `${one.path}/${one.primary}`;
    const echo = await brand.call('PATCH', at, { body: { street: address.street } });
    expect([echo.json.deliverability, echo.headers.get('etag')]).toEqual([
      'deliverable_incorrect_unit',
      '"1"',
    ]);
    const changed = await brand.call('PATCH', at, { body: { street2: 'Suite 700' } });
    expect(changed.json).toMatchObject({ address_id: one.primary, street2: 'Suite 700' });
    expect(changed.json.deliverability).toBe('deliverable');
    expect((await addressesOf(one))[1].deliverability).toBe('deliverable_incorrect_unit');
  });

  test('report every wrong field at once, with the rules of the stored country', async () => {
    const one = await subject();
    const body = { state: 'XX', zip_code: '1234', street: "O'Hare", nonsense: 1, city: 5 };
    const answer = await brand.call('PATCH', `${one.path}/${one.primary}`, { body });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json.Message).sort()).toEqual([
      'city',
      'nonsense',
      'state',
      'street',
      'zip_code',
    ]);
    const moved = await brand.call('PATCH', `${one.path}/${one.primary}`, {
      body: { country: 'GB', state: 'London', zip_code: 'SW1A 1AA' },
    });
    expect(moved.status).toBe(200);
    const half = await brand.call('PATCH', `${one.path}/${one.primary}`, { body: { country: 'US' } });
    expect(Object.keys(half.json.Message).sort()).toEqual(['state', 'zip_code']);
  });

  test('of a locked customer keep the primary one, and say that it is locked', async () => {
    const id = await verifiedCustomer(brand);
    const [{ address_id }] = (await brand.call('GET', `/customers/${id}/addresses`)).json;
    const at = `/customers/${id}/addresses/${address_id}`;
    for (const refused of [
      await brand.call('DELETE', at),
      await brand.call('PATCH', at, { body: { is_primary: false } }),
    ])
      expect(refused.json).toMatchObject({ Status: 403, Code: 'kyc_customer' });
  });

  test('always have a primary one', async () => {
    const one = await subject();
    const at = `${one.path}/${one.primary}`;
    const demoted = await brand.call('PATCH', at, { body: { is_primary: false } });
    const deleted = await brand.call('DELETE', at);
    expect([demoted, deleted].map((answer) => [answer.status, answer.json.Code])).toEqual([
      [400, 'edit_customer_schema'],
      [400, 'edit_customer_schema'],
    ]);
    expect((await brand.call('DELETE', `${one.path}/${one.secondary}`)).json).toBe(
      'Address resource deleted',
    );
    expect(await addressesOf(one)).toHaveLength(1);
  });

  test('answer an unknown id with 404', async () => {
    const one = await subject();
    for (const id of [randomUUID(), 'nonsense', (await subject()).primary]) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const options = method === 'PATCH' ? { body: { street2: '' } } : {};
        const answer = await brand.call(method, `${one.path}/${id}`, options);
        expect([answer.status, answer.json.Code]).toEqual([404, 'address_dne']);
      }
    }
  });

  test('are deleted with bare text for a client that prefers it', async () => {
    const one = await subject();
    const headers = { Accept: 'text/plain' };
    expect((await brand.call('DELETE', `${one.path}/${one.secondary}`, { headers })).text).toBe(
      'Address resource deleted',
    );
  });
});

describe('after KYC has passed', () => {
  test('secondary addresses can be added, changed and removed', async () => {
    const one = await subject();
    await passKyc(one);
    const added = await brand.call('POST', one.path, { body: { ...mailing, street: '9 Elm St.' } });
    const at = `${one.path}/${one.secondary}`;
    const changed = await brand.call('PATCH', at, { body: { street: '2 Main St.' } });
    const deleted = await brand.call('DELETE', at);
    expect([added.status, changed.status, deleted.status]).toEqual([201, 200, 200]);
  });

  test('primary addresses cannot change, and no other can become primary', async () => {
    const one = await subject([address, address, mailing]);
    await passKyc(one);
    const before = await addressesOf(one);
    const tries = [
      brand.call('POST', one.path, { body: { ...mailing, is_primary: true } }),
      brand.call('PATCH', `${one.path}/${one.primary}`, { body: { street2: '' } }),
      brand.call('PATCH', `${one.path}/${one.primary}`, { body: { is_primary: false } }),
      brand.call('PATCH', `${one.path}/${one.secondary}`, { body: { is_primary: true } }),
      brand.call('DELETE', `${one.path}/${one.primary}`),
    ];
    for (const answer of await Promise.all(tries)) {
      expect([answer.status, answer.json.Code]).toEqual([403, 'kyc_customer']);
      expect(answer.json.Message).toContain('addresses');
    }
    expect(await addressesOf(one)).toEqual(before);
  });
});

describe('a change of an address', () => {
  test('under an Idempotency-Key has one effect', async () => {
    const one = await subject();
    const headers = { 'Idempotency-Key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => brand.call('POST', one.path, { body: mailing, headers })),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(await addressesOf(one)).toHaveLength(3);
  });

  test('checks the version of the customer', async () => {
    const one = await subject();
    const stale = { 'If-Match': '"7"' };
    const at = `${one.path}/${one.secondary}`;
    for (const [method, path, body] of [
      ['POST', one.path, mailing],
      ['PATCH', at, { street2: 'B' }],
      ['DELETE', at, undefined],
    ] as const) {
      const answer = await brand.call(method, path, { ...(body && { body }), headers: stale });
      expect(answer.status).toBe(412);
    }
    const fresh = await brand.call('PATCH', at, { body: { street2: 'B' }, headers: { 'If-Match': '"1"' } });
    expect(fresh.headers.get('etag')).toBe('"2"');
  });

  test('is not lost in a race with another change', async () => {
    const one = await subject();
    const streets = Array.from({ length: 10 }, (_, index) => `${index + 1} Race St.`);
    await Promise.all(
      streets.map((street) => brand.call('POST', one.path, { body: { ...mailing, street } })),
    );
    const stored = (await addressesOf(one)).map((each: { street: string }) => each.street);
    expect(stored.slice(2).sort()).toEqual([...streets].sort());
  });
});
