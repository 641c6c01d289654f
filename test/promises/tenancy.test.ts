import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperationRow } from '../../src/contract/operation.ts';
import { isOfBrand } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import type { Prepared } from '../contract-samples.ts';
import { newCustomer, newWebhook, prepare, send } from '../contract-samples.ts';
import { newPerson, signedIn } from '../operators/people.ts';
import { address, newSsn, person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { eventually } from './durability/cpu-contention.ts';

/**
 * Another brand's resource must be told from a missing one by nobody: not by status, not by a byte of the
 * body, not by a header. The matrix is made from the contract, so a new route is in it from its first day.
 */

let world: World;
let ours: BrandClient;
let theirs: BrandClient;
let theirIds: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = await openWorld();
  ours = await world.brand();
  theirs = await world.brand();
  const { json } = await newCustomer(theirs);
  theirIds = {
    customer: json.customer_id,
    'brand person': json.brand_person_id,
    address: json.addresses[0].address_id,
    brand: theirs.brandId,
    key: theirs.key.identity,
    webhook: (await newWebhook(theirs)).json.webhook_subscription.id,
    event: await eventOf(theirs, json.customer_id),
    operator: (await newPerson(world.system, theirs.brandId)).operatorId,
  };
});
afterAll(() => world.close());

/** The event that a customer was created with, once it has its number. */
async function eventOf(brand: BrandClient, customerId: string): Promise<string> {
  const path = `/events?customer_id=${customerId}`;
  const first = async () => (await brand.call('GET', path)).json.data[0];
  await eventually(async () => (await first()) !== undefined);
  return (await first()).event_id;
}

/** A place in a request where an id stands: a parameter of the path, or a field of the body. */
interface Position {
  readonly name: string;
  /** The request with another id in this place. */
  put(prepared: Prepared, id: string): Prepared;
  /** An id of ours that fits here, so that the request finds something. */
  own(prepared: Prepared): Promise<string>;
}

function pathPositions(row: OperationRow): readonly Position[] {
  return Object.keys(row.params).map((parameter) => {
    const at = row.path.split('/').indexOf(`{${parameter}}`);
    return {
      name: `{${parameter}}`,
      put: (prepared, id) => ({ ...prepared, path: prepared.path.split('/').with(at, id).join('/') }),
      own: async (prepared) => prepared.path.split('/')[at] ?? '',
    };
  });
}

const withBody = (prepared: Prepared, body: object): Prepared => ({ ...prepared, options: { body } });

/** Where a customer or a program stands in the body of a verification. */
const inBody = (name: string): Position => ({
  name,
  put: (prepared, id) => withBody(prepared, { ...(prepared.options.body as object), [name]: id }),
  own: async ({ options }) => String((options.body as Record<string, unknown>)[name]),
});

const withHistoryId = (prepared: Prepared, id: string): Prepared =>
  withBody(prepared, { ...(prepared.options.body as object), history_id: id });
const historyIdBelow = async (path: string): Promise<string> =>
  (await ours.call('GET', `${path}/history`)).json.data[0].history_id;

/** Ids that stand in bodies, by operation and the field's path. */
const bodyPositions: Readonly<Record<string, readonly Position[]>> = {
  updateCustomer: [
    {
      name: 'addresses.address_id',
      put: (prepared, id) => withBody(prepared, { addresses: [{ ...address, address_id: id }] }),
      own: async ({ path }) => (await ours.call('GET', path)).json.addresses[0].address_id,
    },
  ],
  createChangeRequest: [
    {
      name: 'changes.addresses.address_id',
      put: (prepared, id) =>
        withBody(prepared, { reason: 'Moved.', changes: { addresses: [{ ...address, address_id: id }] } }),
      own: async ({ path }) =>
        (await ours.call('GET', path.replace('/change-requests', ''))).json.addresses[0].address_id,
    },
  ],
  revealSsn: [
    {
      name: 'history_id',
      put: withHistoryId,
      own: async ({ path }) => {
        const customer = path.replace('/ssn', '');
        await ours.call('PATCH', customer, { body: { ssn: newSsn() } });
        return historyIdBelow(customer);
      },
    },
  ],
  revealRestrictedSsn: [
    { name: 'history_id', put: withHistoryId, own: ({ path }) => historyIdBelow(path.replace('/ssn', '')) },
  ],
  startKyc: [inBody('program_id')],
  simulateKycPass: [inBody('customer_id'), inBody('program_id')],
  simulateKycFail: [inBody('customer_id'), inBody('program_id')],
  replayWebhook: [
    {
      name: 'event_id',
      put: (prepared, id) => withBody(prepared, { event_id: id }),
      own: async () => eventOf(ours, (await newCustomer(ours)).json.customer_id),
    },
  ],
  searchCustomers: [
    {
      name: 'brand_person_id',
      put: (prepared, id) => withBody(prepared, { brand_person_id: id }),
      own: async () => (await newCustomer(ours)).json.brand_person_id,
    },
  ],
};

/** An id that the caller chooses can point at nothing; what holds for it is tested below. */
const chosenByCaller = ['createCustomer brand_person_id', 'receiveKycCallback run_id'];

