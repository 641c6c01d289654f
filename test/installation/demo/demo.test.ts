import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverabilities } from '../../../src/domain/customers/address.ts';
import { checkCustomer } from '../../../src/domain/customers/customer.ts';
import type { BrandId } from '../../../src/domain/ids.ts';
import { kycStatuses } from '../../../src/domain/kyc/verification.ts';
import { keyScopes } from '../../../src/domain/scopes.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { findBrandByName } from '../../../src/operations/brands/brands.ts';
import { documentBrand } from '../../../src/operations/demo/document.ts';
import { listBrands } from '../../../src/store/brands/brands.ts';
import type { BrandClient, World } from '../../world.ts';
import { brandClient, openWorld } from '../../world.ts';

// biome-ignore lint/suspicious/noExplicitAny: the contract check of every call has proven the shape.
type Shown = any;

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let world: World;
let first: BrandClient;
let second: BrandClient;
let people: readonly Shown[];
let others: readonly Shown[];

async function everybody(brand: BrandClient): Promise<readonly Shown[]> {
  const pages = [1, 2, 3].map((page) => brand.call('GET', `/customers?page=${page}&per_page=50`));
  return (await Promise.all(pages)).flatMap((page) => page.json);
}

/** Who came in the weeks of the story, and was not deleted. */
const newcomers = 37;

beforeAll(async () => {
  world = await openWorld({ env: { CLIENTELE_DEMO: '1' } });
  if (!world.demoKey) throw new Error('A first start with CLIENTELE_DEMO=1 must print a key.');
  first = brandClient(world.url, documentBrand.brandId, documentBrand.name, world.demoKey, world);
  const brands = await listBrands(world.system.db);
  const other = brands.find(({ brandId }) => brandId !== documentBrand.brandId);
  if (!other) throw new Error('The demo must have a second brand.');
  const key = await createKey(world.system, other.brandId, {});
  second = brandClient(world.url, other.brandId, other.name, key, world);
  [people, others] = await Promise.all([everybody(first), everybody(second)]);
});
afterAll(() => world.close());

const jamesId = '8559dec0-2edb-4c3c-a3c5-32de10174c34';
const christineId = '3cf29100-4396-4c90-b4b0-6edfeca0ee3f';

