import { describe, expect, test } from 'vitest';
import { checkDecision, decisions, kycEventOf } from '../../src/domain/kyc/review.ts';
import type { KycEvent, KycState, KycStatus } from '../../src/domain/kyc/verification.ts';
import {
  documentDeadlineSeconds,
  isLocked,
  isRunning,
  kycAfter,
  kycAfterPassEnded,
  kycAfterStart,
  kycEvents,
  kycFields,
  kycStatuses,
  silenceDeadlineSeconds,
  standingStatus,
  transitionOf,
} from '../../src/domain/kyc/verification.ts';
import type { Instant } from '../../src/domain/time.ts';
import { sandboxOutcome } from '../../src/domain/trigger-numbers.ts';

/** The rules of verifications, without a provider and without a database. */

const running = ['submitted', 'document_required', 'under_review'] as const;

/** Every change of a verification: from each running status, with each event, to a status. */
const changes: Readonly<Record<(typeof running)[number], Partial<Record<KycEvent, KycStatus>>>> = {
  submitted: { documents_wanted: 'document_required', review: 'under_review' },
  document_required: {
    pending: 'submitted',
    documents_wanted: 'document_required',
    review: 'under_review',
    documents_complete: 'submitted',
    overdue: 'expired',
  },
  under_review: { pending: 'submitted', documents_wanted: 'document_required' },
};
const ends: Partial<Record<KycEvent, KycStatus>> = {
  approved: 'passed',
  approved_other_data: 'error',
  declined: 'failed',
  expired: 'expired',
  error: 'error',
  silence: 'error',
};
const announced: Readonly<Record<KycStatus, string>> = {
  submitted: 'customer.updated',
  passed: 'kyc.verification.success',
  failed: 'kyc.verification.failure',
  document_required: 'kyc.verification.document_required',
  under_review: 'kyc.verification.under_review',
  error: 'kyc.verification.error',
  expired: 'kyc.verification.timeout',
};

describe('a verification', () => {
  const events = Object.keys(kycEvents) as KycEvent[];
  test.each(kycStatuses)(
    'that is %s changes as the table says, and announces what it has become',
    (status) => {
      for (const event of events) {
        const next = isRunning(status) ? { ...ends, ...changes[status] }[event] : undefined;
        const attempt = next === 'error' ? 'given back' : 'spent';
        const wanted = next && { status: next, event: announced[next], attempt };
        expect([event, transitionOf(status, event)]).toEqual([event, wanted]);
      }
    },
  );

  test('has 28 days for documents, and a provider three for an answer', () => {
    expect([documentDeadlineSeconds, silenceDeadlineSeconds]).toEqual([2_419_200, 259_200]);
  });
});

const [t1, t2] = ['2026-01-01T00:00:00.000000' as Instant, '2026-01-02T00:00:00.000000' as Instant];
const fresh: KycState = { status: undefined, passedAt: undefined, requestsAvailable: 3 };
const passedOnce: KycState = { status: 'passed', passedAt: t1, requestsAvailable: 1 };
const to = (status: KycStatus, attempt: 'spent' | 'given back' = 'spent') =>
  ({ status, event: 'customer.updated', attempt }) as const;

