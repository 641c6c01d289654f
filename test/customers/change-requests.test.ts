import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifiedCustomer } from '../contract-samples.ts';
import { newSsn, person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

let world: World;
let brand: BrandClient;
let colleague: BrandClient;

beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
  colleague = await brand.colleague();
});
afterAll(() => world.close());

const propose = (customerId: string, changes: object, reason = 'Married on 2026-05-02.') =>
  brand.call('POST', `/customers/${customerId}/change-requests`, { body: { changes, reason } });
const decide = (id: string, decision: 'approve' | 'decline', note?: string) =>
  colleague.call('POST', `/change-requests/${id}/decision`, { body: { decision, ...(note && { note }) } });
const read = (customerId: string) => brand.call('GET', `/customers/${customerId}`);

describe('the lock', () => {
  test('reports the locked and unlocked fields, the time, and where to propose a change', async () => {
    const id = await verifiedCustomer(brand);
    const refused = await brand.call('PATCH', `/customers/${id}`, { body: { last_name: 'Moneypenny' } });
    expect(refused.status).toBe(403);
    expect(refused.json.Message).toMatch(/passed KYC at \d{4}-\d\d-\d\dT[\d:.]+\+00:00/);
    expect(refused.json.Message).toContain('can no longer be changed: last_name.');
    expect(refused.json.Message).toContain(
      'Only email, phone, phone_country_code and secondary addresses can.',
    );
    expect(refused.json.Message).toContain('POST /customers/{customer_id}/change-requests');
  });
});

