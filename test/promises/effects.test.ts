import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiPrefix } from '../../src/contract/table.ts';
import { person } from '../people.ts';
import { openWorld } from '../world.ts';
import type { DeploymentKey, ServeProcess } from './durability/serving.ts';
import { buildProgram, databasePids, killAll, newDataDir, serve } from './durability/serving.ts';
import { duplicateErrors } from './effects/duplicates.ts';
import type { Failpoint } from './effects/failpoints.ts';
import { failpoints } from './effects/failpoints.ts';

describe('twenty duplicates at once', () => {
  test('have one effect, one event, one entry and one answer for every operation', {
    timeout: 120_000,
  }, async () => {
    const world = await openWorld();
    expect(await duplicateErrors(await world.brand(), 42, 20)).toEqual([]);
    await world.close();
  });

  test('have more if the change does not claim the key itself', { timeout: 120_000 }, async () => {
    const world = await openWorld();
    // Each claim is made under another key, as if it were not looked at.
    await world.sql(`create function forget() returns trigger language plpgsql as
      $$ begin new.key := sha256(gen_random_uuid()::text::bytea); return new; end $$`);
    await world.sql(
      'create trigger forget before insert on idempotency for each row execute function forget()',
    );
    const complaints = await duplicateErrors(await world.brand(), 12, 5);
    expect(complaints.join('\n')).toMatch(/createAddress has \d+ entries/);
    await world.close();
  });
});

describe('a process that is killed', () => {
  let program: string;
  let dataDir: string;
  let served: ServeProcess;
  let key: DeploymentKey;

  beforeAll(async () => {
    program = await buildProgram('test/promises/effects/serve.ts');
    dataDir = await newDataDir();
    served = await serve(program, dataDir, { wantsKey: true });
    if (!served.key) throw new Error('A key was wished for.');
    key = served.key;
  }, 120_000);
  afterAll(async () => {
    await served.stop();
    killAll(await databasePids(dataDir));
    for (const folder of [program, dataDir]) await rm(folder, { recursive: true, force: true });
  });

  async function call(method: string, path: string, idempotencyKey?: string, body?: object) {
    const response = await fetch(`${served.url}${apiPrefix}${path}`, {
      method,
      headers: {
        Identity: key.identity,
        Authorization: key.authorization,
        ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
    return { status: response.status, json: (await response.json()) as any };
  }

  /** Sends a create, dies at the point, comes back, and sends it again under `again`; counts what came of it. */
  async function effectsOf(point: Failpoint, keys: readonly [string, string]) {
    const email = `${randomUUID()}@example.com`;
    const { ssn: _ssn, ...body } = person({ email });
    writeFileSync(join(dataDir, 'failpoint'), point);
    const first = await call('POST', '/customers', keys[0], body).catch(() => undefined);
    // Where the point lies behind the answer the process dies a moment later.
    await expect
      .poll(
        () =>
          call('GET', '/customers?per_page=1').then(
            () => 'alive',
            () => 'dead',
          ),
        { timeout: 60_000 },
      )
      .toBe('dead');
    rmSync(join(dataDir, 'failpoint'));
    await served.kill('app');
    served = await serve(program, dataDir);
    const second = await call('POST', '/customers', keys[1], body);
    expect(second.status).toBe(201);
    if (first && keys[0] === keys[1]) expect(second.json).toEqual(first.json);
    const found = await call('POST', '/customers/search', undefined, { email });
    const counts = await Promise.all(
      found.json.map(async ({ customer_id }: { customer_id: string }) => {
        // The search leaves an entry, too.
        const entries = async () =>
          (await call('GET', `/customers/${customer_id}/audit`)).json.data.filter(
            ({ operation }: { operation: string }) => operation === 'createCustomer',
          );
        await expect.poll(async () => (await entries()).length, { timeout: 60_000 }).toBeGreaterThan(0);
        const events = await call('GET', `/events?customer_id=${customer_id}`);
        return { entries: (await entries()).length, events: events.json.data.length };
      }),
    );
    return counts;
  }

  test.each(failpoints)(
    '%s has one effect when its request is repeated',
    { timeout: 120_000 },
    async (point) => {
      const same = randomUUID();
      expect(await effectsOf(point, [same, same])).toEqual([{ entries: 1, events: 1 }]);
    },
  );

  test('has two effects if the repeat has another key, so the test would notice two', {
    timeout: 120_000,
  }, async () => {
    const effects = await effectsOf('when the change is committed', [randomUUID(), randomUUID()]);
    expect(effects).toHaveLength(2);
  });
});