describe('the KYC state of a customer', () => {
  test('is locked by a pass, and by nothing else', () => {
    expect([isLocked(passedOnce), isLocked({ ...passedOnce, status: 'expired' }), isLocked(fresh)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('after a start', () => {
    expect(kycAfterStart(fresh)).toEqual({ status: 'submitted', passedAt: undefined, requestsAvailable: 2 });
    expect(kycAfterStart(passedOnce)).toEqual({ status: 'passed', passedAt: t1, requestsAvailable: 0 });
  });

  test.each<[string, KycState, KycState]>([
    ['a pass', kycAfter(fresh, to('passed'), true, t2), { ...fresh, status: 'passed', passedAt: t2 }],
    ['a second pass', kycAfter(passedOnce, to('passed'), true, t2), passedOnce],
    ['a failure after a pass', kycAfter(passedOnce, to('failed'), true, t2), passedOnce],
    ['a failure of the newest', kycAfter(fresh, to('failed'), true, t2), { ...fresh, status: 'failed' }],
    ['a failure of an older one', kycAfter(fresh, to('failed'), false, t2), fresh],
    [
      'a pass of an older one',
      kycAfter(fresh, to('passed'), false, t2),
      { ...fresh, status: 'passed', passedAt: t2 },
    ],
    [
      'an error, which gives the attempt back',
      kycAfter({ ...fresh, requestsAvailable: 1 }, to('error', 'given back'), true, t2),
      { status: 'error', passedAt: undefined, requestsAvailable: 2 },
    ],
    [
      'an error with every attempt left',
      kycAfter(fresh, to('error', 'given back'), true, t2),
      { ...fresh, status: 'error' },
    ],
  ])('after %s', (_what, after, wanted) => {
    expect(after).toEqual(wanted);
  });

  test('after the end of a pass lets at least one verification start', () => {
    const ended = { status: 'expired', passedAt: undefined };
    const none = { ...passedOnce, requestsAvailable: 0 };
    const two = { ...passedOnce, requestsAvailable: 2 };
    expect(kycAfterPassEnded(none)).toEqual({ ...ended, requestsAvailable: 1 });
    expect(kycAfterPassEnded(two)).toEqual({ ...ended, requestsAvailable: 2 });
  });

  test('names the fields that a change of it changes', () => {
    expect(kycFields(fresh, fresh)).toEqual([]);
    expect(kycFields(fresh, { ...fresh, status: 'failed' })).toEqual(['kyc_status']);
    expect(kycFields(fresh, { ...fresh, requestsAvailable: 2 })).toEqual(['kyc_requests_available']);
    expect(kycFields(fresh, kycAfterStart(fresh))).toEqual(['kyc_status', 'kyc_requests_available']);
  });

  test('lets a verification that passed count as long as the pass stands', () => {
    const run = (status: KycStatus, updatedAt = t1) => ({ status, updatedAt });
    expect(standingStatus(run('passed'), t1)).toBe('passed');
    expect(standingStatus(run('passed', t2), t1)).toBe('passed');
    expect(standingStatus(run('passed', t1), t2)).toBe('expired');
    expect(standingStatus(run('passed'), undefined)).toBe('expired');
    expect(standingStatus(run('failed'), undefined)).toBe('failed');
  });
});

describe('a decision', () => {
  const missing = { documents: ['Missing: name the documents to request.'] };
  const alone = { documents: ['Goes together with the decision request_documents.'] };
  const twice = { documents: ['Names a document twice.'] };
  const documents = ['government_id', 'proof_of_address'];
  test.each<[unknown, object]>([
    [{ decision: 'approve' }, {}],
    [{ decision: 'decline', note: 'x' }, {}],
    [{ decision: 'decline', note: '' }, { note: ['Must be between 1 and 500 characters.'] }],
    [{ decision: 'decline', note: 7 }, {}],
    [{ decision: 'request_documents', documents }, {}],
    [{ decision: 'request_documents' }, missing],
    [{ decision: 'request_documents', documents: [...documents, ...documents] }, twice],
    [{ decision: 'approve', documents }, alone],
    [{ decision: 7, documents }, {}],
    [{ documents: 'x' }, {}],
    [null, {}],
    ['request_documents', {}],
  ])('%j is told %j', (body, problems) => {
    expect(checkDecision(body).toObject()).toEqual(problems);
  });

  test('becomes an event of the verification', () => {
    const events = { approve: 'approved', decline: 'declined', request_documents: 'documents_wanted' };
    expect(Object.fromEntries(decisions.map((one) => [one, kycEventOf[one]]))).toEqual(events);
  });
});

test.each([
  ['000000000', { status: 'under_review' }],
  ['111111111', { status: 'document_required', documents: ['social_security_card', 'government_id'] }],
  ['222222222', { status: 'document_required', documents: ['government_id', 'proof_of_address'] }],
  ['333333333', { status: 'document_required', documents: ['government_id'] }],
  [
    '444444444',
    { status: 'document_required', documents: ['government_id', 'proof_of_address', 'social_security_card'] },
  ],
  ['888888888', { status: 'expired' }],
  ['999990000', { status: 'failed' }],
  ['123456789', { status: 'passed' }],
])('the sandbox ends %s with %j', (ssn, outcome) => {
  expect(sandboxOutcome(ssn)).toEqual(outcome);
});