/** Paths of all fields in a body that are ids by their name. */
function idFields(schema: unknown, path = ''): readonly string[] {
  const { properties = {}, items } = (schema ?? {}) as { properties?: object; items?: unknown };
  const inner = Object.entries(properties).flatMap(([name, field]) => {
    const below = path === '' ? name : `${path}.${name}`;
    const isId = name.endsWith('_id') && !('properties' in (field as object));
    return [...(isId ? [below] : []), ...idFields(field, below)];
  });
  return items === undefined ? inner : [...inner, ...idFields(items, path)];
}

const matrix = operations.flatMap((row) =>
  [...pathPositions(row), ...(bodyPositions[row.operationId] ?? [])].map(
    (position) => [`${row.method} ${row.path}`, position.name, row, position] as const,
  ),
);

/** Everything of an answer that a caller could compare, but for what differs between any two answers. */
function comparable({ status, headers, text }: Called): string {
  const shown = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  return JSON.stringify({ status, headers: shown, text });
}

/** How the answer to an id differs from the answer to an id that nobody has; `undefined` if it does not. */
async function difference(prepared: Prepared, position: Position, id: string): Promise<string | undefined> {
  const unknown = comparable(await send(ours, position.put(prepared, randomUUID())));
  const asked = comparable(await send(ours, position.put(prepared, id)));
  return asked === unknown ? undefined : `${asked}\nis not\n${unknown}`;
}

test('every id in every path and body of the contract is in the matrix', () => {
  const inBodies = operations.flatMap((row) =>
    idFields(row.body?.schema).map((path) => `${row.operationId} ${path}`),
  );
  const covered = Object.entries(bodyPositions).flatMap(([operationId, positions]) =>
    positions.map(({ name }) => `${operationId} ${name}`),
  );
  expect(inBodies.toSorted()).toEqual([...covered, ...chosenByCaller].toSorted());
  expect(matrix.length).toBeGreaterThanOrEqual(operations.filter((row) => row.path.includes('{')).length);
});

describe.each(matrix)('%s, %s', (_route, _name, row, position: Position) => {
  test('answers an id of another brand like an unknown one', async () => {
    const prepared = await prepare(row, ours);
    for (const [kind, id] of Object.entries(theirIds)) {
      expect(await difference(prepared, position, id), `their ${kind} id`).toBeUndefined();
      expect(await difference(prepared, position, id.toUpperCase()), `their ${kind} id`).toBeUndefined();
    }
  });

  test('has a counterexample: an id of the brand itself is answered differently', async () => {
    const prepared = await prepare(row, ours);
    expect(await difference(prepared, position, await position.own(prepared))).toContain('is not');
  });
});

describe.each(
  operations
    .filter((row) => row.path.includes('{') && isOfBrand(row))
    .map((row) => [row.operationId, row] as const),
)('%s', (_id, row) => {
  test('answers a complete request with the ids of another brand like one with unknown ids', async () => {
    const right = await prepare(row, theirs);
    const wrong = { ...right, path: right.path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, () => randomUUID()) };
    // What only a session may do is asked by a person of ours.
    const isForPeople = right.options.headers?.['Cookie'] !== undefined;
    const headers = isForPeople ? (await signedIn(world.system, ours.brandId)).headers : {};
    const [foreign, unknown] = [await send(ours, right, { headers }), await send(ours, wrong, { headers })];
    expect(foreign.status).toBe(404);
    expect(comparable(foreign)).toBe(comparable(unknown));
    expect((await send(theirs, right)).status).toBe(row.answer.status);
  });
});

test("no request with the other brand's ids has changed its customer", async () => {
  const read = await theirs.call('GET', `/customers/${theirIds['customer']}`);
  expect(read.status).toBe(200);
  expect(read.headers.get('etag')).toBe('"1"');
});

test('no list and no search shows a customer of another brand', async () => {
  const body = person();
  const brand = await world.brand();
  await newCustomer(theirs, body);
  expect((await brand.call('GET', '/customers')).text).toBe('[]');
  const { ssn, email, phone, last_name, dob } = body;
  for (const asked of [{ ssn }, { email }, { phone }, { last_name, dob }, { created_from: '2000-01-01' }]) {
    const found = await brand.call('POST', '/customers/search', { body: asked });
    expect([found.text, found.headers.get('x-total-count')]).toEqual(['[]', '0']);
  }
});

test('an SSN and an id that are unique within a brand may be used by another brand', async () => {
  const body = person({ brand_person_id: randomUUID() });
  const brands = [await world.brand(), await world.brand()];
  for (const brand of brands) expect((await brand.call('POST', '/customers', { body })).status).toBe(201);
});

test('a key is valid for its own brand only', async () => {
  const mixed = { ...ours.headers, Identity: theirs.key.identity };
  expect((await ours.call('GET', '/customers', { headers: mixed })).status).toBe(401);
});

test("one brand's sealed record does not open for another, even if SQL copied it there", async () => {
  const [{ json: own }, { json: foreign }] = [await newCustomer(ours), await newCustomer(theirs)];
  await world.sql(
    'update customers set profile = (select profile from customers where customer_id = $1) where customer_id = $2',
    [foreign.customer_id, own.customer_id],
  );
  const read = await ours.call('GET', `/customers/${own.customer_id}`);
  expect(read.json).toMatchObject({ Status: 503, Code: 'record_altered' });
});
