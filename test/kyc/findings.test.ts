import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentsExample } from '../../src/contract/kyc/examples.ts';
import type { KycFixture, Started } from './fixture.ts';
import { openKycFixture } from './fixture.ts';

// What an examiner asks of an identification stays with it: the documents, the methods and their results, and how a
// discrepancy was resolved (31 CFR 1020.220(a)(3)(i)).

let kyc: KycFixture;
beforeAll(async () => {
  kyc = await openKycFixture();
});
afterAll(() => kyc.world.close());

const checks = [
  { method: 'database', result: 'confirmed', source: 'LexisNexis' },
  { method: 'document', result: 'inconclusive' },
] as const;
const discrepancies = 'The bureau had her maiden name. The certificate of marriage was seen.';

const recordOf = async ({ customerId, runId }: Started) =>
  (await kyc.brand.call('GET', `/customers/${customerId}/verifications/${runId}`)).json;
const decide = async ({ runId }: Started, body: object) =>
  (await kyc.brand.colleague()).call('POST', `/kyc/reviews/${runId}/decision`, { body });

/** A verification that a reviewer has to decide on, by reasons of the provider. */
async function underReview(): Promise<Started> {
  kyc.provider.say({ state: 'review' }, { checks, reasons: ['name.mismatch'] });
  const started = await kyc.start();
  await kyc.advance(started.runId);
  return started;
}

describe('what a provider found', () => {
  test('is kept with the state that it led to, and with the provider of that time', async () => {
    const started = await underReview();
    const { findings, kyc_status: status } = await recordOf(started);
    expect(status).toBe('under_review');
    expect(findings).toEqual([
      {
        source: 'sandbox',
        state: 'review',
        checks,
        reasons: ['name.mismatch'],
        date_found: expect.anything(),
      },
    ]);
    kyc.provider.say({ state: 'declined' }, { reasons: ['name.fraud'] });
    await kyc.advance(started.runId);
    const after = await recordOf(started);
    expect(after.findings).toMatchObject([
      { state: 'review' },
      { state: 'declined', reasons: ['name.fraud'] },
    ]);
    await kyc.world.sql('select 1');
    const [entry] = await kyc.world.sql(
      `select count(*)::int as named from kyc_findings f where run_id = $1 and exists (
         select from journal where body like '%"finding_id":"' || f.finding_id || '"%'
         union all select from audit where body like '%"finding_id":"' || f.finding_id || '"%')`,
      [started.runId],
    );
    expect(entry?.['named']).toBe(2);
  });

  test('that changes nothing is not kept again', async () => {
    const started = await underReview();
    await kyc.advance(started.runId);
    expect((await recordOf(started)).findings).toHaveLength(1);
  });
});

describe('what a reviewer found', () => {
  test('is kept beside the decision, and shown with it, present or deleted', async () => {
    const started = await underReview();
    expect((await decide(started, { decision: 'approve', checks, discrepancies })).status).toBe(200);
    const { findings, decisions } = await recordOf(started);
    expect(decisions).toHaveLength(1);
    expect(findings.at(-1)).toEqual({
      source: 'reviewer',
      found_by: decisions[0].decided_by,
      state: 'approve',
      checks,
      discrepancies,
      date_found: decisions[0].date_decided,
    });
    await kyc.brand.call('DELETE', `/customers/${started.customerId}`);
    const path = `/restricted-customers/${started.customerId}/verifications/${started.runId}`;
    expect((await kyc.brand.call('GET', path)).json.findings).toEqual(findings);
  });

  test('is nothing where the reviewer says nothing of it', async () => {
    const started = await underReview();
    await decide(started, { decision: 'approve', checks: [], note: 'Seen.' });
    expect((await recordOf(started)).findings).toHaveLength(1);
  });

  test.each([
    [{ checks: [{ method: 'magic', result: 'confirmed' }] }, 'checks.0.method'],
    [{ checks: [{ method: 'document' }] }, 'checks.0.result'],
    [{ checks: [{ method: 'document', result: 'confirmed', source: ' ' }] }, 'checks.0.source'],
    [{ checks: Array(21).fill(checks[1]) }, 'checks'],
    [{ discrepancies: '' }, 'discrepancies'],
    [{ discrepancies: 'a'.repeat(1_001) }, 'discrepancies'],
  ])('%j is refused', async (wrong, field) => {
    const started = await underReview();
    const refused = await decide(started, { decision: 'approve', ...wrong });
    expect(refused.json).toMatchObject({ Status: 400, Message: { [field]: expect.anything() } });
  });
});

test.each([
  ['another source', "source = 'http'"],
  ['a reviewer', 'found_by = gen_random_uuid()'],
  ['another time', "found_at = found_at - interval '1 day'"],
])('a finding with %s is not believed', async (_, change) => {
  const started = await underReview();
  await kyc.world.sql(`update kyc_findings set ${change} where run_id = $1`, [started.runId]);
  expect((await recordOf(started)).Code).toBe('record_altered');
});

describe('a government id', () => {
  test('shows its facts with the end of its number, and the whole number beside the image', async () => {
    kyc.provider.say({ state: 'needs_document', documents: ['government_id'] });
    const started = await kyc.start();
    await kyc.advance(started.runId);
    const path = `/customers/${started.customerId}`;
    const sent = await kyc.brand.call('POST', `${path}/verification-kyc/documents`, {
      body: documentsExample,
    });
    expect(sent.status).toBe(200);
    const { number, issuer, issued_on, expires_on } = documentsExample.government_id;
    const record = await recordOf(started);
    const masked = { number: `XXXX${number.slice(-4)}`, issuer, issued_on, expires_on };
    expect(record.files).toMatchObject([masked]);
    expect(JSON.stringify(record)).not.toContain(number);
    const review = await kyc.brand.call('GET', `/kyc/reviews/${started.runId}`);
    expect(review.json.files).toMatchObject([masked]);
    const file = `/kyc/reviews/${started.runId}/documents/${record.files[0].document_id}`;
    expect((await kyc.brand.call('GET', file)).json).toMatchObject({ number });
    await kyc.brand.call('DELETE', path);
    const kept = `/restricted-customers/${started.customerId}/verifications/${started.runId}`;
    expect((await kyc.brand.call('GET', kept)).json.files).toMatchObject([masked]);
    const whole = `${kept}/documents/${record.files[0].document_id}`;
    expect((await kyc.brand.call('GET', whole)).json).toMatchObject({ number });
  });
});
