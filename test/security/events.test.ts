import { randomUUID } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { keyScopes } from '../../src/domain/scopes.ts';
import type { SecurityEvent } from '../../src/domain/security-events.ts';
import { securityEventMembers, securityEvents } from '../../src/domain/security-events.ts';
import { exportAudit } from '../../src/operations/audit/export.ts';
import { createKey, replaceSecret, revokeBrandKey } from '../../src/operations/brands/api-keys.ts';
import { exportCustomers } from '../../src/operations/customers/export.ts';
import { createProgram, setProgram } from '../../src/operations/kyc/programs.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// Each event from a real request or command, once, and nothing in it that describes a person or opens anything.

/** Everything that a client or an operator sends here and no event may repeat. */
const canary = 'Zqxcanary';
const canarySsn = '512-48-7391';

let world: World;
let brand: BrandClient;
let customer: string;
beforeAll(async () => {
  world = await openWorld({
    apiOnly: true,
    env: {
      CLIENTELE_TRUST_PROXY: '127.0.0.1/32',
      CLIENTELE_SSN_MISSES: '1',
      CLIENTELE_SSN_REVEALS: '2',
      CLIENTELE_LOG_LEVEL: 'error',
    },
  });
  brand = await world.brand();
  const body = person({ first_name: canary, ssn: canarySsn, email: `${canary}@example.com` });
  customer = (await brand.call('POST', '/customers', { body })).json.customer_id;
});
afterAll(() => world.close());

let before: number;
beforeEach(async () => {
  await settled(world);
  before = world.log.length;
});

/** The events since the test began, commands included. */
async function recorded(): Promise<readonly SecurityEvent[]> {
  await settled(world);
  return world.log
    .slice(before)
    .map((line) => JSON.parse(line))
    .filter((line) => line.security_event !== undefined);
}

const client = '203.0.113.7';
const from = { 'X-Forwarded-For': client };
const reveal = () =>
  brand.call('POST', `/customers/${customer}/ssn`, { body: { reason: canary }, headers: from });

describe('a request', () => {
  test('whose key is not accepted', async () => {
    const headers = { ...from, Authorization: canary };
    const answer = await brand.call('GET', '/customers', { headers });
    expect(answer.status).toBe(401);
    expect(await recorded()).toEqual([
      {
        level: 40,
        time: expect.any(Number),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        security_event: 'authentication_failed',
        severity: 'warning',
        outcome: 'refused',
        source: client,
        key: brand.key.identity,
        operation: 'listCustomers',
        request_id: answer.headers.get('x-request-id'),
      },
    ]);
  });

  test.each([
    ['', undefined],
    [canary, undefined],
    ['8D9FBD2E-6F0C-4C35-9D40-1F6A3C1D5A20', '8d9fbd2e-6f0c-4c35-9d40-1f6a3c1d5a20'],
    [`{8d9fbd2e-6f0c-4c35-9d40-1f6a3c1d5a20}`, undefined],
  ])('that claims to be %j', async (Identity, key) => {
    await brand.call('GET', '/customers', { headers: { Identity } });
    expect(await recorded()).toMatchObject([{ security_event: 'authentication_failed' }]);
    expect((await recorded())[0]?.key).toBe(key);
  });

  test('whose scopes do not suffice, also for one member of its body', async () => {
    const scopes = keyScopes.filter((scope) => scope !== 'ssn:search' && scope !== 'audit:read');
    const limited = brand.as(await createKey(world.system, brand.brandId, { scopes }));
    await recorded();
    before = world.log.length;
    await limited.call('GET', '/audit', { headers: from });
    await limited.call('POST', '/customers/search', { body: { ssn: canarySsn }, headers: from });
    const about = {
      security_event: 'scope_refused',
      outcome: 'refused',
      source: client,
      key: limited.key.identity,
      brand_id: brand.brandId,
    };
    expect(await recorded()).toMatchObject([
      { ...about, operation: 'listAudit' },
      { ...about, operation: 'searchCustomers' },
    ]);
  });

  test('that reveals an SSN, and those beyond the budget', async () => {
    expect((await reveal()).status).toBe(200);
    expect((await reveal()).status).toBe(200);
    expect((await reveal()).status).toBe(429);
    const events = (await recorded()).map(({ security_event: name, outcome, source }) => [
      name,
      outcome,
      source,
    ]);
    expect(events).toEqual([
      ['ssn_revealed', 'succeeded', client],
      ['ssn_revealed', 'succeeded', client],
      ['bulk_reveal', 'refused', client],
      // From the audit trail, at half of the budget.
      ['bulk_reveal', 'succeeded', undefined],
    ]);
  });

  test('that asks for SSNs beyond its budget of misses', async () => {
    const search = (ssn: string) => brand.call('POST', '/customers/search', { body: { ssn }, headers: from });
    expect((await search('512-48-7392')).status).toBe(200);
    expect((await search('512-48-7393')).status).toBe(429);
    expect(await recorded()).toMatchObject([
      { security_event: 'ssn_probing', outcome: 'refused', source: client, key: brand.key.identity },
    ]);
  });

  test('whose signature is not valid', async () => {
    const path = `/callbacks/kyc/${brand.brandId}/${randomUUID()}`;
    const headers = { ...from, 'webhook-id': canary, 'webhook-timestamp': '1', 'webhook-signature': canary };
    await brand.call('POST', path, { body: { run_id: randomUUID() }, headers });
    const [event, ...more] = await recorded();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ security_event: 'signature_refused', outcome: 'refused', source: client });
    expect([event?.key, event?.brand_id]).toEqual([undefined, undefined]);
  });

  test('that meets a row which the service did not write', async () => {
    const identity = randomUUID();
    await world.sql(
      `insert into api_keys (brand_id, identity, name, scopes, digest, created_at, version, proof)
       select brand_id, $1, 'planted', scopes, digest, created_at, 1, proof from api_keys where identity = $2`,
      [identity, brand.key.identity],
    );
    const answer = await brand.call('GET', '/customers', { headers: { ...from, Identity: identity } });
    await world.sql('delete from api_keys where identity = $1', [identity]);
    expect(answer.status).toBe(503);
    const events = await recorded();
    expect(events).toMatchObject([
      {
        security_event: 'record_altered',
        severity: 'alert',
        outcome: 'detected',
        source: client,
        key: identity,
      },
    ]);
  });

  test('that does nothing odd leaves no event', async () => {
    await brand.call('GET', '/customers');
    await brand.call('GET', `/customers/${randomUUID()}`);
    await fetch(`${world.url}/docs`);
    await fetch(`${world.url}/none`);
    expect(await recorded()).toEqual([]);
  });
});

