import { applicantOf } from '../../domain/customers/applicant.ts';
import type { DocumentType } from '../../domain/document-types.ts';
import type { ProgramId } from '../../domain/ids.ts';
import type { KycStatus } from '../../domain/kyc/verification.ts';
import { documentDeadlineSeconds, initialKycRequests, isRunning } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import { sandboxReference } from '../../providers/kyc-sandbox.ts';
import type { RunRow } from '../../store/kyc/runs.ts';
import type { Keyring } from '../../vault/vault.ts';
import { proveRun, sealApplicant } from '../kyc/sealing.ts';
import type { System } from '../system.ts';
import type { DemoCustomer } from './people.ts';

/** Seconds that a verification of the demo took. */
const duration = 900;

/** The documents requested from demo customers in `document_required`. */
const wanted: readonly DocumentType[] = ['government_id', 'proof_of_address'];

/**
 * The verifications behind a demo customer's KYC state: first the failed attempts, last the one that counts.
 * Running ones continue as if a request had started them.
 */
export function demoVerifications(
  system: System,
  keyring: Keyring,
  customer: DemoCustomer,
  programId: ProgramId,
): readonly RunRow[] {
  const { kyc, customerId, profile, ssn, updatedAt } = customer;
  if (kyc.status === undefined) return [];
  const givenBack = kyc.status === 'error' ? 1 : 0;
  const count = initialKycRequests - kyc.requestsAvailable + givenBack;
  const applicant = applicantOf(profile, ssn);
  return Array.from({ length: count }, (_, place) => {
    const runId = system.newId<'kyc run'>();
    const isLast = place === count - 1;
    const endedAt = plusSeconds(kyc.passedAt ?? updatedAt, (place - count + 1) * 2 * duration);
    return proveRun(keyring, {
      runId,
      customerId,
      programId,
      ordinal: place + 1,
      revision: 1,
      startedAt: plusSeconds(endedAt, -duration),
      startedBy: undefined,
      data: sealApplicant(keyring, customerId, runId, applicant),
      dataSeal: 1,
      ...standing(isLast && kyc.status !== undefined ? kyc.status : 'failed', endedAt),
    });
  });
}

/** A run and its data. The worker does not touch it until an event occurs. */
function standing(status: KycStatus, at: Instant) {
  const waits = status === 'document_required';
  return {
    status,
    updatedAt: at,
    reviewSince: status === 'under_review' ? at : undefined,
    wanted: waits ? wanted : [],
    submitted: [],
    documentsUntil: waits ? plusSeconds(at, documentDeadlineSeconds) : undefined,
    askedByReviewer: false,
    reference: isRunning(status) ? referenceOf(status, at) : undefined,
    pollAt: waits ? plusSeconds(at, documentDeadlineSeconds) : undefined,
    pollTries: 0,
    silence: undefined,
    silentSince: undefined,
  };
}

function referenceOf(status: 'submitted' | 'document_required' | 'under_review', at: Instant): string {
  if (status === 'submitted') return sandboxReference({ status: 'passed' }, at);
  return sandboxReference(status === 'under_review' ? { status } : { status, documents: wanted }, at);
}
