import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyScopes } from '../../../src/domain/scopes.ts';
import { startWorker } from '../../../src/main.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { documentBrand } from '../../../src/operations/demo/document.ts';
import { verifyRecords } from '../../../src/operations/records/verify-records.ts';
import type { Outbound } from '../../../src/providers/outbound.ts';
import { openOutbound } from '../../../src/providers/outbound.ts';
import { countOverdue } from '../../../src/store/retention/due.ts';
import type { BrandClient, World } from '../../world.ts';
import { brandClient, openWorld, settled } from '../../world.ts';

// What the people and keys of a new sandbox did in the weeks before its first start.

let world: World;
let brand: BrandClient;
/** Every URL that this world's outbound client was asked for. */
const asked: string[] = [];
const guarded = openOutbound({ allow: [], timeoutMs: 1_000, maxResponseBytes: 1_024 });
const outbound: Outbound = {
  ...guarded,
  send: (request) => {
    asked.push(request.url);
    return guarded.send(request);
  },
};

beforeAll(async () => {
  world = await openWorld({ env: { CLIENTELE_DEMO: '1' }, apiOnly: true, outbound });
  const key = await createKey(world.system, documentBrand.brandId, { scopes: keyScopes });
  brand = brandClient(world.url, documentBrand.brandId, documentBrand.name, key, world);
  await settled(world);
}, 60_000);
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: the contract check of every call has proven the shape.
const list = async (path: string): Promise<readonly any[]> => (await brand.call('GET', path)).json.data;
const names = async () =>
  new Map((await list('/actors')).map(({ id, name }): [string, string] => [id, name]));

describe('a new sandbox has for its console', () => {
  test('reviews, the oldest with two documents that can be looked at', async () => {
    const [oldest, ...others] = await list('/kyc/reviews');
    expect(others.length).toBeGreaterThanOrEqual(4);
    const { json } = await brand.call('GET', `/kyc/reviews/${oldest.review_id}`);
    expect(json.files.map(({ document_type }: { document_type: string }) => document_type).sort()).toEqual([
      'government_id',
      'proof_of_address',
    ]);
    const file = await brand.call(
      'GET',
      `/kyc/reviews/${oldest.review_id}/documents/${json.files[0].document_id}`,
    );
    expect(file.json.media_type).toBe('image/png');
    expect(json.decisions).toHaveLength(1);
  });

  test('change requests: of a key, of Avery, approved and declined', async () => {
    const who = await names();
    const pending = await list('/change-requests?status=pending');
    expect(pending.map(({ requested_by }) => who.get(requested_by)).sort()).toEqual([
      'Avery',
      'backoffice',
      'backoffice',
    ]);
    for (const status of ['approved', 'declined'])
      expect((await list(`/change-requests?status=${status}`)).map((one) => who.get(one.decided_by))).toEqual(
        ['Sam'],
      );
  });

  test('kept records, one under a hold, holds of both kinds, an early erasure that waits and one that was made', async () => {
    const kept = await list('/restricted-customers');
    expect(kept.filter(({ legal_hold }) => legal_hold)).toHaveLength(1);
    expect(kept.filter(({ erasure_requested }) => erasure_requested)).toHaveLength(1);
    expect(await list('/legal-holds?status=active')).toHaveLength(2);
    expect(await list('/legal-holds?status=released')).toHaveLength(1);
    expect(await list('/erasure-requests')).toHaveLength(1);
    const entries = await world.sql("select 1 from audit where body like '%approveErasure%'");
    expect(entries).toHaveLength(1);
  });

  test('webhooks with deliveries in every state, and keys in every state', async () => {
    const webhooks = (await brand.call('GET', '/webhooks')).json.webhook_subscriptions;
    const states = new Set<string>();
    for (const { id } of webhooks)
      for (const { status } of await list(`/webhooks/${id}/deliveries`)) states.add(status);
    expect([...states].sort()).toEqual(['dead', 'delivered', 'pending']);
    expect(webhooks.map(({ status }: { status: string }) => status).sort()).toEqual([
      'STATUS_DISABLED',
      'STATUS_ENABLED',
    ]);
    const keys = await list('/keys');
    expect(keys.some(({ date_revoked }) => date_revoked)).toBe(true);
    expect(keys.some(({ date_last_used }) => date_last_used)).toBe(true);
    expect(keys.some(({ created_by }) => created_by)).toBe(true);
  });

  test('events of weeks, counts of days that agree with them, and requests that were answered and refused', async () => {
    const days = await world.sql('select distinct occurred_at::date from events where brand_id = $1', [
      brand.brandId,
    ]);
    expect(days.length).toBeGreaterThan(20);
    const wrong = await world.sql(
      `select 1 from event_days d where count <> (select count(*) from events e
         where e.brand_id = d.brand_id and e.type = d.type and (e.occurred_at at time zone 'UTC')::date = d.day)`,
    );
    expect(wrong).toEqual([]);
    const statuses = (await list('/requests')).map(({ status }) => status);
    expect(statuses).toEqual(expect.arrayContaining([200, 400, 404]));
  });

  test('names of people in its audit trail', async () => {
    const who = await names();
    const { data } = (await brand.call('GET', '/audit?operation=revealSsn')).json;
    expect(data.map((one: { actor: { id: string } }) => who.get(one.actor.id))).toEqual(['Sam']);
  });
});

describe('its past', () => {
  test('is what every record, proof and digest says, in either brand', async () => {
    const brands = await world.sql('select brand_id from brands');
    expect(brands).toHaveLength(2);
    for (const { brand_id } of brands)
      expect((await verifyRecords(world.system, brand_id as never, () => undefined)).differences).toEqual([]);
  });

  test('leaves no deleted record that should have been examined', async () => {
    expect(await countOverdue(world.system.db, world.system.now())).toBe(0);
  });

  test('is in the order of time, and nothing of it is in the future', async () => {
    const rows = await world.sql(
      "select body::jsonb->>'at' as at from audit where brand_id = $1 order by number",
      [brand.brandId],
    );
    const times = rows.map(({ at }) => String(at));
    expect(times).toEqual([...times].sort());
    expect(times.every((at) => at <= `${world.system.now()}+00:00`)).toBe(true);
  });

  test('has sent nothing, and what its webhooks wait for is refused before a connection', async () => {
    expect(asked).toEqual([]);
    await world.sql("update deliveries set due_at = now() where status = 'pending'");
    const worker = await startWorker(
      { ...world.config, webhookAllow: [] },
      { logger: pino({ level: 'silent' }), outbound },
    );
    try {
      await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
      const last = () =>
        world.sql('select outcome from delivery_attempts order by at desc limit 1').then(([row]) => row);
      await expect.poll(last, { timeout: 20_000 }).toEqual({ outcome: 'refused' });
    } finally {
      await worker.close();
    }
  });
});
