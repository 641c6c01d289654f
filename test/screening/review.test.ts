import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CustomerId } from '../../src/domain/ids.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { verifyRecords } from '../../src/operations/records/verify-records.ts';
import { rotateKey } from '../../src/operations/rotation/brand-rotation.ts';
import { screenCustomer } from '../../src/operations/screening/screen.ts';
import type { ScreeningClaimId } from '../../src/store/screening/queue.ts';
import { erasureRequest } from '../contract-samples.ts';
import { newCustomer } from '../samples/customers.ts';
import { finding, listedEntry, matched, proposal, screenNow } from '../samples/screening.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// A match is decided by two people, once, and what they decided can be shown for as long as the customer is kept.

let world: World;
let brand: BrandClient;
let colleague: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  colleague = await brand.colleague();
});
afterAll(() => world.close());

const propose = (id: string, body: object = proposal, by = brand) =>
  by.call('POST', `/screening/matches/${id}/proposal`, { body });
const decide = (id: string, body: object, by = colleague) =>
  by.call('POST', `/screening/matches/${id}/decision`, { body });
const matchOf = async (id: string) => (await brand.call('GET', `/screening/matches/${id}`)).json;
const screeningsOf = async (id: string) => (await brand.call('GET', `/customers/${id}/screenings`)).json.data;
const matchesOf = async (id: string, query = '') =>
  (await brand.call('GET', `/screening/matches?customer_id=${id}${query}`)).json.data;
const entriesOf = async (id: string) => {
  await settled(world);
  return (await brand.call('GET', `/customers/${id}/audit?order=oldest`)).json.data;
};

describe('a match', () => {
  test('is proposed by one person and approved by another, with a reason and a note', async () => {
    const { customerId, matchId } = await matched(brand);
    const proposed = await propose(matchId);
    expect(proposed.json).toMatchObject({
      status: 'proposed',
      proposed_decision: 'false_positive',
      proposed_by: brand.key.identity,
    });
    expect((await decide(matchId, { decision: 'approve' }, brand)).json.Code).toBe('second_approver');
    const decided = await decide(matchId, { decision: 'approve', note: 'Passport seen.' });
    expect(decided.json).toMatchObject({ status: 'false_positive', decided_by: colleague.key.identity });
    const shown = await matchOf(matchId);
    expect(shown).toMatchObject({
      ...decided.json,
      entry: listedEntry,
      reason: proposal.reason,
      note: 'Passport seen.',
    });
    expect((await screeningsOf(customerId))[0].matches).toEqual([shown]);
    for (const answer of [await propose(matchId), await decide(matchId, { decision: 'approve' })])
      expect(answer.json.Code).toBe('screening_match_state');
    const steps = (await entriesOf(customerId)).filter(
      (one: { match_id?: string }) => one.match_id === matchId,
    );
    expect(steps).toMatchObject([
      { operation: 'screenCustomer', match_version: 1 },
      { operation: 'proposeScreeningDecision', match_version: 2, reason: proposal.reason },
      { operation: 'decideScreeningMatch', match_version: 3, decision: 'approve', reason: 'Passport seen.' },
      { operation: 'getScreeningMatch' },
    ]);
  });

  test('that is confirmed is shown, and changes nothing about the customer', async () => {
    const { customerId, matchId } = await matched(brand);
    const before = (await brand.call('GET', `/customers/${customerId}`)).json;
    await propose(matchId, { ...proposal, decision: 'confirmed' });
    expect((await decide(matchId, { decision: 'approve' })).json.status).toBe('confirmed');
    expect((await screeningsOf(customerId))[0].matches[0].status).toBe('confirmed');
    expect((await brand.call('GET', `/customers/${customerId}`)).json).toEqual(before);
  });

  test('is open again when its proposal is declined, also by who proposed it', async () => {
    const { customerId, matchId } = await matched(brand);
    for (const by of [brand, colleague]) {
      await propose(matchId);
      const declined = await decide(matchId, { decision: 'decline', note: 'Ask first.' }, by);
      expect(declined.json).not.toHaveProperty('proposed_decision');
      expect(declined.json.status).toBe('open');
    }
    expect(await matchOf(matchId)).not.toHaveProperty('reason');
    expect((await decide(matchId, { decision: 'approve' })).json.Code).toBe('screening_match_state');
    const reasons = (await entriesOf(customerId)).map((one: { reason?: string }) => one.reason);
    expect(reasons.filter((one: unknown) => one !== undefined)).toHaveLength(4);
  });

  test('is decided once by two people at a time', async () => {
    const { matchId } = await matched(brand);
    await propose(matchId);
    const all = await Promise.all(
      ['approve', 'decline', 'approve', 'decline'].map((decision) => decide(matchId, { decision })),
    );
    const statuses = all.map(({ status }) => status).sort();
    expect(statuses.filter((one) => one === 200).length).toBeLessThanOrEqual(2);
    expect(statuses.filter((one) => one === 409).length).toBeGreaterThanOrEqual(2);
    const [row] = await world.sql('select version from screening_matches where match_id = $1', [matchId]);
    expect(row?.['version']).toBe(2 + statuses.filter((one) => one === 200).length);
  });

  test('waits in the queue until it is decided, or its customer is deleted', async () => {
    const other = await world.brand();
    const first = await matched(other);
    const second = await matched(other);
    const third = await matched(other);
    const ids = async (query: string) =>
      (await other.call('GET', `/screening/matches${query}`)).json.data.map(
        (one: { match_id: string }) => one.match_id,
      );
    await propose(second.matchId, proposal, other);
    await decide(second.matchId, { decision: 'approve' }, await other.colleague());
    await propose(third.matchId, proposal, other);
    expect(await ids('?status=waiting')).toEqual([first.matchId, third.matchId]);
    expect(await ids('?status=open')).toEqual([first.matchId]);
    expect(await ids('?status=false_positive')).toEqual([second.matchId]);
    expect(await ids('?order=newest')).toEqual([third.matchId, second.matchId, first.matchId]);
    const page = (await other.call('GET', '/screening/matches?limit=2')).json;
    expect(page.data).toHaveLength(2);
    expect(await ids(`?cursor=${page.next_cursor}`)).toEqual([third.matchId]);
    expect((await other.call('GET', '/waiting')).json.matches).toBe(2);
    await other.call('DELETE', `/customers/${first.customerId}`);
    expect(await ids('?status=waiting')).toEqual([third.matchId]);
    expect((await other.call('GET', '/waiting')).json.matches).toBe(1);
    expect((await propose(first.matchId, proposal, other)).json.Code).toBe('screening_match_dne');
  });

  test.each([
    [{ decision: 'open', reason: 'Because.' }, 'decision'],
    [{ decision: 'confirmed' }, 'reason'],
    [{ decision: 'confirmed', reason: 'no' }, 'reason'],
    [{ decision: 'confirmed', reason: 'a'.repeat(1_001) }, 'reason'],
  ])('%j is refused', async (body, field) => {
    const { matchId } = await matched(brand);
    const refused = await propose(matchId, body);
    expect(refused.json).toMatchObject({ Code: 'screening_schema', Message: { [field]: expect.anything() } });
  });

  test('is for those who review, and a decision of another brand finds nothing', async () => {
    const { customerId, matchId } = await matched(brand);
    const reader = brand.as(
      await createKey(world.system, brand.brandId, { name: 'reader', scopes: ['kyc:read'] }),
    );
    expect((await reader.call('GET', `/screening/matches/${matchId}`)).status).toBe(403);
    expect((await reader.call('GET', `/customers/${customerId}/screenings`)).status).toBe(200);
    const stranger = await world.brand();
    expect((await decide(matchId, { decision: 'approve' }, stranger)).json.Code).toBe('screening_match_dne');
  });
});

