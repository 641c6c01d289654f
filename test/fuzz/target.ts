import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { keyScopes } from '../../src/domain/scopes.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { createBrand } from '../../src/operations/brands/brands.ts';
import { createProgram } from '../../src/operations/kyc/programs.ts';
import type { System } from '../../src/operations/system.ts';
import type { Outbound } from '../../src/providers/outbound.ts';
import { person } from '../people.ts';
import type { TestTenant } from './requests.ts';
import { Pool } from './values.ts';

/** Stands in the values of every request, and must stand in no line of the log. */
export const canaryMarker = 'qzxv';

/** An outbound client without a network: half of the receivers accept, the others refuse. */
export function fakeOutbound(): Outbound {
  let count = 0;
  return {
    send: async () => {
      count += 1;
      const status = count % 2 === 0 ? 200 : 500;
      return {
        kind: 'answered',
        from: 'inside',
        status,
        headers: {},
        body: Buffer.from('ok'),
        truncated: false,
        timedOut: false,
      };
    },
    locate: async () => 'inside',
    close: async () => undefined,
  };
}

/** Counts lines of a log, and keeps those that show what was sent. */
export function watchedLog(): { readonly sink: Writable; readonly leaks: string[] } {
  const leaks: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      const line = String(chunk);
      if (line.toLowerCase().includes(canaryMarker) && leaks.length < 5) leaks.push(line);
      done();
    },
  });
  return { sink, leaks };
}

/** A brand of its own for each lane, so that lanes do not see each other's work. */
export async function newTenant(
  system: System,
  pool: Pool,
  foreign: TestTenant['foreign'],
): Promise<TestTenant> {
  const brand = await createBrand(system, `Fuzz ${randomUUID()}`);
  const key = await createKey(system, brand.brandId, { scopes: keyScopes });
  const colleague = await createKey(system, brand.brandId, { scopes: keyScopes });
  const narrow = await createKey(system, brand.brandId, { scopes: ['webhooks:read'] });
  for (const provider of ['sandbox', 'sandbox', 'manual'])
    pool.add(
      'program_id',
      (await createProgram(system, brand.brandId, randomUUID(), { provider })).programId,
    );
  pool.add('bond_brand_id', brand.brandId);
  pool.add('identity', key.identity);
  return { key, colleague, narrow, foreign };
}

/** Ids that exist, in a brand that no lane has a key of. */
export async function foreignIds({ system, url }: { readonly system: System; readonly url: string }) {
  const pool = new Pool();
  const { key } = await newTenant(system, pool, {});
  const headers = {
    Identity: key.identity,
    Authorization: key.authorization,
    'Content-Type': 'application/json',
  };
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}/api/v0.1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) throw new Error(`The other brand's ${path} answered ${answer.status}.`);
    pool.harvest(await answer.json());
  };
  await post('/customers', person());
  await post('/webhooks', { url: 'https://hooks.example.com/', events: ['*'] });
  const names = ['customer_id', 'address_id', 'webhook_id', 'program_id', 'bond_brand_id', 'identity'];
  return Object.fromEntries(names.map((name) => [name, pool.get(name)[0] ?? randomUUID()]));
}
