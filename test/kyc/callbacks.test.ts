import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { millisOf, plusSeconds } from '../../src/domain/time.ts';
import { createProgram, programFacts, setProgram } from '../../src/operations/kyc/programs.ts';
import { signStandard } from '../../src/providers/signature.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** A decision service that calls back: what a good signature moves, and that nothing else moves anything. */

let world: World;
let brand: BrandClient;
let programId: string;
let secret: string;
beforeAll(async () => {
  // The worker would move a verification between the call that starts it and the statement that lets it rest.
  world = await openWorld({ apiOnly: true });
  brand = await world.brand();
  const settings = { provider: 'http', url: 'https://decisions.example.com' };
  const made = await createProgram(world.system, brand.brandId, 'lending', settings);
  programId = made.programId;
  secret = made.secret ?? '';
}, 120_000);
afterAll(() => world.close());

/** A verification that is due in a year. */
async function resting(): Promise<string> {
  const { customer_id } = (await newCustomer(brand)).json;
  await brand.call('POST', `/customers/${customer_id}/verification-kyc`, { body: { program_id: programId } });
  const [row] = await world.sql(
    "update kyc_runs set poll_at = now() + interval '1 year' where customer_id = $1 returning run_id",
    [customer_id],
  );
  return String(row?.['run_id']);
}

const restsStill = async (runId: string): Promise<boolean> =>
  (
    await world.sql("select 1 from kyc_runs where run_id = $1 and poll_at > now() + interval '300 days'", [
      runId,
    ])
  ).length === 1;

interface Call {
  readonly body: string;
  readonly key?: string;
  readonly program?: string;
  readonly seconds?: number;
}

function callBack({ body, key = secret, program = programId, seconds = 0 }: Call) {
  const at = Math.floor(millisOf(plusSeconds(world.system.now(), seconds)) / 1_000);
  const headers = {
    'Content-Type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at),
    'webhook-signature': signStandard(key, 'msg_1', at, body),
  };
  return brand.call('POST', `/callbacks/kyc/${brand.brandId}/${program}`, { raw: body, headers });
}

test('a signed callback makes its verification due, and its content is ignored', async () => {
  const runId = await resting();
  const answer = await callBack({ body: JSON.stringify({ run_id: runId, state: 'approved' }) });
  expect([answer.status, answer.json]).toEqual([200, 'Callback received']);
  expect(await restsStill(runId)).toBe(false);
  const [run] = await world.sql('select status from kyc_runs where run_id = $1', [runId]);
  expect(run?.['status']).toBe('submitted');
});

test('a callback about an unknown verification gets the same answer', async () => {
  expect((await callBack({ body: JSON.stringify({ run_id: randomUUID() }) })).status).toBe(200);
});

test.each([
  ['under another secret', { key: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }],
  ['that is an hour old', { seconds: -3_600 }],
  ['from the future', { seconds: 3_600 }],
  ['for another program', { program: randomUUID() }],
])('a callback %s changes nothing', async (_what, more) => {
  const runId = await resting();
  const answer = await callBack({ body: JSON.stringify({ run_id: runId }), ...more });
  expect(answer.json).toMatchObject({ Status: 401, Code: 'auth_err' });
  expect(await restsStill(runId)).toBe(true);
});

test('a new provider gets a new secret, which is shown once, and the old one becomes invalid', async () => {
  const settings = { provider: 'http', url: 'https://elsewhere.example.com' };
  const changed = await setProgram(world.system, brand.brandId, 'lending', settings);
  expect((await callBack({ body: JSON.stringify({ run_id: randomUUID() }) })).status).toBe(401);
  secret = changed.secret ?? '';
  expect((await callBack({ body: JSON.stringify({ run_id: randomUUID() }) })).status).toBe(200);
  const listed = JSON.stringify(await programFacts(world.system, brand.brandId));
  expect(listed).toContain('elsewhere.example.com');
  expect(listed).not.toContain(secret);
  const [stored] = await world.sql('select settings from programs where program_id = $1', [programId]);
  expect(JSON.stringify(stored)).not.toContain('elsewhere');
});