describe('a new sandbox', () => {
  test('prints a valid key of the brand of the document', async () => {
    const answer = await first.call('GET', `/auth/key/${first.key.identity}`);
    expect(answer.json).toMatchObject({ bond_brand_id: documentBrand.brandId, brand: 'Universal Exports' });
    expect(await findBrandByName(world.system, 'Universal Exports')).toMatchObject({
      brandId: first.brandId,
    });
  });

  test('has two brands with fifty customers or more, and neither sees the other’s', async () => {
    expect((await listBrands(world.system.db)).length).toBe(2);
    expect([people.length, others.length]).toEqual([50 + newcomers, 50]);
    for (const [shown, brandId] of [
      [people, first.brandId],
      [others, second.brandId],
    ] as [readonly Shown[], BrandId][]) {
      expect(new Set(shown.map((one) => one.bond_brand_id))).toEqual(new Set([brandId]));
    }
    expect((await first.call('GET', `/customers/${others[0].customer_id}`)).status).toBe(404);
  });

  test('shows every state of KYC, every verdict, and customers with neither, in either brand', () => {
    for (const shown of [people, others]) {
      expect(new Set(shown.map((one) => one.kyc_status))).toEqual(new Set([...kycStatuses, undefined]));
      const primaries = shown.map((one) => one.addresses.find((address: Shown) => address.is_primary));
      expect(new Set(primaries.map((address) => address.deliverability))).toEqual(
        new Set([...deliverabilities, undefined]),
      );
    }
  });

  test('finds its customers by KYC state and by verdict, as the columns beside the sealed record say', async () => {
    for (const search of [
      ...kycStatuses.map((kyc_status) => ({ kyc_status })),
      ...deliverabilities.map((deliverability) => ({ deliverability })),
    ]) {
      const pages = [1, 2].map((page) =>
        first.call('POST', `/customers/search?page=${page}&per_page=50`, { body: search }),
      );
      const found = (await Promise.all(pages)).flatMap(({ json }) => json);
      const expected = people.filter((one) =>
        'kyc_status' in search
          ? one.kyc_status === search.kyc_status
          : one.addresses.find((address: Shown) => address.is_primary).deliverability ===
            search.deliverability,
      );
      expect(found, JSON.stringify(search)).toEqual(expected);
    }
  });

  test('has people of many kinds', () => {
    const all = [...people, ...others];
    for (const field of ['ssn', 'phone', 'email'])
      expect(
        all.some((one) => one[field] === undefined),
        `nobody without ${field}`,
      ).toBe(true);
    for (const name of ['José', 'Nguyễn', 'O’Brien', "D'Arcy"])
      expect(
        all.some((one) => one.first_name === name || one.last_name === name),
        name,
      ).toBe(true);
    expect(all.some((one) => one.middle_name === '')).toBe(true);
    expect(all.some((one) => one.addresses.length > 1)).toBe(true);
    const addresses = all.flatMap((one) => one.addresses);
    expect(new Set(addresses.map((one) => one.address_type))).toEqual(new Set(['MAILING', 'PHYSICAL']));
    expect(addresses.some((one) => one.country !== 'US' && one.is_primary)).toBe(true);
    expect(
      addresses.filter((one) => one.country !== 'US').every((one) => one.deliverability === undefined),
    ).toBe(true);
    expect(new Set(all.map((one) => `${one.first_name} ${one.last_name}`)).size).toBe(all.length);
  });

  test('has customers created over several years, in order, and none in the future', () => {
    for (const shown of [people, others]) {
      const dates = shown.map((one) => one.date_created);
      expect(dates).toEqual([...dates].sort());
      expect(new Set(dates).size).toBe(shown.length);
      expect(Number(dates.at(-1).slice(0, 4)) - Number(dates[0].slice(0, 4))).toBeGreaterThanOrEqual(3);
      for (const one of shown) {
        expect(one.date_updated >= one.date_created).toBe(true);
        expect(one.date_updated <= world.system.now()).toBe(true);
        for (const address of one.addresses) expect(address.date_created).toBe(one.date_created);
      }
    }
  });

  test('has no email address or phone number that could be a real person’s', () => {
    const fromTheDocument = new Set([jamesId, christineId]);
    for (const one of [...people, ...others]) {
      if (one.email !== undefined) expect(one.email).toMatch(/^[a-z.]+@example\.(com|org|net)$/);
      if (one.phone !== undefined && !fromTheDocument.has(one.customer_id))
        expect(one.phone).toMatch(/^[0-9]{3}-?555-?01[0-9]{2}$/);
    }
  });

  test('has only customers that the rules accept, except the one name of the document', () => {
    const validationContext = { now: world.system.now(), sandbox: true };
    const doubtful = [...people, ...others].flatMap((one) => {
      const { ssn: _mask, ...body } = one;
      const problems = checkCustomer(body, validationContext);
      return problems.any ? [[one.customer_id, problems.toObject()]] : [];
    });
    expect(doubtful).toEqual([[christineId, { middle_name: ['Must be between 2 and 50 characters.'] }]]);
  });

  test('starts no verification without the required data', () => {
    for (const one of [...people, ...others]) {
      if (one.kyc_status === undefined) expect(one.kyc_requests_available).toBe(3);
      else expect([one.ssn, one.phone, one.email]).not.toContain(undefined);
    }
  });

  test("has the history of each customer's state", async () => {
    const auditors = await createKey(world.system, first.brandId, { scopes: keyScopes });
    const reader = first.as(auditors);
    for (const one of people) {
      const answer = await reader.call('GET', `/customers/${one.customer_id}/verification-kyc`);
      if (one.kyc_status === undefined) expect(answer.json.Code).toBe('kyc_dne');
      else expect(answer.json.kyc_status).toBe(one.kyc_status);
    }
    const runs = await world.sql(
      'select customer_id, count(*)::int as starts from kyc_runs join customers using (brand_id, customer_id) where brand_id = $1 group by 1',
      [first.brandId],
    );
    for (const { customer_id, starts } of runs) {
      const one = people.find((person) => person.customer_id === customer_id);
      const givenBack = one.kyc_status === 'error' ? 1 : 0;
      expect(starts).toBe(3 - one.kyc_requests_available + givenBack);
    }
  });

  test('has running verifications: one waits for documents, one for a reviewer', async () => {
    const reader = first.as(await createKey(world.system, first.brandId, { scopes: keyScopes }));
    const [waiting] = people.filter(({ kyc_status }) => kyc_status === 'document_required');
    const path = `/customers/${waiting.customer_id}/verification-kyc`;
    const image = { file_name: 'a.png', image: png };
    const body = {
      government_id: { type: 'drivers_license', country: 'US', front_image: image },
      proof_of_address: { type: 'utility_bill', ...image },
    };
    expect((await reader.call('POST', `${path}/documents`, { body })).status).toBe(200);
    await expect
      .poll(async () => (await reader.call('GET', path)).json.kyc_status, { timeout: 20_000 })
      .toBe('passed');
    const reviews = (await reader.call('GET', '/kyc/reviews')).json.data;
    expect(reviews.length).toBeGreaterThan(0);
  });

  test('stores every SSN as nine valid unique digits, sealed, and never as its mask', async () => {
    const { keyrings } = world.system;
    for (const brand of [first, second]) {
      const keyring = await keyrings.of(brand.brandId);
      const rows = await world.sql(
        'select customer_id, ssn from customers where brand_id = $1 and ssn is not null',
        [brand.brandId],
      );
      const numbers = rows.map((row) =>
        keyring.open(
          { purpose: 'ssn', recordId: String(row['customer_id']), sealNumber: 1 },
          String(row['ssn']),
        ),
      );
      expect(new Set(numbers).size).toBe(numbers.length);
      const now = world.system.now();
      for (const number of numbers) {
        expect(number).toMatch(/^[0-9]{9}$/);
        expect(checkCustomer({ ssn: number }, { now, sandbox: false }).toObject()).toEqual({});
      }
    }
  });
});

