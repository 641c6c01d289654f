import type { Input } from '../contract/operation.ts';
import type { Contract, KeyedOperationId, SignedOperationId } from '../contract/table.ts';
import { getCustomerAudit, listAudit } from './audit/entries.ts';
import { verifyKey } from './brands/api-keys.ts';
import {
  createAddress,
  deleteAddress,
  getAddress,
  listAddresses,
  updateAddress,
} from './customers/addresses.ts';
import {
  createChangeRequest,
  decideChangeRequest,
  getChangeRequest,
  listChangeRequests,
} from './customers/change-requests.ts';
import { createCustomer, deleteCustomer, getCustomer, updateCustomer } from './customers/customers.ts';
import { listCustomers, searchCustomers } from './customers/lists.ts';
import { revealSsn } from './customers/reveal.ts';
import { receiveKycCallback } from './kyc/callbacks.ts';
import { submitKycDocuments } from './kyc/documents.ts';
import { listPrograms } from './kyc/programs.ts';
import { decideKycReview, getKycDocument, getKycReview, listKycReviews } from './kyc/reviews.ts';
import { simulateKycFail, simulateKycPass } from './kyc/simulate.ts';
import { getKyc, startKyc } from './kyc/verifications.ts';
import { approveErasure, requestErasure } from './retention/erasure.ts';
import { closeAccount, releaseLegalHold, setLegalHold } from './retention/holds.ts';
import { changeRetentionPolicy, getRetentionPolicy } from './retention/policies.ts';
import { getRestrictedCustomer, listRestrictedCustomers } from './retention/records.ts';
import type { Answer, Context, SignedHandler } from './system.ts';
import { listDeliveries, replayWebhook } from './webhooks/deliveries.ts';
import { listEvents } from './webhooks/events.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './webhooks/subscriptions.ts';

/** What runs for each row of the contract. A row without its function does not compile. */
export const handlers: {
  readonly [Id in KeyedOperationId]: (context: Context, input: Input<Contract[Id]>) => Promise<Answer>;
} = {
  listCustomers,
  createCustomer,
  getCustomer,
  updateCustomer,
  deleteCustomer,
  searchCustomers,
  listAddresses,
  createAddress,
  getAddress,
  updateAddress,
  deleteAddress,
  createChangeRequest,
  listChangeRequests,
  getChangeRequest,
  decideChangeRequest,
  startKyc,
  getKyc,
  submitKycDocuments,
  listKycReviews,
  getKycReview,
  decideKycReview,
  getKycDocument,
  listPrograms,
  simulateKycPass,
  simulateKycFail,
  listAudit,
  getCustomerAudit,
  revealSsn,
  closeAccount,
  setLegalHold,
  releaseLegalHold,
  listRestrictedCustomers,
  getRestrictedCustomer,
  requestErasure,
  approveErasure,
  getRetentionPolicy,
  changeRetentionPolicy,
  listEvents,
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  testWebhook,
  rotateWebhookSecret,
  listDeliveries,
  replayWebhook,
  verifyKey,
};

/** The same for rows whose callers sign and have no key. */
export const signedHandlers: { readonly [Id in SignedOperationId]: SignedHandler } = { receiveKycCallback };
