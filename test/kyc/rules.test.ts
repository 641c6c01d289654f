import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import { documentTypes } from '../../src/domain/document-types.ts';
import type { RunId } from '../../src/domain/ids.ts';
import type { KycEvent, KycStatus } from '../../src/domain/kyc/verification.ts';
import { isRunning, kycEvents, kycStatuses, transitionOf } from '../../src/domain/kyc/verification.ts';
import { plusSeconds } from '../../src/domain/time.ts';
import type { KycFinding } from '../../src/providers/kyc.ts';
import { wallClock } from '../../src/runtime.ts';
import { rewrite } from '../rewrite.ts';
import type { KycFixture, Started } from './fixture.ts';
import { openKycFixture, racePatches } from './fixture.ts';

/** What holds for every verification, whatever is called and whatever a provider answers. */

let ahead = 0;
let fixture: KycFixture;
beforeAll(async () => {
  fixture = await openKycFixture({ now: () => plusSeconds(wallClock(), ahead) });
}, 120_000);
afterAll(() => fixture.world.close());

describe('the table', () => {
  test('handles every event, and none after the end', () => {
    for (const status of kycStatuses)
      for (const kycEvent of Object.keys(kycEvents) as KycEvent[]) {
        const transition = transitionOf(status, kycEvent);
        if (!isRunning(status)) expect(transition).toBeUndefined();
        if (transition) expect(kycStatuses).toContain(transition.status);
      }
  });

  test('returns an attempt only for an error', () => {
    for (const status of kycStatuses)
      for (const kycEvent of Object.keys(kycEvents) as KycEvent[]) {
        const transition = transitionOf(status, kycEvent);
        if (transition) expect(transition.attempt === 'given back').toBe(transition.status === 'error');
      }
  });
});

const findings: readonly (KycFinding | 'nothing')[] = [
  'nothing',
  ...(['pending', 'needs_input', 'review', 'approved', 'declined', 'expired', 'error'] as const).map(
    (state) => ({ state }),
  ),
  ...documentTypes.map((type) => ({ state: 'needs_document', documents: [type] }) as const),
];

/** One thing that a client, a reviewer or the provider does. */
type Action = (started: Started) => Promise<unknown>;
const call = (method: string, path: string, body: object) => fixture.brand.call(method, path, { body });
/** A verdict takes another person than the one who started the verification. */
const decide = async (runId: string, body: object) =>
  (await fixture.brand.colleague()).call('POST', `/kyc/reviews/${runId}/decision`, { body });

const actions: Readonly<Record<string, Action>> = {
  advance: ({ runId }) => fixture.advance(runId),
  'advance twice at once': ({ runId }) => Promise.all([fixture.advance(runId), fixture.advance(runId)]),
  rename: ({ customerId }) => call('PATCH', `/customers/${customerId}`, { last_name: 'Moneypenny' }),
  'rename back': ({ customerId }) => call('PATCH', `/customers/${customerId}`, { last_name: 'Bond' }),
  rephone: ({ customerId }) => call('PATCH', `/customers/${customerId}`, { phone: '650-555-0199' }),
  'start again': ({ customerId }) =>
    call('POST', `/customers/${customerId}/verification-kyc`, { program_id: fixture.programId }),
  'hand in': ({ customerId }) =>
    call('POST', `/customers/${customerId}/verification-kyc/documents`, documentsExample),
  approve: ({ runId }) => decide(runId, { decision: 'approve' }),
  decline: ({ runId }) => decide(runId, { decision: 'decline' }),
  'ask for documents': ({ runId }) =>
    decide(runId, {
      decision: 'request_documents',
      documents: ['government_id'],
    }),
  'rename and advance': (started) =>
    Promise.all([actions['rename']?.(started), fixture.advance(started.runId)]),
};

/** A customer and its verifications at one moment. */
async function seen({ customerId }: Started) {
  for (;;) {
    const before = await fixture.brand.call('GET', `/customers/${customerId}`);
    const runs = await fixture.world.sql(
      'select run_id, status from kyc_runs where customer_id = $1 order by ordinal desc',
      [customerId],
    );
    const after = await fixture.brand.call('GET', `/customers/${customerId}`);
    if (before.text === after.text) return { customer: after.json, runs };
  }
}

