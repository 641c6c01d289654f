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
import type { Stage, Started } from './stage.ts';
import { openStage, racePatches } from './stage.ts';

/** What holds for every verification, whatever is called and whatever a provider answers. */

let ahead = 0;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ now: () => plusSeconds(wallClock(), ahead) });
}, 120_000);
afterAll(() => stage.world.close());

describe('the table', () => {
  test('has an answer for everything that can happen, and none for what has ended', () => {
    for (const status of kycStatuses)
      for (const kycEvent of Object.keys(kycEvents) as KycEvent[]) {
        const transition = transitionOf(status, kycEvent);
        if (!isRunning(status)) expect(transition).toBeUndefined();
        if (transition) expect(kycStatuses).toContain(transition.status);
      }
  });

  test('gives an attempt back for an error and for nothing else', () => {
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
const call = (method: string, path: string, body: object) => stage.brand.call(method, path, { body });

const actions: Readonly<Record<string, Action>> = {
  advance: ({ runId }) => stage.advance(runId),
  'advance twice at once': ({ runId }) => Promise.all([stage.advance(runId), stage.advance(runId)]),
  rename: ({ customerId }) => call('PATCH', `/customers/${customerId}`, { last_name: 'Moneypenny' }),
  'rename back': ({ customerId }) => call('PATCH', `/customers/${customerId}`, { last_name: 'Bond' }),
  rephone: ({ customerId }) => call('PATCH', `/customers/${customerId}`, { phone: '650-555-0199' }),
  'start again': ({ customerId }) =>
    call('POST', `/customers/${customerId}/verification-kyc`, { program_id: stage.programId }),
  'hand in': ({ customerId }) =>
    call('POST', `/customers/${customerId}/verification-kyc/documents`, documentsExample),
  approve: ({ runId }) => call('POST', `/kyc/reviews/${runId}/decision`, { decision: 'approve' }),
  decline: ({ runId }) => call('POST', `/kyc/reviews/${runId}/decision`, { decision: 'decline' }),
  'ask for documents': ({ runId }) =>
    call('POST', `/kyc/reviews/${runId}/decision`, {
      decision: 'request_documents',
      documents: ['government_id'],
    }),
  'rename and advance': (started) =>
    Promise.all([actions['rename']?.(started), stage.advance(started.runId)]),
};

/** A customer and its verifications at one moment. */
async function seen({ customerId }: Started) {
  for (;;) {
    const before = await stage.brand.call('GET', `/customers/${customerId}`);
    const runs = await stage.world.sql(
      'select run_id, status from kyc_runs where customer_id = $1 order by ordinal desc',
      [customerId],
    );
    const after = await stage.brand.call('GET', `/customers/${customerId}`);
    if (before.text === after.text) return { customer: after.json, runs };
  }
}

/** What is wrong with them. */
async function violations(started: Started): Promise<readonly string[]> {
  const { customer, runs } = await seen(started);
  const statuses = runs.map(({ status }) => status as KycStatus);
  const found: string[] = [];
  for (const { run_id, status } of runs) {
    const judged = stage.provider.applicants.get(run_id as RunId);
    if (status === 'passed' && judged?.last_name !== customer.last_name) found.push('passed other data');
  }
  const expected = statuses.includes('passed') ? 'passed' : statuses[0];
  if (customer.kyc_status !== expected) found.push(`shows ${customer.kyc_status} for ${expected}`);
  const left = 3 - statuses.filter((status) => status !== 'error').length;
  if (customer.kyc_requests_available !== left)
    found.push(`has ${customer.kyc_requests_available} starts and not ${left}`);
  return found;
}

test('no sequence of calls and answers breaks a rule', { timeout: 600_000 }, async () => {
  const step = fc.tuple(fc.constantFrom(...findings), fc.constantFrom(...Object.keys(actions)));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      stage.provider.say({ state: 'pending' });
      let started = await stage.start();
      for (const [finding, action] of steps) {
        stage.provider.say(finding);
        await actions[action]?.(started);
        const [newest] = await stage.world.sql(
          'select run_id from kyc_runs where customer_id = $1 order by ordinal desc limit 1',
          [started.customerId],
        );
        started = { ...started, runId: newest?.['run_id'] as RunId };
        expect(await violations(started)).toEqual([]);
      }
    }),
    { numRuns: 60, seed: 20261124 },
  );
  expect(await stage.strayChanges()).toEqual([]);
});

test('a rule that is broken would be noticed', { timeout: 60_000 }, async () => {
  stage.provider.say({ state: 'declined' });
  const started = await stage.start();
  await stage.advance(started.runId);
  await call('PATCH', `/customers/${started.customerId}`, { last_name: 'Moneypenny' });
  expect(await violations(started)).toEqual([]);
  await stage.world.sql("update kyc_runs set status = 'passed', poll_at = null where run_id = $1", [
    started.runId,
  ]);
  expect(await violations(started)).toEqual(['passed other data', 'shows failed for passed']);
  expect(await stage.strayChanges()).toEqual(['failed to passed']);
  await stage.world.sql('delete from changes');
});

test('a PATCH of a locked field and a pass are never both taken', { timeout: 120_000 }, async () => {
  const { won, broken } = await racePatches(stage, 40);
  expect(broken).toEqual([]);
  expect(won.pass + won.patch).toBe(40);
});

test('a provider that is silent for 3 days is given up, and told so', { timeout: 60_000 }, async () => {
  stage.provider.say({ state: 'pending' });
  const started = await stage.start();
  await stage.advance(started.runId);
  stage.provider.say('nothing');
  await stage.advance(started.runId);
  ahead += 3 * 86_400 + 1;
  await stage.advance(started.runId);
  const path = `/customers/${started.customerId}`;
  expect((await stage.brand.call('GET', `${path}/verification-kyc`)).json.kyc_status).toBe('error');
  expect((await stage.brand.call('GET', path)).json.kyc_requests_available).toBe(3);
  await stage.advance(started.runId);
  expect(stage.provider.cancelled.has(started.runId)).toBe(true);
});

test('what a reviewer asked for is not answered by the provider', { timeout: 60_000 }, async () => {
  stage.provider.say({ state: 'review' });
  const started = await stage.start();
  await stage.advance(started.runId);
  await actions['ask for documents']?.(started);
  await stage.advance(started.runId);
  const path = `/customers/${started.customerId}/verification-kyc`;
  expect((await stage.brand.call('GET', path)).json).toMatchObject({ kyc_status: 'document_required' });
  await actions['hand in']?.(started);
  await stage.advance(started.runId);
  expect((await stage.brand.call('GET', path)).json).toMatchObject({ kyc_status: 'under_review' });
  await actions['approve']?.(started);
  const review = await stage.brand.call('GET', `/kyc/reviews/${started.runId}`);
  expect(review.json).toMatchObject({ kyc_status: 'passed', changed_since_start: [] });
  expect(review.json.decisions.map((one: { decision: string }) => one.decision)).toEqual([
    'request_documents',
    'approve',
  ]);
  expect(review.json.applicant.ssn).toMatch(/^XXX-XX-/);
});
