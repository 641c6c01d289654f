import type { Input } from '../contract/operation.ts';
import type { BrandOperationId, Contract, SessionOperationId, SignedOperationId } from '../contract/table.ts';
import { listKeyAccess } from './audit/access.ts';
import { getAuditCheck, startAuditCheck } from './audit/checks/checks.ts';
import * as auditEntries from './audit/entries.ts';
import * as keys from './brands/keys.ts';
import * as addresses from './customers/addresses.ts';
import * as changeRequests from './customers/change-requests.ts';
import * as consents from './customers/consents/records.ts';
import * as customers from './customers/customers.ts';
import * as history from './customers/history/records.ts';
import * as lists from './customers/lists.ts';
import * as reveal from './customers/reveal.ts';
import { receiveKycCallback } from './kyc/callbacks.ts';
import * as kycDocuments from './kyc/documents.ts';
import * as programs from './kyc/programs.ts';
import * as verificationRecords from './kyc/records.ts';
import * as reviews from './kyc/reviews.ts';
import * as simulate from './kyc/simulate.ts';
import * as verifications from './kyc/verifications.ts';
import { listActors } from './operators/actors.ts';
import * as operators from './operators/operators.ts';
import { confirmHere } from './operators/signing-in/confirmation.ts';
import * as passkeys from './operators/signing-in/passkeys.ts';
import {
  beginProviderSignIn,
  confirmByProvider,
  openProviderSession,
} from './operators/signing-in/provider.ts';
import type { SessionAnswer, SessionCall } from './operators/signing-in/session-call.ts';
import * as signIn from './operators/signing-in/sign-in.ts';
import * as overview from './overview/overview.ts';
import { exportCustomerFile } from './records/export.ts';
import { listRequests } from './requests/requests.ts';
import * as erasure from './retention/erasure.ts';
import * as holds from './retention/holds.ts';
import * as oversight from './retention/oversight.ts';
import * as retentionPolicies from './retention/policies.ts';
import * as deletedCustomers from './retention/records.ts';
import * as restrictedRecords from './retention/restricted-records.ts';
import * as screeningMatches from './screening/matches.ts';
import { listScreenings } from './screening/records.ts';
import { getSettings } from './settings/settings.ts';
import type { Answer, Context, SignedHandler, System } from './system.ts';
import * as deliveries from './webhooks/deliveries.ts';
import * as events from './webhooks/events.ts';
import * as webhooks from './webhooks/subscriptions.ts';

/**
 * The handler of each contract row: the function of the same name that one of these modules exports. A row without
 * a handler does not compile.
 */
export const handlers: {
  readonly [Id in BrandOperationId]: (context: Context, input: Input<Contract[Id]>) => Promise<Answer>;
} = {
  ...auditEntries,
  listKeyAccess,
  startAuditCheck,
  getAuditCheck,
  ...keys,
  ...addresses,
  ...changeRequests,
  ...consents,
  ...customers,
  ...history,
  ...lists,
  ...reveal,
  ...kycDocuments,
  ...programs,
  ...verificationRecords,
  ...reviews,
  ...simulate,
  ...verifications,
  ...erasure,
  ...holds,
  ...oversight,
  ...overview,
  ...retentionPolicies,
  ...screeningMatches,
  listScreenings,
  ...deletedCustomers,
  ...restrictedRecords,
  exportCustomerFile,
  ...deliveries,
  ...events,
  ...webhooks,
  listRequests,
  getSettings,
  ...operators,
  listActors,
};

/** The handlers of rows whose callers sign and have no key. */
export const signedHandlers: { readonly [Id in SignedOperationId]: SignedHandler } = { receiveKycCallback };

/** The handlers of rows for people who sign in, and for those who have. */
export const sessionHandlers: {
  readonly [Id in SessionOperationId]: (
    system: System,
    call: SessionCall,
    input: Input<Contract[Id]>,
  ) => Promise<SessionAnswer>;
} = {
  ...signIn,
  ...passkeys,
  beginProviderSignIn,
  openProviderSession,
  confirmSession: (system, call, input) =>
    (input.body.provider ? confirmByProvider : confirmHere)(system, call, input),
};
