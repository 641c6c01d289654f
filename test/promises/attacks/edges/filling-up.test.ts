import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperationRow } from '../../../../src/contract/operation.ts';
import { operations } from '../../../../src/contract/table.ts';
import { Refusal } from '../../../../src/domain/errors.ts';
import type { BrandId } from '../../../../src/domain/ids.ts';
import { openQuotas } from '../../../../src/operations/quotas.ts';
import { prepare } from '../../../contract-samples.ts';
import { person } from '../../../people.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// One brand's client fills the disk that all brands share: with a new Idempotency-Key for each request, whose answer
// is kept for a day, and with documents.

const records = 20;
let world: World;
let other: World;
let brand: BrandClient;
beforeAll(async () => {
  const env = { CLIENTELE_IDEMPOTENCY_RECORDS: String(records), CLIENTELE_DOCUMENTS_MB: '1' };
  world = await openWorld({ env });
  other = await openWorld();
  brand = await world.brand();
});
afterAll(async () => {
  await world.close();
  await other.close();
});

const create = (by: BrandClient, key: string | undefined = randomUUID(), body = person()) =>
  by.call('POST', '/customers', { body, ...(key && { headers: { 'Idempotency-Key': key } }) });

async function fill(by: BrandClient, tries: number): Promise<number> {
  let accepted = 0;
  for (let at = 0; at < tries; at += 1) if ((await create(by)).status === 201) accepted += 1;
  return accepted;
}

describe('answers under Idempotency-Keys', () => {
  const [firstKey, firstBody] = [randomUUID(), person()];

  test('are kept until the budget of the brand ends, and not one more', async () => {
    expect((await create(brand, firstKey, firstBody)).status).toBe(201);
    expect(await fill(brand, records + 5)).toBe(records - 1);
    const refused = await create(brand);
    expect(refused.json).toMatchObject({ Status: 429, Code: 'idempotency_budget' });
    expect(refused.headers.get('retry-after')).toBe('60');
    const kept = await world.sql('select count(*)::int as kept from idempotency where brand_id = $1', [
      brand.brandId,
    ]);
    expect(kept).toEqual([{ kept: records }]);
  });

  test('leave everything else as it was: repeats, requests without a key, other brands', async () => {
    const again = await create(brand, firstKey, firstBody);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect((await create(brand, '')).status).toBe(201);
    expect((await create(await world.brand())).status).toBe(201);
  });

  test('fails with a budget that nobody reaches: the same requests are all kept', async () => {
    expect(await fill(await other.brand(), records + 5)).toBe(records + 5);
  });
});

describe('documents', () => {
  const row = operations.find(({ operationId }) => operationId === 'submitKycDocuments') as OperationRow;
  const image = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(600_000, 7)]).toString('base64');
  const body = {
    government_id: { type: 'passport', country: 'US', front_image: { file_name: 'front.jpg', image } },
  };
  const upload = async (by: BrandClient) => by.call('POST', (await prepare(row, by)).path, { body });

  test('are stored until the budget of the brand ends, and the refused one leaves nothing', async () => {
    const tenant = await world.brand();
    expect((await upload(tenant)).status).toBe(200);
    const refused = await upload(tenant);
    expect(refused.json).toMatchObject({ Status: 403, Code: 'document_budget' });
    const stored = await world.sql('select sum(size)::int as bytes from kyc_documents where brand_id = $1', [
      tenant.brandId,
    ]);
    expect(stored).toEqual([{ bytes: 600_004 }]);
    expect((await upload(await world.brand())).status, 'of another brand').toBe(200);
  });

  test('fails with a budget that nobody reaches: the same documents are all stored', async () => {
    const tenant = await other.brand();
    expect([(await upload(tenant)).status, (await upload(tenant)).status]).toEqual([200, 200]);
  });
});

describe('measuring', () => {
  const brandId = randomUUID() as BrandId;
  /** A database that answers a count, and counts how often it is asked. */
  function counting(used: () => number) {
    const asked = { times: 0 };
    const read = async () => {
      asked.times += 1;
      return [{ used: used() }];
    };
    return { asked, scope: { brandId, db: { read, run: read } as never } };
  }

  test('asks the database at most once a minute, however many requests there are', async () => {
    let now = 0;
    const { asked, scope } = counting(() => 0);
    const quotas = openQuotas({ idempotencyRecords: 1_000, documentBytes: 1 }, () => now);
    await Promise.all(Array.from({ length: 10 }, () => quotas.admitRecord(scope)));
    for (let at = 0; at < 500; at += 1) expect(quotas.admitRecord(scope)).toBeUndefined();
    expect(asked.times).toBe(1);
    now = 59_000;
    void quotas.admitRecord(scope);
    expect(asked.times).toBe(1);
    now = 61_000;
    void quotas.admitRecord(scope);
    expect(asked.times).toBe(2);
  });

  test('sees what other processes have stored, and what has ended', async () => {
    let [now, used] = [0, 0];
    const { scope } = counting(() => used);
    const quotas = openQuotas({ idempotencyRecords: 100, documentBytes: 1 }, () => now);
    await quotas.admitRecord(scope);
    used = 100;
    now = 61_000;
    void quotas.admitRecord(scope);
    await new Promise(setImmediate);
    expect(() => quotas.admitRecord(scope)).toThrow(Refusal);
    used = 40;
    now = 122_000;
    expect(() => quotas.admitRecord(scope)).toThrow(Refusal);
    await new Promise(setImmediate);
    expect(() => quotas.admitRecord(scope)).not.toThrow();
  });

  test('that fails or is slow refuses nothing and is not tried again at once', async () => {
    let now = 0;
    let asked = 0;
    const read = () => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('timeout')) : new Promise(() => undefined);
    };
    const scope = { brandId, db: { read, run: read } as never };
    const quotas = openQuotas({ idempotencyRecords: 2, documentBytes: 1 }, () => now);
    await quotas.admitRecord(scope);
    expect(quotas.admitRecord(scope)).toBeUndefined();
    expect(() => quotas.admitRecord(scope), 'of what this process has accepted itself').toThrow(Refusal);
    expect(asked).toBe(1);
    now = 61_000;
    expect(() => quotas.admitRecord(scope)).toThrow(Refusal);
    expect(asked).toBe(2);
    const other = { ...scope, brandId: randomUUID() as BrandId };
    await expect(quotas.admitRecord(other), 'waits for a second').resolves.toBeUndefined();
  });
});
