import type { Instant } from './time.ts';

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

/** The kinds of document that a verification may ask for. */
export const documentTypes = ['government_id', 'proof_of_address', 'social_security_card'] as const;
export type DocumentType = (typeof documentTypes)[number];

/** How many verifications a new customer may start. */
export const kycRequestsAtBirth = 3;

/** What a customer's own record says about its verifications. */
export interface KycState {
  readonly status: KycStatus | undefined;
  readonly passedAt: Instant | undefined;
  readonly requestsAvailable: number;
}

/** A customer is locked from the first pass on; what later runs say does not open it again. */
export const isLocked = (kyc: KycState): boolean => kyc.passedAt !== undefined;
