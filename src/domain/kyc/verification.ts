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

/** Statuses of a running verification; in all others it has ended. */
export const runningStatuses = ['submitted', 'document_required', 'under_review'] as const;
export type RunningStatus = (typeof runningStatuses)[number];

export const isRunning = (status: KycStatus): status is RunningStatus =>
  (runningStatuses as readonly KycStatus[]).includes(status);

/** How many verifications a new customer may start. */
export const initialKycRequests = 3;

/** Deadline for documents, in seconds: 28 days. */
export const documentDeadlineSeconds = 28 * 86_400;

/** Deadline for a silent provider, in seconds: 3 days. */
export const silenceDeadlineSeconds = 3 * 86_400;

/** The KYC state in a customer's record. */
export interface KycState {
  readonly status: KycStatus | undefined;
  readonly passedAt: Instant | undefined;
  readonly requestsAvailable: number;
}

/** A customer is locked from the first pass on; later runs do not unlock it. */
export const isLocked = (kyc: KycState): boolean => kyc.passedAt !== undefined;

/** The events of a verification after its start. */
export const kycEvents = {
  pending: 'the provider is working, or waits for the applicant',
  documents_wanted: 'the provider or a reviewer asks for documents',
  review: 'the provider asks for a review',
  approved: 'the provider or a reviewer approves',
  approved_other_data: 'the same, but a field that a pass locks has changed since the start',
  declined: 'the provider or a reviewer declines',
  expired: 'the provider reports that it expired',
  error: 'the provider reports an error',
  documents_complete: 'the last requested document is submitted',
  overdue: 'the documents did not come within 28 days',
  silence: 'the provider has given no answer for 3 days',
} as const;
export type KycEvent = keyof typeof kycEvents;

export interface Transition {
  readonly status: KycStatus;
  /** The type of the event that is sent. */
  readonly event: EventType;
  /** Whether it gives the customer one attempt back. */
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

/** These events end a verification in every status. */
const ends = {
  approved: to('passed', 'kyc.verification.success'),
  approved_other_data: failedByUs,
  declined: to('failed', 'kyc.verification.failure'),
  expired,
  error: failedByUs,
  silence: failedByUs,
} as const;

/**
 * The state machine of a verification: status and event determine the next status. `undefined`: no change. Statuses
 * of ended verifications have no row.
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

/** The transition of an event, if it changes the verification. */
export const transitionOf = (status: KycStatus, kycEvent: KycEvent): Transition | undefined =>
  isRunning(status) ? kycTable[status][kycEvent] : undefined;

/**
 * The customer's KYC state after the pass has ended, because what was verified has changed: nothing is locked any
 * more, and at least one verification can be started.
 */
export const kycAfterPassEnded = (kyc: KycState): KycState => ({
  status: 'expired',
  passedAt: undefined,
  requestsAvailable: Math.max(1, kyc.requestsAvailable),
});

/**
 * The status of one verification as it counts now. One that passed counts as long as the pass of its customer
 * stands; `passedAt` is since when.
 */
export function standingStatus(
  run: { readonly status: KycStatus; readonly updatedAt: Instant },
  passedAt: Instant | undefined,
): KycStatus {
  const stands = passedAt !== undefined && run.updatedAt >= passedAt;
  return run.status === 'passed' && !stands ? 'expired' : run.status;
}

/** The names of the customer's fields that differ between two KYC states. */
export const kycFields = (before: KycState, after: KycState): readonly string[] => [
  ...(before.status === after.status ? [] : ['kyc_status']),
  ...(before.requestsAvailable === after.requestsAvailable ? [] : ['kyc_requests_available']),
];

/** The customer's KYC state after the start of a verification. */
export const kycAfterStart = (kyc: KycState): KycState => ({
  status: isLocked(kyc) ? 'passed' : 'submitted',
  passedAt: kyc.passedAt,
  requestsAvailable: kyc.requestsAvailable - 1,
});

/**
 * The customer's KYC state after a transition of one of its verifications: passed from the first pass on, otherwise
 * the status of the newest verification.
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
