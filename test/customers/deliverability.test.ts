import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverabilities } from '../../src/domain/customers/address.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import { operatorEntry } from '../../src/operations/audit/operator.ts';
import { verifyAddresses } from '../../src/operations/customers/verify-addresses.ts';
import type { AddressVerifier } from '../../src/providers/address.ts';
import { magicStreets } from '../../src/providers/address-sandbox.ts';
import { addKey, keyVersions } from '../../src/store/brands/brand-keys.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { newCustomer } from '../contract-samples.ts';
import type { FakeLob } from '../fakes/lob.ts';
import { failWith, openFakeLob } from '../fakes/lob.ts';
import { address, mailing } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

describe('in a sandbox, offline', () => {
  let brand: BrandClient;
  beforeAll(async () => {
    const world = await openWorld();
    closers.push(() => world.close());
    brand = await world.brand();
  });

  test("the document's addresses get the document's verdicts in the answer of the write", async () => {
    const without = { ...address, street2: '', is_primary: false };
    const { addresses } = (await newCustomer(brand, { addresses: [address, mailing, without] })).json;
    expect(addresses.map((one: { deliverability: string }) => one.deliverability)).toEqual([
      'deliverable',
      'undeliverable',
      'deliverable_missing_unit',
    ]);
  });

  test('test addresses return every verdict', async () => {
    const streets = [...magicStreets.keys()].map((street) => ({ ...address, street }));
    const { addresses } = (await newCustomer(brand, { addresses: streets })).json;
    const given = new Set(addresses.map((one: { deliverability: string }) => one.deliverability));
    expect([...given].sort()).toEqual([...deliverabilities].sort());
  });

  test('an address abroad has no verdict', async () => {
    const abroad = { ...address, country: 'FR', state: 'Paris', zip_code: '75001', city: 'Paris' };
    const { addresses } = (await newCustomer(brand, { addresses: [abroad] })).json;
    expect(addresses[0]).not.toHaveProperty('deliverability');
  });

  test('a changed address gets a new verdict, an unchanged one keeps it, and search finds both', async () => {
    const { customer_id: id, addresses } = (await newCustomer(brand)).json;
    const path = `/customers/${id}/addresses/${addresses[0].address_id}`;
    const moved = await brand.call('PATCH', path, { body: { zip_code: '12345' } });
    expect(moved.json.deliverability).toBe('undeliverable');
    const found = await brand.call('POST', '/customers/search', {
      body: { deliverability: 'undeliverable' },
    });
    expect(found.json.map((one: { customer_id: string }) => one.customer_id)).toContain(id);
  });
});

describe('with a vendor, live', () => {
  let brand: BrandClient;
  let lob: FakeLob;
  let ahead = 0;

  beforeAll(async () => {
    lob = await openFakeLob();
    closers.push(() => lob.close());
    const folder = mkdtempSync(join(tmpdir(), 'clientele-lob-'));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'lob'), `${lob.apiKey}\n`, { mode: 0o600 });
    createRootKeyFile(join(folder, 'root'));
    const world = await openWorld({
      now: () => instantOfMillis(Date.now() + ahead),
      env: {
        CLIENTELE_ENVIRONMENT: 'live',
        CLIENTELE_ROOT_KEY_FILE: join(folder, 'root'),
        CLIENTELE_RATE_LIMIT: '100000',
        CLIENTELE_ADDRESS_VERIFIER: 'lob',
        CLIENTELE_LOB_KEY_FILE: join(folder, 'lob'),
        CLIENTELE_LOB_URL: lob.baseUrl,
      },
    });
    closers.push(() => world.close());
    brand = await world.brand();
  });

  interface Shown {
    readonly deliverability?: string;
    readonly street: string;
  }

  async function readUntil(id: string, wanted: (addresses: readonly Shown[]) => boolean) {
    for (let tries = 0; tries < 200; tries += 1) {
      const answer = await brand.call('GET', `/customers/${id}`);
      if (wanted(answer.json.addresses)) return answer;
      await sleep(50);
    }
    throw new Error('The verdict did not come.');
  }

  const judged = (addresses: readonly Shown[]) => addresses.every((one) => one.deliverability !== undefined);
  const unit = { ...address, street: 'missing unit' };

  test('a write is answered without a verdict, which follows under a new version', async () => {
    const created = await newCustomer(brand, { addresses: [unit] });
    expect(created.json.addresses[0]).not.toHaveProperty('deliverability');
    const read = await readUntil(created.json.customer_id, judged);
    expect(read.json.addresses[0].deliverability).toBe('deliverable_missing_unit');
    expect(read.headers.get('etag')).toBe('"2"');
    expect(read.json.date_updated > created.json.date_updated.replace('+00:00', '')).toBe(true);
  });

  test('a later verdict has an event, and an entry with Clientele as its actor', async () => {
    const { customer_id } = (await newCustomer(brand, { addresses: [unit] })).json;
    await readUntil(customer_id, judged);
    await settled(brand);
    const events = await brand.sql('select payload from events where customer_id = $1 order by number', [
      customer_id,
    ]);
    expect(events.map(({ payload }) => JSON.parse(String(payload)))).toMatchObject([
      { event: 'customer.created' },
      { event: 'customer.updated', customer_id, fields: ['addresses'] },
    ]);
    const entries = (
      await brand.sql('select body from audit where customer_id = $1 order by number', [customer_id])
    ).map(({ body }) => JSON.parse(String(body)) as { readonly operation: string });
    // Live audits the reads of this test, too.
    const [, entry] = entries.filter(({ operation }) => operation !== 'getCustomer');
    expect(entry).toMatchObject({
      actor: { kind: 'clientele' },
      operation: 'verifyAddresses',
    });
  });

  test('the vendor receives the address and nothing else of the person', async () => {
    await readUntil((await newCustomer(brand, { addresses: [unit] })).json.customer_id, judged);
    expect(Object.keys(lob.requests.at(-1) as object)).toEqual([
      'primary_line',
      'secondary_line',
      'city',
      'state',
      'zip_code',
    ]);
  });

  test('a failing vendor fails no write and is retried later', async () => {
    lob.misbehave(failWith('internal_server_error'));
    const asked = lob.requests.length;
    const { customer_id: id } = (await newCustomer(brand, { addresses: [unit] })).json;
    while (lob.requests.length === asked) await sleep(20);
    lob.misbehave(undefined);
    ahead += 60_000;
    const read = await readUntil(id, judged);
    expect(read.json.addresses[0].deliverability).toBe('deliverable_missing_unit');
  });

  test('a verdict on an address that has changed is dropped', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    lob.misbehave((response) => {
      void held.then(() => failWith('service_unavailable')(response));
    });
    const asked = lob.requests.length;
    const { customer_id: id, addresses } = (await newCustomer(brand, { addresses: [unit] })).json;
    while (lob.requests.length === asked) await sleep(20);
    const path = `/customers/${id}/addresses/${addresses[0].address_id}`;
    expect((await brand.call('PATCH', path, { body: { street: 'incorrect unit' } })).status).toBe(200);
    lob.misbehave(undefined);
    release();
    ahead += 120_000;
    const read = await readUntil(id, judged);
    expect(read.json.addresses[0]).toMatchObject({
      street: 'incorrect unit',
      deliverability: 'deliverable_incorrect_unit',
    });
  });

  test('an address without a verdict of the vendor is not retried', async () => {
    const { customer_id: id } = (await newCustomer(brand, { addresses: [unit, address] })).json;
    const read = await readUntil(id, (addresses) =>
      addresses.some((one) => one.deliverability !== undefined),
    );
    expect(read.json.addresses[1]).not.toHaveProperty('deliverability');
    const asked = lob.requests.length;
    ahead += 7 * 86_400_000;
    await readUntil((await newCustomer(brand, { addresses: [unit] })).json.customer_id, judged);
    expect(lob.requests.length).toBe(asked + 1);
  });
});