describe('the same entry', () => {
  const again = (customerId: string, entry = listedEntry) => screenNow(brand, customerId, finding(entry));
  const settle = async (matchId: string, decision: string) => {
    await propose(matchId, { ...proposal, decision });
    await decide(matchId, { decision: 'approve' });
  };

  test.each(['open', 'false_positive', 'confirmed'])(
    'is not raised again for the same name and date of birth while it is %s',
    async (status) => {
      const { customerId, matchId } = await matched(brand);
      if (status !== 'open') await settle(matchId, status);
      await again(customerId);
      await again(customerId);
      expect(await matchesOf(customerId)).toHaveLength(1);
      expect(await screeningsOf(customerId)).toMatchObject([{ checks: 3 }]);
    },
  );

  test('is raised again under another name, and another entry under the same one', async () => {
    const { customerId, matchId } = await matched(brand);
    await settle(matchId, 'false_positive');
    await brand.call('PATCH', `/customers/${customerId}`, { body: { first_name: 'Ernst' } });
    await again(customerId);
    expect(await matchesOf(customerId, '&status=waiting')).toHaveLength(1);
    await screenNow(brand, customerId, finding(listedEntry, { ...listedEntry, entry_id: '7' }));
    expect(await matchesOf(customerId, '&status=waiting')).toHaveLength(2);
    expect(await screeningsOf(customerId)).toHaveLength(3);
  });

  test('that is found twice in one answer is one match', async () => {
    const customerId = String((await newCustomer(brand)).json.customer_id);
    await screenNow(brand, customerId, finding(listedEntry, { ...listedEntry, score: 0.99 }));
    expect(await matchesOf(customerId)).toHaveLength(1);
  });
});

