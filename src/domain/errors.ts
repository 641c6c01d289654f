import type { ErrorEntry } from './errors/entry.ts';
import { schema } from './errors/entry.ts';
import { keyErrors } from './errors/keys.ts';
import { operatorErrors } from './errors/operators.ts';
import { identityErrors } from './errors/providers.ts';
import { screeningErrors } from './errors/screening.ts';
import { unknownErrors } from './errors/unknown.ts';

/**
 * The error catalogue: every refusal of the product, in one place. Answers, `openapi.json` and `docs/errors.md`
 * derive from it. Codes that Bond's clients know keep Bond's names; the others are ours.
 */

export type { ErrorEntry, ErrorType } from './errors/entry.ts';

export const errorCatalogue = {
  create_customer_schema: schema('create a customer'),
  edit_customer_schema: schema('update a customer'),
  get_customer_schema: schema('read customers'),
  delete_customer_schema: schema('delete a customer'),
  consent_schema: schema('record or list consents'),
  customer_invalid_uuid4: {
    status: 400,
    type: 'Request Error',
    message: 'The customer_id in the path is not a UUID.',
    help: 'Send the customer_id exactly as an answer of this API contained it.',
  },
  customer_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such customer.',
    help: 'The customer never existed, was deleted, or belongs to another brand. The three cases have the same answer on purpose.',
  },
  address_dne: {
    status: 404,
    type: 'Request Error',
    message: 'The customer has no such address.',
    help: 'The address never existed or was removed. An address keeps its address_id when it is changed.',
  },
  person_id_dup: {
    status: 409,
    type: 'Request Error',
    message: 'Another customer of this brand already has this brand_person_id.',
    help: 'Find that customer with searchCustomers. The id can be used again when that customer is deleted.',
  },
  ssn_dup: {
    status: 409,
    type: 'Request Error',
    message: 'Another customer of this brand already has this ssn.',
    help: 'Find that customer with searchCustomers. The SSN can be used again when that customer is deleted.',
  },
  ssn_dne: {
    status: 404,
    type: 'Request Error',
    message: 'The customer has no ssn.',
    help: 'The customer was created without one. Add it with a PATCH.',
  },
  kyc_customer: {
    status: 403,
    type: 'Request Error',
    message: 'This customer has passed KYC, so the fields named here can no longer be changed.',
    help: 'After KYC only email, phone with phone_country_code, and secondary addresses change. No part of the request was applied. Message names the locked fields and the time of the pass. Propose the change with createChangeRequest.',
  },
  change_request_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such change request.',
    help: 'It never existed, or belongs to another brand. List the requests with listChangeRequests.',
  },
  change_request_decided: {
    status: 409,
    type: 'Request Error',
    message: 'This change request has been decided already.',
    help: 'A decision is final. To change the customer again, make a new change request.',
  },
  change_request_needless: {
    status: 409,
    type: 'Request Error',
    message: 'None of these fields is locked, so no change request is needed.',
    help: 'Change the customer with updateCustomer. Change requests are for fields that KYC has locked, with new values.',
  },
  create_kyc_schema: schema('verify a customer'),
  get_kyc_schema: schema('read verifications'),
  invalid_program: {
    status: 400,
    type: 'Request Error',
    message: 'There is no such program.',
    help: 'GET /programs lists the programs of the brand; the operator creates others with `clientele programs create`.',
  },
  kyc_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such verification.',
    help: 'No verification was started for this customer and program, or the review or document never existed.',
  },
  kyc_init_fail: {
    status: 409,
    type: 'Request Error',
    message: 'The verification is not in a state that allows this.',
    help: 'Message says why: a verification is already running, no document is requested, or the review has been decided. Read the state with getKyc.',
  },
  kyc_reinit_fail: {
    status: 409,
    type: 'Request Error',
    message: 'The customer has already passed for this program.',
    help: 'Message contains the time. A customer passes once for each program.',
  },
  kyc_retries: {
    status: 403,
    type: 'Request Error',
    message: 'The customer has no verification left to start.',
    help: 'Each accepted start lowers kyc_requests_available by one, over all programs. A verification that ends as error gives its attempt back.',
  },
  retention_schema: schema('keep or erase a record'),
  legal_hold: {
    status: 409,
    type: 'Request Error',
    message: 'The customer is under a legal hold.',
    help: 'No part of a record under a legal hold is erased. getRestrictedCustomer lists its holds; releaseLegalHold ends one.',
  },
  hold_dne: {
    status: 404,
    type: 'Request Error',
    message: 'The customer has no such legal hold.',
    help: 'The hold never existed, or it has been released.',
  },
  erasure_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such erasure request.',
    help: 'It never existed, was withdrawn, or the record has been erased: check with getRestrictedCustomer.',
  },
  second_approver: {
    status: 403,
    type: 'Request Error',
    message: 'The person who asked for this cannot approve it: another person must.',
    help: 'The same rule holds for change requests, verdicts on verifications, matches with lists, legal holds and early erasure (docs/four-eyes.md). Approve with the key of another person. Keys with the same owner are the same person; keys without an owner are told apart by their Identity.',
  },
  customer_deleted: {
    status: 410,
    type: 'Request Error',
    message: 'The customer of this Idempotency-Key has been deleted. Nothing was done again.',
    help: 'The first request with this key succeeded, and its customer was deleted afterwards. The key stays used for 24 hours, also after an erasure. Use a new key for a new request.',
  },
  events_gone: {
    status: 410,
    type: 'Request Error',
    message:
      'Events after this cursor have been deleted, so the stream cannot continue from it without a gap.',
    help: 'Events are kept for 30 days. Read the customers once, and start the stream again without a cursor.',
  },
  webhooks_err: schema('manage webhooks'),
  webhook_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such webhook subscription.',
    help: 'It never existed or was deleted. GET /webhooks lists the subscriptions of the brand.',
  },
  check_dne: {
    status: 404,
    type: 'Request Error',
    message: 'The audit trail of this brand was never checked here.',
    help: 'startAuditCheck starts a check.',
  },
  delivery_dne: {
    status: 404,
    type: 'Request Error',
    message: 'The subscription has no such delivery.',
    help: 'It never existed, or is older than 30 days. listDeliveries lists those of the subscription.',
  },
  ...screeningErrors,
  ...keyErrors,
  precondition_failed: {
    status: 412,
    type: 'Request Error',
    message: 'The customer has changed since the version named in If-Match.',
    help: 'Read the customer again and use its new ETag.',
  },
  idempotency_key_exists: {
    status: 409,
    type: 'Process Error',
    message: 'A request with this Idempotency-Key is still running.',
    help: 'Wait for the time in Retry-After and send the same request again: it gets the first answer.',
  },
  idempotency_mismatch: {
    status: 422,
    type: 'Request Error',
    message: 'This Idempotency-Key was used for a different request.',
    help: 'A key belongs to one request of one API key for 24 hours. Use a new key for a new request.',
  },
  idempotency_budget: {
    status: 429,
    type: 'Process Error',
    message: 'The brand has used up its Idempotency-Keys. Nothing was changed.',
    help: 'Each answer under a key is kept for 24 hours, and the brand has too many of them. Wait for the time in Retry-After: some end every minute. The operator sets the number with CLIENTELE_IDEMPOTENCY_RECORDS.',
  },
  document_budget: {
    status: 403,
    type: 'Process Error',
    message: 'The brand has used up the space for its documents.',
    help: 'No document was stored. The operator sets the space with CLIENTELE_DOCUMENTS_MB; the documents of erased customers free theirs.',
  },
  auth_err: {
    status: 401,
    type: 'Request Error',
    message: 'The Identity and Authorization headers do not name a valid key.',
    help: 'Missing, unknown, wrong, expired and revoked keys get the same answer, and so does a key that is used from outside its networks. Create a key with `clientele keys create --brand NAME`.',
  },
  ...operatorErrors,
  ...identityErrors,
  scope_err: {
    status: 403,
    type: 'Request Error',
    message: 'This key does not have the scope that the operation needs.',
    help: 'The reference names the scope of each operation. Create a key with it: `clientele keys create --scopes`.',
  },
  rate_limited: {
    status: 429,
    type: 'Request Error',
    message: 'This key has used up its requests for the current minute.',
    help: 'Wait for the time in Retry-After. RateLimit and RateLimit-Policy show the remaining requests in every answer.',
  },
  lookup_budget: {
    status: 429,
    type: 'Request Error',
    message: 'This key, or its brand, has used up a budget of lookups.',
    help: 'Searches that find nobody, SSNs that differ from a stored one or are taken, and new SSNs with the same last four digits are counted over a day, for the key and for the brand. Hits are free, but nothing is answered until Retry-After. docs/lookups.md lists the budgets and their settings.',
  },
  reveal_budget: {
    status: 429,
    type: 'Request Error',
    message: 'This key has used up the full SSNs that it may read in a day.',
    help: 'Wait as long as Retry-After says. The operator sets the number with CLIENTELE_SSN_REVEALS (docs/lookups.md).',
  },
  input_error: {
    status: 400,
    type: 'Request Error',
    message: 'The request cannot be read.',
    help: 'The body is not valid JSON (RFC 8259) in UTF-8, without duplicate names, at most 16 levels deep; or the request line or its headers are malformed.',
  },
  not_found: {
    status: 404,
    type: 'Request Error',
    message: 'There is nothing at this address.',
    help: 'The reference at /docs lists every path.',
  },
  method_not_allowed: {
    status: 405,
    type: 'Request Error',
    message: 'This address does not support this method.',
    help: 'The Allow header lists the supported methods.',
  },
  request_timeout: {
    status: 408,
    type: 'Request Error',
    message: 'The request took too long to arrive.',
    help: 'Headers must arrive within 10 seconds, and the body within 15 more and another second for each 100 kB of it, without a pause of 15 seconds.',
  },
  payload_too_large: {
    status: 413,
    type: 'Request Error',
    message: 'The request is larger than this operation accepts.',
    help: 'A body is at most 64 KiB, and one with documents 25 MB of files. The connection ends after this answer.',
  },
  header_too_large: {
    status: 431,
    type: 'Request Error',
    message: 'The headers of the request are too large.',
    help: 'All headers together are at most 16 KiB.',
  },
  misdirected_request: {
    status: 421,
    type: 'Request Error',
    message: 'This server is not known under the name in the Host header.',
    help: 'Call the server by its IP address or as localhost. To serve it under another name, set CLIENTELE_PUBLIC_URL to that URL.',
  },
  https_required: {
    status: 403,
    type: 'Request Error',
    message: 'This server takes plain HTTP only from its own proxies.',
    help: 'Call the server by the https URL of its proxy. A key that was sent in plain HTTP may have been read on the way: give it a new secret with `clientele keys rotate`. The operator lists the proxies in CLIENTELE_TRUST_PROXY.',
  },
  metrics_auth: {
    status: 401,
    type: 'Request Error',
    message: 'The metrics are not shown to this client.',
    help: 'In live, /metrics answers requests from the same machine, and requests with the token of CLIENTELE_METRICS_TOKEN_FILE as Authorization: Bearer. CLIENTELE_METRICS_ADDRESS serves it at an address of its own.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'Request Error',
    message: 'The body must be application/json in UTF-8, without a Content-Encoding.',
    help: 'Send Content-Type: application/json and an uncompressed body.',
  },
  unavailable: {
    status: 503,
    type: 'Server Error',
    message:
      'The database cannot be reached, or takes no writes, at the moment. Nothing was acknowledged; try again.',
    help: 'Wait for the time in Retry-After. Send changes with an Idempotency-Key, so that a retry is safe whatever the result of the first attempt.',
  },
  record_altered: {
    status: 503,
    type: 'Server Error',
    message: 'A stored record is not as this service wrote it, so nothing was answered from it.',
    help: 'Give the operator the X-Request-Id of this answer. The log names the record, and clientele doctor looks for others.',
  },
  ...unknownErrors,
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof errorCatalogue;

/** From field paths (`addresses.0.zip_code`) to their problems. */
export type FieldProblems = Readonly<Record<string, readonly string[]>>;

/**
 * A refusal: the product understood the request and declines it. The answer contains message and field names
 * verbatim, so they must not contain a value from the request. Every other thrown error is a fault.
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly detail: string | FieldProblems;
  /** Seconds to wait before a retry, if a retry can succeed. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    detail?: string | FieldProblems,
    options?: { retryAfter?: number; cause?: unknown },
  ) {
    super(code, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.detail = detail ?? errorCatalogue[code].message;
    this.retryAfter = options?.retryAfter;
  }
}
