import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { person } from './people.ts';
import type { BrandClient, World } from './world.ts';
import { openWorld } from './world.ts';

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld();
  brand = await world.brand();
});
afterAll(() => world.close());

describe('a customer', () => {
  test('is read back as it was created', async () => {
    const created = await brand.call('POST', '/customers', { body: person() });
    expect(created.status).toBe(201);
    const read = await brand.call('GET', `/customers/${created.json.customer_id}`);
    expect(read.status).toBe(200);
    expect(created.text.replaceAll('+00:00', '')).toBe(read.text);
  });
});
