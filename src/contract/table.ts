import { verifyKey } from './api-keys.ts';
import { getCustomerAudit, listAudit, revealSsn } from './audit.ts';
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
import {
  createCustomer,
  deleteCustomer,
  getCustomer,
  listCustomers,
  searchCustomers,
  updateCustomer,
} from './customers/customers.ts';
import { receiveKycCallback } from './kyc/callbacks.ts';
import { listPrograms } from './kyc/programs.ts';
import { decideKycReview, getKycDocument, getKycReview, listKycReviews } from './kyc/reviews.ts';
import {
  getKyc,
  simulateKycFail,
  simulateKycPass,
  startKyc,
  submitKycDocuments,
} from './kyc/verifications.ts';
import type { OperationRow } from './operation.ts';
import {
  approveErasure,
  changeRetentionPolicy,
  closeAccount,
  getRestrictedCustomer,
  getRetentionPolicy,
  listRestrictedCustomers,
  releaseLegalHold,
  requestErasure,
  setLegalHold,
} from './retention/retention.ts';
import { listEvents } from './webhooks/events.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  replayWebhook,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './webhooks/subscriptions.ts';

/** Where the API lives. Bond's clients have it in their base URL. */
export const apiPrefix = '/api/v0.1';

/** Every operation of the API. A row here is a route, a handler's type and a page of the reference. */
export const contract = {
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
  receiveKycCallback,
  createChangeRequest,
  listChangeRequests,
  getChangeRequest,
  decideChangeRequest,
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
} as const satisfies Readonly<Record<string, OperationRow>>;

export type Contract = typeof contract;
export type OperationId = keyof Contract;

/** The operations whose callers have no key. */
export type SignedOperationId = {
  [Id in OperationId]: Contract[Id]['scope'] extends 'signed' ? Id : never;
}[OperationId];
export type KeyedOperationId = Exclude<OperationId, SignedOperationId>;

export const operations: readonly OperationRow[] = Object.values(contract);
