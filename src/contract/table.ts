import { keyOperations } from './api-keys.ts';
import { auditOperations } from './audit.ts';
import { addressOperations } from './customers/addresses.ts';
import { changeRequestOperations } from './customers/change-requests.ts';
import { consentOperations } from './customers/consents.ts';
import { customerOperations } from './customers/customers.ts';
import { historyOperations } from './customers/history.ts';
import { callbackOperations } from './kyc/callbacks.ts';
import { programOperations } from './kyc/programs.ts';
import { verificationRecordOperations } from './kyc/records.ts';
import { reviewOperations } from './kyc/reviews.ts';
import { simulationOperations, verificationOperations } from './kyc/verifications.ts';
import type { OperationRow } from './operation.ts';
import { operatorOperations } from './operators/operators.ts';
import { passkeyOperations } from './operators/passkeys.ts';
import { providerOperations } from './operators/provider.ts';
import { sessionOperations } from './operators/sessions.ts';
import { overviewOperations } from './overview.ts';
import { requestOperations } from './requests.ts';
import { customerFileOperations } from './retention/customer-file.ts';
import { oversightOperations } from './retention/oversight.ts';
import { restrictedRecordOperations } from './retention/restricted.ts';
import { retentionOperations } from './retention/retention.ts';
import { screeningOperations } from './screening/screening.ts';
import { settingsOperations } from './settings.ts';
import { eventOperations } from './webhooks/events.ts';
import { webhookOperations } from './webhooks/subscriptions.ts';

/** The path prefix of the API. Bond's clients have it in their base URL. */
export const apiPrefix = '/api/v0.1';

/**
 * Every operation of the API, in the order of the reference. A row defines a route, a handler's type and a section
 * of the reference; each file lists its own rows.
 */
export const contract = {
  ...customerOperations,
  ...addressOperations,
  ...consentOperations,
  ...verificationOperations,
  ...verificationRecordOperations,
  ...reviewOperations,
  ...programOperations,
  ...simulationOperations,
  ...callbackOperations,
  ...changeRequestOperations,
  ...screeningOperations,
  ...auditOperations,
  ...historyOperations,
  ...retentionOperations,
  ...oversightOperations,
  ...restrictedRecordOperations,
  ...overviewOperations,
  ...customerFileOperations,
  ...eventOperations,
  ...webhookOperations,
  ...keyOperations,
  ...requestOperations,
  ...settingsOperations,
  ...operatorOperations,
  ...sessionOperations,
  ...passkeyOperations,
  ...providerOperations,
} as const satisfies Readonly<Record<string, OperationRow>>;

export type Contract = typeof contract;
export type OperationId = keyof Contract;

type WithScope<Scope> = {
  [Id in OperationId]: Contract[Id]['scope'] extends Scope ? Id : never;
}[OperationId];

/** The operations whose callers sign instead of showing a key. */
export type SignedOperationId = WithScope<'signed'>;
/** The operations of a person, in no brand: for signing in, and about the own session. */
export type SessionOperationId = WithScope<'session' | 'open'>;
/** The operations in one brand, for keys and for people who have signed in. */
export type BrandOperationId = Exclude<OperationId, SignedOperationId | SessionOperationId>;

export const operations: readonly OperationRow[] = Object.values(contract);
