import type { Input } from '../contract/operation.ts';
import type { Contract, KeyedOperationId, SignedOperationId } from '../contract/table.ts';
import { createAddress, deleteAddress, getAddress, listAddresses, updateAddress } from './addresses.ts';
import { getCustomerAudit, listAudit } from './audit.ts';
import {
  createChangeRequest,
  decideChangeRequest,
  getChangeRequest,
  listChangeRequests,
} from './change-requests.ts';
import { listCustomers, searchCustomers } from './customer-lists.ts';
import { createCustomer, deleteCustomer, getCustomer, updateCustomer } from './customers.ts';
import { approveErasure, requestErasure } from './erasure.ts';
import { listEvents } from './events.ts';
import { verifyKey } from './keys.ts';
import { getKyc, startKyc } from './kyc.ts';
import { receiveKycCallback } from './kyc-callbacks.ts';
import { submitKycDocuments } from './kyc-documents.ts';
import { decideKycReview, getKycDocument, getKycReview, listKycReviews } from './kyc-reviews.ts';
import { simulateKycFail, simulateKycPass } from './kyc-simulate.ts';
import { listPrograms } from './programs.ts';
import { changeRetentionPolicy, getRetentionPolicy } from './retention.ts';
import { closeAccount, releaseLegalHold, setLegalHold } from './retention-holds.ts';
import { getRestrictedCustomer, listRestrictedCustomers } from './retention-records.ts';
import { revealSsn } from './reveal.ts';
import type { Answer, Context, SignedHandler } from './system.ts';
import { listDeliveries, replayWebhook } from './webhook-deliveries.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './webhooks.ts';

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
