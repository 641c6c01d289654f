import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CustomerId } from '../../src/domain/ids.ts';
import { defaultScopes } from '../../src/domain/scopes.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { earlierSealContext } from '../../src/operations/customers/history/earlier.ts';
import { customerKeySealContext } from '../../src/operations/customers/sealing.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { scopeOf } from '../../src/operations/system.ts';
import { historyOf } from '../../src/store/customers/history.ts';
import { changeRequest, defaultProgram, erasureRequest, newCustomer } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// What was known of a person before a change can be produced for as long as the person's record is kept, and not a
// moment longer.

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const maskOf = (ssn: string) => `XXX-XX-${ssn.slice(-4)}`;
const historyIn = async (id: string, caller = brand) =>
  (await caller.call('GET', `/customers/${id}/history`)).json.data;
const rowsOf = (id: string) => world.sql('select * from customer_history where customer_id = $1', [id]);

async function changed(changes: object, overrides: object = {}) {
  const before = (await newCustomer(brand, overrides)).json;
  const answer = await brand.call('PATCH', `/customers/${before.customer_id}`, { body: changes });
  expect(answer.status).toBe(200);
  return { id: String(before.customer_id), before, after: answer.json };
}

describe('the history of a customer', () => {
  test('has what each change replaced, the newest first, and nothing of what stayed', async () => {
    const first = person();
    const [second, third] = [newSsn(), newSsn()];
    const { id } = await changed({ last_name: 'Fleming', ssn: second }, first);
    await brand.call('PATCH', `/customers/${id}`, { body: { ssn: third, email: first.email } });
    expect(await historyIn(id)).toMatchObject([
      { customer_id: id, version: 3, fields: ['ssn'], earlier: { ssn: maskOf(second) } },
      {
        version: 2,
        fields: ['last_name', 'ssn'],
        earlier: { last_name: first.last_name, ssn: maskOf(first.ssn) },
      },
    ]);
    const whole = JSON.stringify(await historyIn(id));
    for (const ssn of [first.ssn, second, third]) expect(whole).not.toContain(ssn.replaceAll('-', ''));
    expect(whole).not.toContain(first.email);
  });

  test('says of a field that was empty that it was, and keeps the whole set of addresses', async () => {
    const { addresses, ...rest } = person();
    const [primary] = addresses;
    const { id, before } = await changed(
      { phone: '650-555-0100', addresses: [{ ...primary, street: '1 Other St.' }] },
      { ...rest, phone: undefined },
    );
    const [item] = await historyIn(id);
    expect(item.fields.sort()).toEqual(['addresses', 'phone']);
    expect(item.earlier.phone).toBeNull();
    expect(item.earlier.addresses.map((one: { street: string }) => one.street)).toEqual(
      before.addresses.map((one: { street: string }) => one.street),
    );
  });

  test('is written by the start of a verification and by an approved change request', async () => {
    const started = (await newCustomer(brand, { phone: undefined })).json.customer_id;
    const body = { program_id: await defaultProgram(brand), phone: '650-555-0101' };
    expect((await brand.call('POST', `/customers/${started}/verification-kyc`, { body })).status).toBe(201);
    expect(await historyIn(started)).toMatchObject([{ earlier: { phone: null } }]);
    const request = await changeRequest(brand, { last_name: 'Moneypenny' });
    await brand.call('POST', `/change-requests/${request}/decision`, { body: { decision: 'approve' } });
    const { customer_id: id } = (await brand.call('GET', `/change-requests/${request}`)).json;
    expect(await historyIn(id)).toMatchObject([{ fields: ['last_name'] }]);
  });

  test('has nothing of a change that was refused or changed nothing', async () => {
    const { customer_id: id, ...created } = (await newCustomer(brand)).json;
    await brand.call('PATCH', `/customers/${id}`, { body: { last_name: created.last_name } });
    await brand.call('PATCH', `/customers/${id}`, { body: { last_name: '1' } });
    const headers = { 'If-Match': '"7"' };
    expect(
      (await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Q’s' }, headers })).status,
    ).toBe(412);
    expect(await historyIn(id)).toEqual([]);
  });

  test('needs compliance:read, pages, and each read is in the audit trail', async () => {
    const { id } = await changed({ last_name: 'Fleming' });
    await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Lynd' } });
    const plain = brand.as(await createKey(world.system, brand.brandId, { scopes: defaultScopes }));
    expect((await plain.call('GET', `/customers/${id}/history`)).json.Code).toBe('scope_err');
    const first = (await brand.call('GET', `/customers/${id}/history?limit=1`)).json;
    const second = (await brand.call('GET', `/customers/${id}/history?cursor=${first.next_cursor}`)).json;
    expect(
      [first, second].flatMap(({ data }) => data.map((one: { version: number }) => one.version)),
    ).toEqual([3, 2]);
    expect(second.next_cursor).toBeNull();
    await settled(world);
    const { data } = (await brand.call('GET', `/customers/${id}/audit`)).json;
    expect(data[0]).toMatchObject({ operation: 'listCustomerHistory', shown: 1, customer_id: id });
  });

  test('names in the audit entry of a change what that change replaced', async () => {
    const { id } = await changed({ last_name: 'Fleming' });
    const [item] = await historyIn(id);
    await settled(world);
    const { data } = (await brand.call('GET', `/customers/${id}/audit`)).json;
    expect(data.find((one: { operation: string }) => one.operation === 'updateCustomer')).toMatchObject({
      history_id: item.history_id,
      record_version: item.version,
    });
  });

  test('of another customer or brand is not there', async () => {
    const { id } = await changed({ last_name: 'Fleming' });
    const other = await world.brand();
    expect((await other.call('GET', `/customers/${id}/history`)).json.Code).toBe('customer_dne');
    const { customer_id: stranger } = (await newCustomer(brand)).json;
    const [item] = await historyIn(id);
    const body = { reason: 'To see whose it is.', history_id: item.history_id };
    expect((await brand.call('POST', `/customers/${stranger}/ssn`, { body })).json.Code).toBe('ssn_dne');
  });
});

describe('an earlier SSN', () => {
  test('is shown in full with a reason, present or deleted, and the entry says which one', async () => {
    const first = person();
    const { id } = await changed({ ssn: newSsn() }, first);
    const [item] = await historyIn(id);
    const body = { reason: 'Compared with the signature card.', history_id: item.history_id };
    const shown = await brand.call('POST', `/customers/${id}/ssn`, { body });
    expect(shown.json).toEqual({ customer_id: id, ssn: first.ssn });
    await brand.call('DELETE', `/customers/${id}`);
    const restricted = await brand.call('POST', `/restricted-customers/${id}/ssn`, { body });
    expect(restricted.json).toEqual({ customer_id: id, ssn: first.ssn });
    await settled(world);
    const { data } = (await brand.call('GET', `/customers/${id}/audit`)).json;
    expect(data[0]).toMatchObject({ operation: 'revealRestrictedSsn', ...body });
  });

  test('is not there where the change replaced none', async () => {
    const { id } = await changed({ last_name: 'Fleming' });
    const [item] = await historyIn(id);
    const body = { reason: 'There is none.', history_id: item.history_id };
    expect((await brand.call('POST', `/customers/${id}/ssn`, { body })).json.Code).toBe('ssn_dne');
  });
});

describe('after an attack by a person who can write every table', () => {
  const altered = { Status: 503, Code: 'record_altered' };

  test('a customer without its key gets no new one, which would open nothing of its history', async () => {
    const { id } = await changed({ last_name: 'Fleming' });
    await world.sql('update customers set audit_key = null where customer_id = $1', [id]);
    const body = { last_name: 'Moneypenny' };
    expect((await brand.call('PATCH', `/customers/${id}`, { body })).json).toMatchObject(altered);
    // A customer of a version without such keys has no history, and gets one.
    await world.sql('delete from customer_history where customer_id = $1', [id]);
    expect((await brand.call('PATCH', `/customers/${id}`, { body })).status).toBe(200);
  });

  test('an SSN that was taken out of the history is not answered as if there had been none', async () => {
    const { id } = await changed({ ssn: newSsn() });
    const [item] = await historyIn(id);
    await world.sql('update customer_history set ssn = null where customer_id = $1', [id]);
    const body = { reason: 'Compared with the signature card.', history_id: item.history_id };
    expect((await brand.call('POST', `/customers/${id}/ssn`, { body })).json).toMatchObject(altered);
  });
});

describe('keys', () => {
  test('that are replaced reach it, and it reads the same', async () => {
    const { id } = await changed({ last_name: 'Fleming', ssn: newSsn() });
    const before = await historyIn(id);
    await rotateKey(world.system, brand.brandId, 'brand', { by: 'operator' });
    const [row] = await rowsOf(id);
    const versions = ['earlier', 'ssn'].map((column) =>
      Buffer.from(String(row?.[column]), 'base64').readUInt32BE(1),
    );
    expect(versions).toEqual([2, 2]);
    expect(await historyIn(id)).toEqual(before);
  });

  test('of the brand alone open nothing of it once the customer is erased', async () => {
    const { id: text } = await changed({ last_name: 'Fleming' });
    const id = text as CustomerId;
    const [kept] = await historyOf(scopeOf(world.system, brand.brandId), id, undefined, 1);
    const [owner] = await world.sql('select audit_key from customers where customer_id = $1', [id]);
    const keyring = await world.system.keyrings.of(brand.brandId);
    if (!kept) throw new Error('No history was kept.');
    // The planted case: with the customer's key it opens.
    const key = keyring.customerKey(customerKeySealContext(id), String(owner?.['audit_key']));
    expect(key.open(earlierSealContext(kept), kept.earlier)).toContain('last_name');
    // The thief has the row, the brand's key, and any other customer's key.
    const outer = keyring.open(earlierSealContext(kept), kept.earlier);
    expect(outer).not.toContain('last_name');
    const other = keyring.newCustomerKey(customerKeySealContext(id)).key;
    expect(() => other.open(earlierSealContext(kept), kept.earlier)).toThrow('does not open');
  });
});

describe('a deleted customer', () => {
  test('has its history until it is erased, and then no row of it is left', async () => {
    const { id } = await changed({ last_name: 'Fleming' });
    const before = await historyIn(id);
    await brand.call('DELETE', `/customers/${id}`);
    const path = `/restricted-customers/${id}`;
    expect((await brand.call('GET', `/customers/${id}/history`)).json.Code).toBe('customer_dne');
    expect((await brand.call('GET', `${path}/history`)).json.data).toEqual(before);
    expect(await rowsOf(id)).toHaveLength(1);
    const erasure = await erasureRequest(brand, path);
    expect((await brand.call('POST', `${erasure}/approval`)).status).toBe(200);
    expect(await rowsOf(id)).toEqual([]);
    expect((await brand.call('GET', `${path}/history`)).json.Code).toBe('customer_dne');
  });
});

test.each([
  ['an earlier time', "changed_at = changed_at - interval '1 day'"],
  ['another version', 'version = version + 7'],
  ['fewer fields', "fields = '{last_name}'"],
  ['another customer', 'customer_id = gen_random_uuid()'],
])('a row with %s is not believed', async (_, change) => {
  const { id } = await changed({ last_name: 'Fleming', first_name: 'Ian' });
  await world.sql(`update customer_history set ${change} where customer_id = $1`, [id]);
  const answer = await brand.call('GET', `/customers/${id}/history`);
  const moved = change.startsWith('customer_id');
  expect(moved ? answer.json.data : answer.json.Code).toEqual(moved ? [] : 'record_altered');
});
