import { afterAll, beforeAll, expect, test } from 'vitest';
import { startedPath } from '../../../kyc/waiting.ts';
import { rewrite } from '../../../rewrite.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld } from '../../../world.ts';

// The attacker can write every table, but has no key. What is shown about a verification depends on other rows, too: on
// the customer's pass and on the program. The planted fault is the same change made with the key (`rewrite`).

let world: World;
let brand: BrandClient;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
});
afterAll(() => world.close());

const altered = { Status: 503, Code: 'record_altered' };

/** A customer whose verification has passed, and each path that tells of it. */
async function passed() {
  const id = (await startedPath(brand)).split('/')[2] ?? '';
  await rewrite(
    brand,
    `with run as (
       update kyc_runs set status = 'passed', revision = revision + 1, poll_at = null, updated_at = now()
        where customer_id = $1
     ) update customers set version = version + 1, kyc_status = 'passed', kyc_passed_at = now() where customer_id = $1`,
    [id],
  );
  const { data } = (await brand.call('GET', `/customers/${id}/verifications`)).json;
  const one = `/customers/${id}/verifications/${data[0].verification_id}`;
  return { id, paths: [`/customers/${id}/verification-kyc`, `/customers/${id}/verifications`, one] };
}

const statuses = async (paths: readonly string[]) =>
  Promise.all(
    paths.map(async (path) => {
      const { json } = await brand.call('GET', path);
      return (json.data?.[0] ?? json).kyc_status;
    }),
  );

/** So that the pass counts as ended. */
const end = "kyc_passed_at = now() + interval '1 hour'";

test('a verification is not shown with a pass whose time was changed', async () => {
  const { id, paths } = await passed();
  expect(await statuses(paths)).toEqual(['passed', 'passed', 'passed']);
  await world.sql(`update customers set ${end} where customer_id = $1`, [id]);
  for (const path of paths) expect((await brand.call('GET', path)).json, path).toMatchObject(altered);
});

test('a pass whose time the service itself had changed would be believed', async () => {
  const { id, paths } = await passed();
  await rewrite(brand, `update customers set ${end}, version = version + 1 where customer_id = $1`, [id]);
  expect(await statuses(paths)).not.toContain('passed');
});

test('a verification is not shown with a program whose name was changed', async () => {
  const { paths } = await passed();
  const rename = 'update programs set name = $2 where brand_id = $1';
  await world.sql(rename, [brand.brandId, 'other']);
  for (const path of paths.slice(1))
    expect((await brand.call('GET', path)).json, path).toMatchObject(altered);
  await world.sql(rename, [brand.brandId, 'default']);
  await rewrite(brand, rename, [brand.brandId, 'renamed']);
  expect((await brand.call('GET', paths[2] ?? '')).json).toMatchObject({ program: 'renamed' });
});