describe('a deletion', () => {
  test('during the call leaves nothing of what was found', async () => {
    const customerId = String((await newCustomer(brand)).json.customer_id);
    const provider = {
      ...finding(listedEntry),
      screen: async () => {
        await brand.call('DELETE', `/customers/${customerId}`);
        return { kind: 'screened', entries: [listedEntry] } as const;
      },
    };
    await screenNow(brand, customerId, provider);
    for (const table of ['screenings', 'screening_matches'])
      expect(await world.sql(`select 1 from ${table} where customer_id = $1`, [customerId])).toEqual([]);
    await screenNow(brand, customerId, finding(listedEntry));
    expect(await world.sql('select 1 from screening_queue where customer_id = $1', [customerId])).toEqual([]);
  });

  test('and an erasure at any time leave either a record that is kept, or nothing', async () => {
    const rows = async (customerId: string) =>
      (
        await world.sql(
          `select 1 from screenings where customer_id = $1 union all select 1 from screening_matches where customer_id = $1
           union all select 1 from screening_queue where customer_id = $1`,
          [customerId],
        )
      ).length;
    for (let turn = 0; turn < 10; turn += 1) {
      const customerId = String((await newCustomer(brand)).json.customer_id);
      const path = `/restricted-customers/${customerId}`;
      await Promise.all([
        screenNow(brand, customerId, finding(listedEntry)),
        brand.call('DELETE', `/customers/${customerId}`),
      ]);
      const kept = (await brand.call('GET', `${path}/screenings`)).json.data;
      expect(kept.length).toBeLessThanOrEqual(1);
      const erase = async () => brand.call('POST', `${await erasureRequest(brand, path)}/approval`);
      const [, erased] = await Promise.all([screenNow(brand, customerId, finding(listedEntry)), erase()]);
      expect(erased.status).toBe(200);
      await screenNow(brand, customerId, finding(listedEntry));
      expect(await rows(customerId)).toBe(0);
    }
  });

  test('keeps the checks with their decisions, until the erasure', async () => {
    const { customerId, matchId } = await matched(brand);
    await propose(matchId);
    await decide(matchId, { decision: 'approve', note: 'Seen.' });
    const before = await screeningsOf(customerId);
    await brand.call('DELETE', `/customers/${customerId}`);
    expect((await brand.call('GET', `/customers/${customerId}/screenings`)).json.Code).toBe('customer_dne');
    expect((await brand.call('GET', `/screening/matches/${matchId}`)).json.Code).toBe('screening_match_dne');
    const path = `/restricted-customers/${customerId}`;
    expect((await brand.call('GET', `${path}/screenings`)).json.data).toEqual(before);
    await brand.call('POST', `${await erasureRequest(brand, path)}/approval`);
    expect((await brand.call('GET', `${path}/screenings`)).json.Code).toBe('customer_dne');
  });
});

test('a claim that another check took away writes nothing', async () => {
  const customerId = String((await newCustomer(brand)).json.customer_id) as CustomerId;
  const due = {
    brandId: brand.brandId,
    customerId,
    tries: 0,
    claim: '7d3c5a1e-0b7e-4a58-9f0e-3b1d6c2a9e44' as ScreeningClaimId,
    provider: finding(listedEntry),
    listVersion: 'v1',
  };
  await screenCustomer(world.system, due);
  expect(await screeningsOf(customerId)).toEqual([]);
});

test('records that were put back or taken away are told by the trail', async () => {
  const own = await world.brand();
  const { customerId, matchId } = await matched(own);
  await settled(world);
  const clean = await verifyRecords(world.system, own.brandId, () => undefined);
  expect(clean.differences).toEqual([]);
  const [row] = await world.sql('select * from screening_matches where match_id = $1', [matchId]);
  await own.call('POST', `/screening/matches/${matchId}/proposal`, { body: proposal });
  await world.sql(
    `update screening_matches set status = 'open', version = 1, proposal = null, proposed_by = null, proposed_at = null,
            reason = null, proof = $2 where match_id = $1`,
    [matchId, row?.['proof']],
  );
  await world.sql('delete from screenings where customer_id = $1', [customerId]);
  await settled(world);
  const { differences } = await verifyRecords(world.system, own.brandId, () => undefined);
  expect(differences.join('\n')).toMatch(new RegExp(`screening_matches ${matchId} has version 1`));
  expect(differences.join('\n')).toMatch(/screenings [0-9a-f-]{36} is gone/);
});

test('a rotation seals the records again, and they open', async () => {
  const own = await world.brand();
  const { customerId, matchId } = await matched(own);
  await own.call('POST', `/screening/matches/${matchId}/proposal`, { body: proposal });
  const before = (await own.call('GET', `/customers/${customerId}/screenings`)).json;
  await rotateKey(world.system, own.brandId, 'brand', { by: 'operator' });
  expect((await own.call('GET', `/customers/${customerId}/screenings`)).json).toEqual(before);
});
