import { afterAll, beforeAll, expect, test } from 'vitest';
import { newCustomer } from '../samples/customers.ts';
import { finding } from '../samples/screening.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// Screening that is off costs nothing: no row, no statement, and no part of one.

let world: World;
let brand: BrandClient;
/** The names of the statements that were sent. */
const sent: string[] = [];
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
  const db = world.system.db as {
    -readonly [Name in 'run' | 'read' | 'runTogether']: World['system']['db'][Name];
  };
  for (const name of ['run', 'read', 'runTogether'] as const) {
    const before = db[name];
    db[name] = (query, values) => {
      sent.push(query.name);
      return before(query, values);
    };
  }
});
afterAll(() => world.close());

/** The statements of a create and a change of the name, without those of background work. */
async function statementsOfWrites(): Promise<readonly string[]> {
  const { customer_id: id } = (await newCustomer(brand)).json;
  sent.length = 0;
  await newCustomer(brand);
  await brand.call('PATCH', `/customers/${id}`, { body: { first_name: 'Ernst' } });
  return sent.filter((name) => name.startsWith('customer_')).sort();
}

test('a create and a change of the name send the same number of statements, and ask for no check', async () => {
  const off = await statementsOfWrites();
  expect(off.join('\n')).not.toMatch(/screen/);
  for (const table of ['screening_queue', 'screening_rounds', 'screening_state', 'screenings'])
    expect(await world.sql(`select 1 from ${table}`)).toEqual([]);
  Object.assign(world.system, { screening: finding() });
  const on = await statementsOfWrites();
  Object.assign(world.system, { screening: undefined });
  expect(on).toHaveLength(off.length);
  expect(on.filter((name) => / screen\b/.test(name))).toHaveLength(2);
  expect(on.map((name) => name.replace(/ screen\b/, ''))).toEqual(off);
});

test('background work never asks about checks', async () => {
  sent.length = 0;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.filter((name) => name.includes('screen'))).toEqual([]);
});