describe('the customers of the document', () => {
  test('are the first two of the list', () => {
    expect(people.slice(0, 2).map((one) => one.customer_id)).toEqual([jamesId, christineId]);
    expect(people.slice(0, 2).map((one) => one.kyc_requests_available)).toEqual([3, 3]);
  });

  test('share a masked SSN and are two customers', async () => {
    expect(people.slice(0, 2).map((one) => one.ssn)).toEqual(['XXX-XX-6789', 'XXX-XX-6789']);
    const searcher = first.as(await createKey(world.system, first.brandId, { scopes: keyScopes }));
    const found = await searcher.call('POST', '/customers/search', { body: { ssn: '219-42-6789' } });
    expect(found.json.map((one: Shown) => one.customer_id)).toEqual([jamesId]);
  });

  test('keep a middle name that is too short when it is sent back, and accept no other such name', async () => {
    const path = `/customers/${christineId}`;
    const before = await first.call('GET', path);
    const echo = await first.call('PATCH', path, { body: { middle_name: 'J', ssn: 'XXX-XX-6789' } });
    expect(echo.status).toBe(200);
    expect(echo.json.middle_name).toBe('J');
    expect(echo.headers.get('etag')).toBe(before.headers.get('etag'));

    const other = await first.call('PATCH', path, { body: { middle_name: 'K', email: 'new@example.com' } });
    expect(other.status).toBe(400);
    expect(other.json).toMatchObject({
      Code: 'edit_customer_schema',
      Message: { middle_name: ['Must be between 2 and 50 characters.'] },
    });
    expect((await first.call('GET', path)).text).toBe(before.text);
  });

  test('accept every field as it was read, without a new version', async () => {
    for (const shown of people.slice(0, 4)) {
      const { dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email } = shown;
      const addresses = shown.addresses.map(({ deliverability, date_created, ...sent }: Shown) => sent);
      const path = `/customers/${shown.customer_id}`;
      const before = await first.call('GET', path);
      const echo = await first.call('PATCH', path, {
        body: { dob, first_name, middle_name, last_name, ssn, phone, phone_country_code, email, addresses },
      });
      expect(echo.status).toBe(200);
      expect(echo.text.replaceAll('+00:00', '')).toBe(before.text);
      expect(echo.headers.get('etag')).toBe(before.headers.get('etag'));
    }
  });
});

describe('a customer of the demo who has passed KYC', () => {
  test('is locked: the answer names the locked fields, and nothing is applied', async () => {
    const locked = people.find((one) => one.kyc_status === 'passed');
    const path = `/customers/${locked.customer_id}`;
    const body = { last_name: 'Someone', dob: '1980-01-01', email: 'moved@example.com' };
    const refused = await first.call('PATCH', path, { body });
    expect(refused.status).toBe(403);
    expect(refused.json.Code).toBe('kyc_customer');
    expect(refused.json.Message).toMatch(/: dob, last_name\. /);
    expect((await first.call('GET', path)).json).toEqual(locked);
  });

  test('may still change the email', async () => {
    const locked = people.findLast((one) => one.kyc_status === 'passed');
    const path = `/customers/${locked.customer_id}`;
    const changed = await first.call('PATCH', path, { body: { email: 'moved@example.com' } });
    expect(changed.status).toBe(200);
    const { date_updated: _, ...rest } = (await first.call('GET', path)).json;
    const { date_updated: __, ...before } = locked;
    expect(rest).toEqual({ ...before, email: 'moved@example.com' });
  });
});
