import type { DocumentType } from './document-types.ts';

/** How a verification in the sandbox ends, or where it stops to wait for documents, and then passes. */
export type TriggerOutcome =
  | { readonly status: 'passed' | 'failed' | 'under_review' | 'expired' }
  | { readonly status: 'document_required'; readonly documents: readonly DocumentType[] };

/**
 * The sandbox's trigger numbers: SSNs that were never issued, each with its own result of a verification (Bond's
 * guide to KYC in its sandbox). Every other number passes.
 */
export const kycTriggers: ReadonlyMap<string, TriggerOutcome> = new Map([
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
]);

/** The sandbox's result for this SSN (nine digits). */
export const sandboxOutcome = (ssn: string): TriggerOutcome => kycTriggers.get(ssn) ?? { status: 'passed' };
