import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineVersions } from '../../../../src/operations/installation/doctor-proofs.ts';
import { rolledBackOf, watchForRollback } from '../../../../src/operations/installation/rollback.ts';
import { createProgram, setProgram } from '../../../../src/operations/kyc/programs.ts';
import type { BrandScope } from '../../../../src/store/scope.ts';
import { throwFailure } from '../../../../src/worker/task.ts';
import { changeRequest, defaultProgram, newCustomer, newWebhook } from '../../../contract-samples.ts';
import { newConsent } from '../../../samples/consents.ts';
import type { BrandClient, World } from '../../../world.ts';
import { openWorld, settled } from '../../../world.ts';
import { older, putBack, twice } from './put-back.ts';

// The attacker can write every table, but has no key. It puts back older rows of verifications, change requests, legal
// holds, programs and subscriptions, each without the customer, whose own version would show it.

let world: World;
let brand: BrandClient;
let scope: BrandScope;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  scope = { brandId: brand.brandId, db: world.system.db };
}, 180_000);
afterAll(() => world.close());

/** The rows that were found so far, as each test leaves its own. */
const known = new Set<string>();
async function found() {
  await settled(world);
  const all = (await rolledBackOf(scope)).filter((one) => !known.has(JSON.stringify(one)));
  for (const one of all) known.add(JSON.stringify(one));
  return all;
}

const hold = async (customer: string) =>
  String(
    (await brand.call('POST', `/customers/${customer}/legal-holds`, { body: { reason: 'Case 24-117.' } }))
      .json.hold_id,
  );

async function called(method: string, path: string, body: object, by: BrandClient = brand): Promise<void> {
  const { status, text } = await by.call(method, path, { body });
  if (status >= 300) throw new Error(text);
}

test('a verification that is put back as it was before its verdict is found', async () => {
  const id = String((await newCustomer(brand)).json.customer_id);
  const verification = { customer_id: id, program_id: await defaultProgram(brand) };
  await called('POST', `/customers/${id}/verification-kyc`, { program_id: verification.program_id });
  const [run] = await world.sql('select run_id from kyc_runs where customer_id = $1', [id]);
  const runId = String(run?.['run_id']);
  const fails = () => called('POST', '/simulate/kyc-fail', verification);
  await putBack(world, [['kyc_runs', 'run_id', runId]], fails);
  expect((await brand.call('GET', `/customers/${id}/verification-kyc`)).json.kyc_status).toBe('submitted');
  expect(await found()).toEqual([{ table: 'kyc_runs', id: runId, problem: older(1, 2) }]);
  // It passes now, and the trail has its second version twice.
  await called('POST', '/simulate/kyc-pass', verification);
  expect(await found()).toEqual([{ table: 'kyc_runs', id: runId, problem: twice }]);
  await world.sql('delete from kyc_runs where run_id = $1', [runId]);
  expect(await found()).toEqual([{ table: 'kyc_runs', id: runId, problem: 'is gone' }]);
});

test('a declined change request that is put back, and approved then, is found', async () => {
  const id = await changeRequest(brand);
  const decide = (decision: string) => called('POST', `/change-requests/${id}/decision`, { decision });
  await putBack(world, [['change_requests', 'change_request_id', id]], () => decide('decline'));
  expect(await found()).toEqual([{ table: 'change_requests', id, problem: older(1, 2) }]);
  await decide('approve');
  expect(await found()).toEqual([{ table: 'change_requests', id, problem: twice }]);
});

test('a released hold that is put back in the place of one that holds is found, and so is that one', async () => {
  const customer = String((await newCustomer(brand)).json.customer_id);
  const [released, holding] = [await hold(customer), await hold(customer)];
  const colleague = await brand.colleague();
  await putBack(world, [['legal_holds', 'hold_id', released]], () =>
    called(
      'POST',
      `/customers/${customer}/legal-holds/${released}/release`,
      { reason: 'The case is closed.' },
      colleague,
    ),
  );
  await world.sql('delete from legal_holds where hold_id = $1', [holding]);
  const all = await found();
  expect(all).toHaveLength(2);
  expect(all).toContainEqual({ table: 'legal_holds', id: released, problem: older(1, 2) });
  expect(all).toContainEqual({ table: 'legal_holds', id: holding, problem: 'is gone' });
});