test('every command that an investigation asks about', async () => {
  const { system } = world;
  const key = await createKey(system, brand.brandId, { name: canary });
  await replaceSecret(system, brand.brandId, key, 1);
  await revokeBrandKey(system, brand.brandId, key.identity);
  const url = `https://${canary}.example.com`;
  await createProgram(system, brand.brandId, canary, { provider: 'http', url });
  await setProgram(system, brand.brandId, canary, { provider: 'manual' });
  await exportCustomers(
    system,
    brand.brandId,
    async () => undefined,
    () => undefined,
  );
  await exportAudit(
    system,
    brand.brandId,
    {},
    async () => undefined,
    () => undefined,
  );
  const events = await recorded();
  expect(events.map(({ security_event: name, operation }) => `${name}: ${operation}`)).toEqual([
    'key_created: keys create',
    'key_rotated: keys rotate',
    'key_revoked: keys revoke',
    'provider_changed: programs create',
    'provider_changed: programs set',
    'data_exported: export customers',
    'data_exported: export audit',
  ]);
  for (const event of events) expect(event).toMatchObject({ outcome: 'succeeded', brand_id: brand.brandId });
  expect(events.slice(0, 3).map((event) => event.key)).toEqual([key.identity, key.identity, key.identity]);
});

describe('the source address', () => {
  const anyCertificate = new Agent({ connect: { rejectUnauthorized: false } });
  afterAll(() => anyCertificate.close());
  const sourceFor = async (server: World, headers: Readonly<Record<string, string>>) => {
    const start = server.log.length;
    await fetch(`${server.url}${apiPrefix}/customers`, { headers, dispatcher: anyCertificate });
    const lines = server.log.slice(start).map((line) => JSON.parse(line));
    return lines.find(({ security_event: name }) => name !== undefined)?.source;
  };

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    // Only what the last proxy wrote counts; the client wrote the rest.
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [`${canary}`, '127.0.0.1'],
    [`203.0.113.7, ${canary}`, '127.0.0.1'],
  ])('behind a declared proxy that forwards %j', async (forwarded, source) => {
    expect(await sourceFor(world, { 'X-Forwarded-For': forwarded })).toBe(source);
  });

  test('is the peer where the peer is no declared proxy', async () => {
    const direct = await openWorld({ apiOnly: true });
    // In plain HTTP such a peer would be refused before it is a source.
    const overTls = await openWorld({
      apiOnly: true,
      env: {
        CLIENTELE_TRUST_PROXY: '10.0.0.0/8',
        CLIENTELE_TLS_CERT_FILE: 'test/installation/cli/localhost-cert.pem',
        CLIENTELE_TLS_KEY_FILE: 'test/installation/cli/localhost-key.pem',
      },
    });
    try {
      for (const server of [direct, overTls]) {
        expect(await sourceFor(server, from)).toBe('127.0.0.1');
        expect(await sourceFor(server, { Forwarded: 'for=203.0.113.7' })).toBe('127.0.0.1');
      }
    } finally {
      await overTls.close();
      await direct.close();
    }
  });
});

test('no event says anything that a person, a client or an operator wrote', () => {
  const lines = world.log.filter((line) => line.includes('security_event'));
  expect(lines.length).toBeGreaterThan(20);
  const allowed = [...Object.keys(securityEventMembers), 'level', 'time'];
  for (const line of lines) {
    expect(Object.keys(JSON.parse(line)).filter((name) => !allowed.includes(name))).toEqual([]);
    for (const secret of [canary, canarySsn, brand.key.authorization])
      expect(line.toLowerCase()).not.toContain(secret.toLowerCase());
  }
});

test('the metrics count the events by name, those that never happened too', async () => {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  const counts = [...text.matchAll(/^clientele_security_events_total\{event="(\w+)"\} (\d+)$/gm)];
  expect(counts.map(([, name]) => name).sort()).toEqual(Object.keys(securityEvents).sort());
  const told = Object.fromEntries(counts.map(([, name, count]) => [name, Number(count)]));
  expect(told).toMatchObject({ ssn_revealed: 2, signature_refused: 1, events_dropped: 0 });
});
