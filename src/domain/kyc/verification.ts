import type { Instant } from '../time.ts';
import type { EventType } from '../webhooks/events.ts';

export const kycStatuses = [
  'submitted',
  'passed',
  'failed',
  'document_required',
  'under_review',
  'error',
  'expired',
] as const;
export type KycStatus = (typeof kycStatuses)[number];

/** In these a verification goes on; in all others it has ended for good. */
export const runningStatuses = ['submitted', 'document_required', 'under_review'] as const;
export type RunningStatus = (typeof runningStatuses)[number];

export const isRunning = (status: KycStatus): status is RunningStatus =>
  (runningStatuses as readonly KycStatus[]).includes(status);

/** How many verifications a new customer may start. */
export const initialKycRequests = 3;

/** Seconds for which documents are waited for: 28 days. */
export const documentDeadlineSeconds = 28 * 86_400;

/** Seconds after which a provider that never gives an answer is given up: 3 days. */
export const silenceDeadlineSeconds = 3 * 86_400;

/** What a customer's own record says about its verifications. */
export interface KycState {
  readonly status: KycStatus | undefined;
  readonly passedAt: Instant | undefined;
  readonly requestsAvailable: number;
}

/** A customer is locked from the first pass on; what later runs say does not open it again. */
export const isLocked = (kyc: KycState): boolean => kyc.passedAt !== undefined;

/** Everything that can happen to a verification after its start. */
export const kycEvents = {
  pending: 'the provider is at it, or the person has something to do on its page',
  documents_wanted: 'the provider or a reviewer asks for documents',
  review: 'a person has to look at it',
  approved: 'the provider or a reviewer approves',
  approved_other_data: 'the same, but a field that a pass locks has changed since the start',
  declined: 'the provider or a reviewer declines',
  expired: 'the provider says that it ran out',
  error: 'the provider gives up',
  documents_complete: 'the last wanted document is handed in',
  overdue: 'the documents did not come within 28 days',
  silence: 'the provider has given no answer for 3 days',
} as const;
export type KycEvent = keyof typeof kycEvents;

export interface Transition {
  readonly status: KycStatus;
  /** What is announced. */
  readonly event: EventType;
  /** Whether the customer may start once more because of it. */
  readonly attempt: 'spent' | 'given back';
}

const to = (status: KycStatus, event: EventType, attempt: Transition['attempt'] = 'spent'): Transition => ({
  status,
  event,
  attempt,
});

const submitted = to('submitted', 'customer.updated');
const waiting = to('document_required', 'kyc.verification.document_required');
const reviewed = to('under_review', 'kyc.verification.under_review');
const expired = to('expired', 'kyc.verification.timeout');
const failedByUs = to('error', 'kyc.verification.error', 'given back');

/** However it stands, this ends it. */
const ends = {
  approved: to('passed', 'kyc.verification.success'),
  approved_other_data: failedByUs,
  declined: to('failed', 'kyc.verification.failure'),
  expired,
  error: failedByUs,
  silence: failedByUs,
} as const;

/**
 * The life of a verification: how it stands, and what happens, give how it stands then. `undefined`: nothing
 * changes. What is not running has no row, since nothing happens to it any more.
 */
export const kycTable: Readonly<Record<RunningStatus, Readonly<Record<KycEvent, Transition | undefined>>>> = {
  submitted: {
    ...ends,
    pending: undefined,
    documents_wanted: waiting,
    review: reviewed,
    documents_complete: undefined,
    overdue: undefined,
  },
  document_required: {
    ...ends,
    pending: submitted,
    documents_wanted: waiting,
    review: reviewed,
    documents_complete: submitted,
    overdue: expired,
  },
  under_review: {
    ...ends,
    pending: submitted,
    documents_wanted: waiting,
    review: undefined,
    documents_complete: undefined,
    overdue: undefined,
  },
};

/** What an event does to a verification, if anything. */
export const transitionOf = (status: KycStatus, kycEvent: KycEvent): Transition | undefined =>
  isRunning(status) ? kycTable[status][kycEvent] : undefined;

/** The customer once a verification of its has been started. */
export const kycAfterStart = (kyc: KycState): KycState => ({
  status: isLocked(kyc) ? 'passed' : 'submitted',
  passedAt: kyc.passedAt,
  requestsAvailable: kyc.requestsAvailable - 1,
});

/**
 * The customer after a transition of one of its verifications: passed from the first pass on, else as its
 * newest verification stands.
 */
export function kycAfter(kyc: KycState, transition: Transition, isNewest: boolean, now: Instant): KycState {
  const passedAt = kyc.passedAt ?? (transition.status === 'passed' ? now : undefined);
  const back = transition.attempt === 'given back' ? 1 : 0;
  return {
    status: passedAt !== undefined ? 'passed' : isNewest ? transition.status : kyc.status,
    passedAt,
    requestsAvailable: Math.min(initialKycRequests, kyc.requestsAvailable + back),
  };
}