describe('a change request', () => {
  test('changes nothing until it is approved, then all of it, and the customer stays verified', async () => {
    const id = await verifiedCustomer(brand);
    const before = await read(id);
    const proposed = await propose(id, { last_name: 'Moneypenny', email: 'eve@example.com' });
    expect(proposed.json).toMatchObject({ status: 'pending', fields: ['last_name', 'email'] });
    expect((await read(id)).json).toEqual(before.json);
    const approved = await decide(proposed.json.change_request_id, 'approve', 'Certificate seen.');
    expect(approved.json).toMatchObject({ status: 'approved', decided_by: colleague.key.identity });
    const after = (await read(id)).json;
    expect(after).toMatchObject({
      last_name: 'Moneypenny',
      email: 'eve@example.com',
      kyc_status: 'passed',
    });
  });

  test('that is declined changes nothing, and neither can be decided again', async () => {
    const id = await verifiedCustomer(brand);
    const before = await read(id);
    const { change_request_id } = (await propose(id, { dob: '1990-01-31' })).json;
    expect((await decide(change_request_id, 'decline')).json.status).toBe('declined');
    expect((await read(id)).json).toEqual(before.json);
    expect((await decide(change_request_id, 'approve')).json.Code).toBe('change_request_decided');
    expect((await read(id)).json).toEqual(before.json);
  });

  test('is decided once, even by concurrent reviewers', async () => {
    const id = await verifiedCustomer(brand);
    const { change_request_id } = (await propose(id, { first_name: 'Jane' })).json;
    const decisions = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => decide(change_request_id, turn % 2 ? 'approve' : 'decline')),
    );
    const made = decisions.filter(({ status }) => status === 200);
    expect(made).toHaveLength(1);
    expect(decisions.filter(({ status }) => status === 409)).toHaveLength(19);
    const expected = made[0]?.json.status === 'approved' ? 'Jane' : 'James';
    expect((await read(id)).json.first_name).toBe(expected);
  });

  test('is decided on the present state of the customer', async () => {
    const id = await verifiedCustomer(brand);
    const { change_request_id } = (await propose(id, { first_name: 'Jane' })).json;
    await brand.call('PATCH', `/customers/${id}`, { body: { email: 'jane@example.com' } });
    expect((await decide(change_request_id, 'approve')).status).toBe(200);
    expect((await read(id)).json).toMatchObject({ first_name: 'Jane', email: 'jane@example.com' });
  });

  test('reports every problem at once by field, without values', async () => {
    const id = await verifiedCustomer(brand);
    const refused = await propose(id, { dob: '2023-02-29', last_name: 'X', nonsense: 1 }, 'no');
    expect(refused.status).toBe(400);
    expect(Object.keys(refused.json.Message).sort()).toEqual([
      'changes.dob',
      'changes.last_name',
      'changes.nonsense',
      'reason',
    ]);
    const unknown = [{ ...person().addresses[0], address_id: '00000000-0000-4000-8000-000000000000' }];
    expect(Object.keys((await propose(id, { addresses: unknown })).json.Message)).toEqual([
      'changes.addresses.0.address_id',
    ]);
  });

  test('is refused if no field is locked', async () => {
    const id = await verifiedCustomer(brand);
    expect((await propose(id, { email: 'new@example.com' })).json.Code).toBe('change_request_needless');
    expect((await propose(id, { first_name: 'James' })).json.Code).toBe('change_request_needless');
  });

  test('shows its values only to a reviewer, and never the full SSN', async () => {
    const id = await verifiedCustomer(brand);
    const ssn = newSsn();
    const { change_request_id } = (await propose(id, { ssn })).json;
    const whole = await brand.call('GET', `/change-requests/${change_request_id}`);
    expect(whole.json).toMatchObject({
      changes: { ssn: `XXX-XX-${ssn.slice(-4)}` },
      reason: 'Married on 2026-05-02.',
    });
    const listed = await brand.call('GET', `/change-requests?customer_id=${id}`);
    expect(listed.json.data).toHaveLength(1);
    expect(listed.text).not.toContain('Married');
    const plain = await world.brand(undefined, {});
    expect((await plain.call('GET', `/change-requests/${change_request_id}`)).json.Code).toBe('scope_err');
  });

  test('is sealed in the database, and its entry contains no values', async () => {
    const id = await verifiedCustomer(brand);
    const { change_request_id } = (await propose(id, { last_name: 'Zanzibarbara' }, 'Seen by Quentin.')).json;
    await decide(change_request_id, 'approve', 'Stamped by Rosalind.');
    await settled(world);
    const rows = await world.sql(
      'select row_to_json(r)::text as row from change_requests r where customer_id = $1',
      [id],
    );
    const audit = await world.sql('select body as row from audit where customer_id = $1 order by number', [
      id,
    ]);
    const events = await world.sql('select payload as row from events where customer_id = $1', [id]);
    const written = [...rows, ...audit, ...events].map(({ row }) => String(row)).join('\n');
    expect(written).not.toMatch(/Zanzibarbara|Quentin|Rosalind/);
    expect(
      audit.map(({ row }) => JSON.parse(String(row))).map(({ operation, decision }) => [operation, decision]),
    ).toEqual([
      ['createCustomer', undefined],
      ['createChangeRequest', undefined],
      ['decideChangeRequest', 'approve'],
    ]);
  });

  test('is listed oldest first, page by page', async () => {
    const other = await world.brand();
    const id = await verifiedCustomer(other);
    const made: string[] = [];
    for (const name of ['Anna', 'Berta', 'Clara', 'Dora', 'Emma']) {
      const body = { changes: { first_name: name }, reason: 'Court order.' };
      const proposed = await other.call('POST', `/customers/${id}/change-requests`, { body });
      made.push(proposed.json.change_request_id);
    }
    const seen: string[] = [];
    let next = '/change-requests?status=pending&limit=2';
    for (let page = 0; page < 3; page += 1) {
      const { data, next_cursor } = (await other.call('GET', next)).json;
      seen.push(...data.map((one: { change_request_id: string }) => one.change_request_id));
      next = `/change-requests?status=pending&limit=2&cursor=${next_cursor}`;
      expect(next_cursor === null).toBe(page === 2);
    }
    expect(seen).toEqual(made);
  });
});