test('a kept earlier value that is taken away, or moved to another customer, is found', async () => {
  const [one, other] = [await changed(), await changed()];
  await world.sql('delete from customer_history where customer_id = $1', [one.customer]);
  expect(await found()).toEqual([{ table: 'customer_history', id: one.history, problem: 'is gone' }]);
  await world.sql('update customer_history set customer_id = $1 where history_id = $2', [
    one.customer,
    other.history,
  ]);
  expect(await found()).toEqual([{ table: 'customer_history', id: other.history, problem: 'is gone' }]);
});

test('a consent that is taken away is found', async () => {
  const customer = String((await newCustomer(brand)).json.customer_id);
  const { consent_id: id } = (
    await brand.call('POST', `/customers/${customer}/consents`, { body: newConsent })
  ).json;
  expect(await found()).toEqual([]);
  await world.sql('delete from consents where consent_id = $1', [id]);
  expect(await found()).toEqual([{ table: 'consents', id, problem: 'is gone' }]);
});

async function changed() {
  const customer = String((await newCustomer(brand)).json.customer_id);
  await called('PATCH', `/customers/${customer}`, { last_name: 'Fleming' });
  const [row] = await world.sql('select history_id from customer_history where customer_id = $1', [customer]);
  // An earlier value may be shown any number of times.
  await brand.call('GET', `/customers/${customer}/history`);
  return { customer, history: String(row?.['history_id']) };
}

test('a program with the provider that it had before is found', async () => {
  const { system } = world;
  const { programId: id } = await createProgram(system, brand.brandId, 'Cards', { provider: 'sandbox' });
  const set = (provider: string) => setProgram(system, brand.brandId, id, { provider });
  await putBack(world, [['programs', 'program_id', id]], () => set('manual'));
  expect(await found()).toEqual([{ table: 'programs', id, problem: older(1, 2) }]);
  await set('manual');
  expect(await found()).toEqual([{ table: 'programs', id, problem: twice }]);
});

test('a subscription with its earlier URL, and one that was deleted, are found', async () => {
  const [moved, deleted] = [await subscription(), await subscription()];
  await putBack(world, [['webhooks', 'webhook_id', moved]], () =>
    called('PATCH', `/webhooks/${moved}`, { url: 'http://127.0.0.1:9/elsewhere' }),
  );
  expect(await found()).toEqual([{ table: 'webhooks', id: moved, problem: older(1, 2) }]);
  await called('PATCH', `/webhooks/${moved}`, { status: 'STATUS_DISABLED' });
  expect(await found()).toEqual([{ table: 'webhooks', id: moved, problem: twice }]);
  await putBack(world, [['webhooks', 'webhook_id', deleted]], () =>
    brand.call('DELETE', `/webhooks/${deleted}`),
  );
  expect(await found()).toEqual([{ table: 'webhooks', id: deleted, problem: 'was deleted' }]);
});

const subscription = async () =>
  String((await newWebhook(brand, { url: 'http://127.0.0.1:9/hooks' })).json.webhook_subscription.id);

test('the doctor names them, and the background slice raises an alarm for each', async () => {
  const tables = new Set((await rolledBackOf(scope)).map(({ table }) => table));
  expect([...tables].sort()).toEqual([
    'change_requests',
    'consents',
    'customer_history',
    'kyc_runs',
    'legal_holds',
    'programs',
    'webhooks',
  ]);
  const [finding] = await examineVersions(world.system.db);
  expect(finding).toMatchObject({ state: 'red' });
  const alarms = () => world.system.security.usage().events.get('record_altered') ?? 0;
  const before = alarms();
  const watched = await watchForRollback(world.system, throwFailure);
  expect(new Set(watched.map(({ table }) => table))).toEqual(tables);
  expect(alarms() - before).toBe(watched.length);
});

test('none of them would be found if the entries said nothing of these rows', async () => {
  await world.sql('alter table audit disable trigger user');
  const facts = 'record_version|run_version|change_request_id|hold_id|history_id|consent_id';
  await world.sql(`update audit set body = regexp_replace(body, '"(${facts})":', '"x":', 'g')`);
  expect(await rolledBackOf(scope)).toEqual([]);
});