describe('a look-up during a rotation', () => {
  let world: World;
  let brand: BrandClient;
  beforeAll(async () => {
    world = await openWorld({ apiOnly: true });
    closers.push(() => world.close());
    brand = await world.brand();
  });

  /** Puts a new key in use as another process does: the keyring of this one still has the old key. */
  async function addKeyElsewhere(kind: 'brand' | 'index'): Promise<void> {
    const { db, vault, now } = world.system;
    const scope = { brandId: brand.brandId, db };
    const version = (await keyVersions(scope)).filter((one) => one.kind === kind).length + 1;
    const keyring = await world.system.keyrings.of(brand.brandId);
    const entry = operatorEntry(world.system, keyring, `rotate ${kind}-key`, { version });
    const key = vault.newKey(brand.brandId, kind, version);
    expect(await addKey(scope, key, now(), entry)).toBe('done');
  }

  test.each(['brand', 'index'] as const)('under a new %s key is paid once and not lost', async (kind) => {
    let lookUps = 0;
    const remote: AddressVerifier = {
      verifyNow: () => ({ kind: 'needs_call' }),
      async verify() {
        lookUps += 1;
        await addKeyElsewhere(kind);
        return { kind: 'verdict', deliverability: 'deliverable_missing_unit' };
      },
    };
    Object.assign(world.system, { verifier: remote });
    const { customer_id: id } = (await newCustomer(brand, { addresses: [address] })).json;
    await verifyAddresses(world.system, brand.brandId, id);
    const read = await brand.call('GET', `/customers/${id}`);
    expect(read.json.addresses[0].deliverability).toBe('deliverable_missing_unit');
    expect(lookUps).toBe(1);
    const [row] = await world.sql('select verify_at from customers where customer_id = $1', [id]);
    expect(row).toEqual({ verify_at: null });
  });

  test('is paid once even if other changes of the customer commit first', async () => {
    let lookUps = 0;
    const remote: AddressVerifier = {
      verifyNow: () => ({ kind: 'needs_call' }),
      async verify() {
        lookUps += 1;
        return { kind: 'verdict', deliverability: 'undeliverable' };
      },
    };
    Object.assign(world.system, { verifier: remote });
    const { customer_id: id } = (await newCustomer(brand, { addresses: [address] })).json;
    const change = (number: number) =>
      brand.call('PATCH', `/customers/${id}`, { body: { email: `person${number}@example.com` } });
    await Promise.all([
      verifyAddresses(world.system, brand.brandId, id),
      ...Array.from({ length: 12 }, (_, number) => change(number)),
    ]);
    const read = await brand.call('GET', `/customers/${id}`);
    expect(read.json.addresses[0].deliverability).toBe('undeliverable');
    expect(lookUps).toBe(1);
  });
});