/** What is wrong with them. */
async function violations(started: Started): Promise<readonly string[]> {
  const { customer, runs } = await seen(started);
  const statuses = runs.map(({ status }) => status as KycStatus);
  const found: string[] = [];
  for (const { run_id, status } of runs) {
    const judged = fixture.provider.applicants.get(run_id as RunId);
    if (status === 'passed' && judged?.last_name !== customer.last_name) found.push('passed other data');
  }
  const expected = statuses.includes('passed') ? 'passed' : statuses[0];
  if (customer.kyc_status !== expected) found.push(`shows ${customer.kyc_status} for ${expected}`);
  const left = 3 - statuses.filter((status) => status !== 'error').length;
  if (customer.kyc_requests_available !== left)
    found.push(`has ${customer.kyc_requests_available} starts and not ${left}`);
  return found;
}

test('no sequence of calls and answers violates a rule', { timeout: 600_000 }, async () => {
  const step = fc.tuple(fc.constantFrom(...findings), fc.constantFrom(...Object.keys(actions)));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      fixture.provider.say({ state: 'pending' });
      let started = await fixture.start();
      for (const [finding, action] of steps) {
        fixture.provider.say(finding);
        await actions[action]?.(started);
        const [newest] = await fixture.world.sql(
          'select run_id from kyc_runs where customer_id = $1 order by ordinal desc limit 1',
          [started.customerId],
        );
        started = { ...started, runId: newest?.['run_id'] as RunId };
        expect(await violations(started)).toEqual([]);
      }
    }),
    { numRuns: 60, seed: 20261124 },
  );
  expect(await fixture.strayChanges()).toEqual([]);
});

test('a violated rule fails the test', { timeout: 60_000 }, async () => {
  fixture.provider.say({ state: 'declined' });
  const started = await fixture.start();
  await fixture.advance(started.runId);
  await call('PATCH', `/customers/${started.customerId}`, { last_name: 'Moneypenny' });
  expect(await violations(started)).toEqual([]);
  await rewrite(fixture.brand, "update kyc_runs set status = 'passed', poll_at = null where run_id = $1", [
    started.runId,
  ]);
  expect(await violations(started)).toEqual(['passed other data', 'shows failed for passed']);
  expect(await fixture.strayChanges()).toEqual(['failed to passed']);
  await fixture.world.sql('delete from changes');
});

test('a PATCH of a locked field and a pass never both succeed', { timeout: 120_000 }, async () => {
  const { won, broken } = await racePatches(fixture, 40);
  expect(broken).toEqual([]);
  expect(won.pass + won.patch).toBe(40);
});

test('a verification with a provider that is silent for 3 days is given up and cancelled', {
  timeout: 60_000,
}, async () => {
  fixture.provider.say({ state: 'pending' });
  const started = await fixture.start();
  await fixture.advance(started.runId);
  fixture.provider.say('nothing');
  await fixture.advance(started.runId);
  ahead += 3 * 86_400 + 1;
  await fixture.advance(started.runId);
  const path = `/customers/${started.customerId}`;
  expect((await fixture.brand.call('GET', `${path}/verification-kyc`)).json.kyc_status).toBe('error');
  expect((await fixture.brand.call('GET', path)).json.kyc_requests_available).toBe(3);
  await fixture.advance(started.runId);
  expect(fixture.provider.cancelled.has(started.runId)).toBe(true);
});

test("the provider does not answer a reviewer's request for documents", { timeout: 60_000 }, async () => {
  fixture.provider.say({ state: 'review' });
  const started = await fixture.start();
  await fixture.advance(started.runId);
  await actions['ask for documents']?.(started);
  await fixture.advance(started.runId);
  const path = `/customers/${started.customerId}/verification-kyc`;
  expect((await fixture.brand.call('GET', path)).json).toMatchObject({ kyc_status: 'document_required' });
  await actions['hand in']?.(started);
  await fixture.advance(started.runId);
  expect((await fixture.brand.call('GET', path)).json).toMatchObject({ kyc_status: 'under_review' });
  await actions['approve']?.(started);
  const review = await fixture.brand.call('GET', `/kyc/reviews/${started.runId}`);
  expect(review.json).toMatchObject({ kyc_status: 'passed', changed_since_start: [] });
  expect(review.json.decisions.map((one: { decision: string }) => one.decision)).toEqual([
    'request_documents',
    'approve',
  ]);
  expect(review.json.applicant.ssn).toMatch(/^XXX-XX-/);
});
