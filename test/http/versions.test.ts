import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCustomer } from '../contract-samples.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** `ETag` and `If-Match`: a client cannot overwrite or delete a version that it has not read. */

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

const newPath = async () => `/customers/${(await newCustomer(brand)).json.customer_id}`;
const patch = (path: string, first_name: string, ifMatch?: string) =>
  brand.call('PATCH', path, {
    body: { first_name },
    ...(ifMatch !== undefined && { headers: { 'If-Match': ifMatch } }),
  });
const etag = async (path: string) => (await brand.call('GET', path)).headers.get('etag');

test('every answer with a customer has the version of its row', async () => {
  const created = await newCustomer(brand);
  const path = `/customers/${created.json.customer_id}`;
  expect([created.headers.get('etag'), await etag(path)]).toEqual(['"1"', '"1"']);
  for (const version of [2, 3, 4]) {
    const patched = await patch(path, `Jane${'e'.repeat(version)}`);
    expect([patched.headers.get('etag'), await etag(path)]).toEqual([`"${version}"`, `"${version}"`]);
  }
});

test('an answer without a customer has no version', async () => {
  const path = await newPath();
  const answers = [
    await brand.call('GET', '/customers'),
    await brand.call('POST', '/customers/search', { body: { email: person().email } }),
    await brand.call('GET', `/customers/${randomUUID()}`),
    await brand.call('DELETE', path),
  ];
  expect(answers.map(({ headers }) => headers.get('etag'))).toEqual([null, null, null, null]);
});

test('a change to the present values keeps the version and the date', async () => {
  const created = await newCustomer(brand);
  const path = `/customers/${created.json.customer_id}`;
  const { dob, first_name, phone, ssn, email } = created.json;
  const echoed = await brand.call('PATCH', path, { body: { dob, first_name, phone, ssn, email } });
  expect(echoed.text).toBe(created.text);
  expect(echoed.headers.get('etag')).toBe('"1"');
});

describe('If-None-Match on a GET', () => {
  const get = async (path: string, ifNoneMatch: string) =>
    brand.call('GET', path, { headers: { 'If-None-Match': ifNoneMatch } });

  test.each(['"1"', 'W/"1"', '"7", "1"', '*'])('%j gets 304 for version 1', async (known) => {
    const answer = await get(await newPath(), known);
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([304, '', '"1"']);
  });

  test.each(['"2"', '1', '""', 'x'])('%j gets the customer at version 1', async (known) => {
    const path = await newPath();
    const answer = await get(path, known);
    expect([answer.status, answer.text]).toEqual([200, (await brand.call('GET', path)).text]);
  });

  test('does not hide a customer that is gone, or one that another brand has', async () => {
    const path = await newPath();
    expect(
      (await (await world.brand()).call('GET', path, { headers: { 'If-None-Match': '*' } })).status,
    ).toBe(404);
    await brand.call('DELETE', path);
    expect((await get(path, '*')).status).toBe(404);
  });

  test('has no meaning for a change', async () => {
    const answer = await brand.call('PATCH', await newPath(), {
      body: { first_name: 'Jane' },
      headers: { 'If-None-Match': '"1"' },
    });
    expect(answer.status).toBe(200);
  });
});

describe('If-Match on a PATCH', () => {
  test.each(['"1"', '*', ' * ', '"7", "1"', '"1","7"', 'W/"1", "1"', '"x", "1"'])(
    '%j lets a change of version 1 through',
    async (ifMatch) => {
      const answer = await patch(await newPath(), 'Jane', ifMatch);
      expect([answer.status, answer.json.first_name]).toEqual([200, 'Jane']);
    },
  );

  test.each([
    ...['"2"', '"0"', '"01"', '"-1"', '1', "'1'", 'W/"1"', '""', '', '"x"', '"1" "2"', 'canary', '"1'],
    ...['"99999999999999999999"', '"4294967297"', '"1;"', '"*"', '"2", "3", W/"1"'],
  ])('%j stops it with 412, and nothing is changed', async (ifMatch) => {
    const path = await newPath();
    const answer = await patch(path, 'Jane', ifMatch);
    expect(answer.json).toMatchObject({ Status: 412, Code: 'precondition_failed' });
    const read = await brand.call('GET', path);
    expect([read.headers.get('etag'), read.json.first_name]).toEqual(['"1"', 'James']);
  });

  test('refuses the second change with the same version', async () => {
    const path = await newPath();
    expect((await patch(path, 'Jane', '"1"')).headers.get('etag')).toBe('"2"');
    expect((await patch(path, 'Joan', '"1"')).status).toBe(412);
    expect((await patch(path, 'Joan', '"2"')).headers.get('etag')).toBe('"3"');
  });

  test('also applies to a change to the present values', async () => {
    const path = await newPath();
    expect((await patch(path, 'James', '"2"')).status).toBe(412);
    expect((await patch(path, 'James', '"1"')).headers.get('etag')).toBe('"1"');
  });

  test('lets one of many concurrent changes through, and refuses the others with 412', async () => {
    const path = await newPath();
    const names = Array.from({ length: 10 }, (_, index) => `Jane${'e'.repeat(index)}`);
    const answers = await Promise.all(names.map((name) => patch(path, name, '"1"')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(412)]);
    expect(await etag(path)).toBe('"2"');
  });
});

describe('If-Match on a DELETE', () => {
  const remove = (path: string, ifMatch: string) =>
    brand.call('DELETE', path, { headers: { 'If-Match': ifMatch } });

  test.each(['"1"', '*', '"7", "1"'])('%j lets it through', async (ifMatch) => {
    expect((await remove(await newPath(), ifMatch)).status).toBe(200);
  });

  test.each(['"2"', 'W/"1"', '', '"x"', '1', '"2", "3"'])('%j stops it with 412', async (ifMatch) => {
    const path = await newPath();
    expect((await remove(path, ifMatch)).json).toMatchObject({ Status: 412, Code: 'precondition_failed' });
    expect(await etag(path)).toBe('"1"');
  });

  test('refuses to delete a customer that has changed', async () => {
    const path = await newPath();
    await patch(path, 'Jane');
    expect((await remove(path, '"1"')).status).toBe(412);
    expect((await remove(path, '"2"')).status).toBe(200);
    expect((await remove(path, '"2"')).status).toBe(404);
  });
});

test('an unknown customer is 404 for any expected version', async () => {
  for (const ifMatch of ['"1"', '*', 'W/"1"']) {
    const headers = { 'If-Match': ifMatch };
    const path = `/customers/${randomUUID()}`;
    expect((await patch(path, 'Jane', ifMatch)).status).toBe(404);
    expect((await brand.call('DELETE', path, { headers })).status).toBe(404);
  }
});

test('If-Match is ignored by operations that change nothing in place', async () => {
  const headers = { 'If-Match': '"99"' };
  const created = await brand.call('POST', '/customers', { body: person(), headers });
  expect(created.status).toBe(201);
  expect((await brand.call('GET', `/customers/${created.json.customer_id}`, { headers })).status).toBe(200);
});
