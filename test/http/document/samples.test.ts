import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyExample } from '../../../src/contract/api-keys.ts';
import { buildOpenApi } from '../../../src/contract/openapi/document.ts';
import type { CodeSample } from '../../../src/contract/openapi/samples.ts';
import { placeholders } from '../../../src/contract/openapi/samples.ts';
import { errorsOf } from '../../../src/contract/operation.ts';
import type { OperationId } from '../../../src/contract/table.ts';
import { operations } from '../../../src/contract/table.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { keyScopes } from '../../../src/domain/scopes.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { findBrandByName } from '../../../src/operations/brands/brands.ts';
import type { Receiver } from '../../fakes/receiver.ts';
import { openPublicReceiver } from '../../fakes/receiver.ts';
import type { World } from '../../world.ts';
import { openWorld } from '../../world.ts';
import { runners, runSamples } from './sample-runners.ts';

// Every sample of the reference runs as printed against a new sandbox with its demo. As on the reference page, only
// the address of the server and the key are filled in.

/**
 * How each sample is answered, in the order in which they run. An example id that the demo does not have gets the code
 * of its own operation, which read the request up to there: key, media type, and every field of the body.
 */
const expected: Readonly<Record<OperationId, 'success' | ErrorCode>> = {
  createCustomer: 'success',
  listCustomers: 'success',
  getCustomer: 'success',
  updateCustomer: 'success',
  searchCustomers: 'success',
  listAddresses: 'success',
  createAddress: 'success',
  getAddress: 'address_dne',
  updateAddress: 'address_dne',
  deleteAddress: 'address_dne',
  listPrograms: 'success',
  startKyc: 'invalid_program',
  getKyc: 'kyc_dne',
  submitKycDocuments: 'kyc_init_fail',
  listVerifications: 'success',
  getVerification: 'kyc_dne',
  listKycReviews: 'success',
  getKycReview: 'kyc_dne',
  decideKycReview: 'kyc_dne',
  getKycDocument: 'kyc_dne',
  simulateKycFail: 'invalid_program',
  simulateKycPass: 'invalid_program',
  receiveKycCallback: 'auth_err',
  recordConsent: 'success',
  listConsents: 'success',
  listScreeningMatches: 'success',
  getScreeningMatch: 'screening_match_dne',
  proposeScreeningDecision: 'screening_match_dne',
  decideScreeningMatch: 'screening_match_dne',
  listScreenings: 'success',
  createChangeRequest: 'change_request_needless',
  listChangeRequests: 'success',
  getChangeRequest: 'change_request_dne',
  decideChangeRequest: 'change_request_dne',
  listAudit: 'success',
  getCustomerAudit: 'success',
  listKeyAccess: 'success',
  startAuditCheck: 'success',
  getAuditCheck: 'success',
  revealSsn: 'success',
  closeAccount: 'success',
  setLegalHold: 'success',
  releaseLegalHold: 'hold_dne',
  getCustomerRetention: 'success',
  listLegalHolds: 'success',
  listCustomerHistory: 'success',
  exportCustomerFile: 'success',
  deleteCustomer: 'success',
  listRestrictedCustomers: 'success',
  getRestrictedCustomer: 'success',
  listRestrictedVerifications: 'success',
  getRestrictedVerification: 'kyc_dne',
  getRestrictedDocument: 'kyc_dne',
  listRestrictedChangeRequests: 'success',
  listRestrictedCustomerHistory: 'success',
  listRestrictedConsents: 'success',
  listRestrictedScreenings: 'success',
  revealRestrictedSsn: 'success',
  requestErasure: 'success',
  listErasureRequests: 'success',
  withdrawErasure: 'erasure_dne',
  approveErasure: 'erasure_dne',
  getRetentionPolicy: 'success',
  changeRetentionPolicy: 'success',
  getWaiting: 'success',
  getOverview: 'success',
  listEvents: 'success',
  createWebhook: 'success',
  listWebhooks: 'success',
  getWebhook: 'webhook_dne',
  updateWebhook: 'webhook_dne',
  testWebhook: 'webhook_dne',
  rotateWebhookSecret: 'webhook_dne',
  listDeliveries: 'webhook_dne',
  getDelivery: 'webhook_dne',
  replayWebhook: 'webhook_dne',
  deleteWebhook: 'webhook_dne',
  listRequests: 'success',
  verifyKey: 'success',
  listKeys: 'success',
  createKey: 'success',
  rotateKey: 'success',
  listActors: 'success',
  // No key has their scopes.
  getSettings: 'scope_err',
  listOperators: 'scope_err',
  inviteOperator: 'scope_err',
  updateOperator: 'scope_err',
  resetOperator: 'scope_err',
  getSignInOptions: 'success',
  openDemoSession: 'success',
  openSession: 'sign_in_err',
  acceptInvitation: 'link_err',
  getSession: 'session_err',
  confirmSession: 'session_err',
  changePassword: 'session_err',
  createPasskeyChallenge: 'success',
  openPasskeySession: 'sign_in_err',
  beginProviderSignIn: 'not_found',
  openProviderSession: 'not_found',
  listPasskeys: 'session_err',
  addPasskey: 'session_err',
  removePasskey: 'session_err',
  closeSession: 'session_err',
  // It revokes the key that the samples have.
  revokeKey: 'success',
};

const { paths } = buildOpenApi() as unknown as {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly 'x-codeSamples': readonly CodeSample[] }>>>
  >;
};

const rows = (Object.keys(expected) as OperationId[]).map((operationId) => {
  const row = operations.find((one) => one.operationId === operationId);
  const samples = row && paths[row.path]?.[row.method.toLowerCase()]?.['x-codeSamples'];
  if (!row || !samples) throw new Error(`${operationId} has no samples.`);
  return { operationId, row, samples };
});

const ajv = new Ajv2020({ strict: false });
ajv.addFormat('uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
ajv.addFormat('date', /^\d{4}-\d{2}-\d{2}$/);
ajv.addFormat('int32', { type: 'number', validate: (value: number) => Math.abs(value) < 2 ** 31 });
ajv.addFormat('uri-reference', true);

/** `success`, or the code of an error; other answers as they are. */
function outcomeOf({ row }: (typeof rows)[number], printed: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(printed);
  } catch {
    return `not JSON: ${printed}`;
  }
  if (ajv.validate(row.answer.schema, answer)) return 'success';
  const { Code } = answer as { readonly Code?: ErrorCode };
  return Code && errorsOf(row).includes(Code) ? Code : printed;
}

test('the outcome of a sample is not success where it was refused', () => {
  const [create] = rows;
  if (!create) throw new Error('There is no sample.');
  const refused = (Code: string) =>
    JSON.stringify({ Message: 'No.', Status: 409, Code, Type: 'Request Error' });
  expect(outcomeOf(create, refused('ssn_dup'))).toBe('ssn_dup');
  expect(outcomeOf(create, refused('webhook_dne'))).toBe(refused('webhook_dne'));
  expect(outcomeOf(create, '<html>')).toBe('not JSON: <html>');
});

test('the samples are in the languages that are run, and in C#, whose RestSharp no package of Debian brings', () => {
  for (const { operationId, samples } of rows)
    expect(samples.map(({ lang }) => lang).sort(), operationId).toEqual(
      ['C#', ...Object.keys(runners)].sort(),
    );
});

describe.for(Object.entries(runners))('in a new sandbox, the samples in %s', ([language, runner]) => {
  const missing = runner.missing();
  let receiver: Receiver;
  let world: World;
  beforeAll(async () => {
    if (missing) return;
    const receiving = await openPublicReceiver();
    receiver = receiving;
    world = await openWorld({
      env: { CLIENTELE_DEMO: '1' },
      apiOnly: true,
      outbound: receiving.outbound,
    });
  });
  afterAll(async () => {
    await world?.close();
    await receiver?.close();
  });

  test.skipIf(missing)(
    `run as printed${missing ? ` (skipped: this machine lacks ${missing})` : ''}`,
    async () => {
      const { brandId } = await findBrandByName(world.system, 'Universal Exports');
      const key = await createKey(world.system, brandId, { name: 'samples', scopes: keyScopes });
      const sources = rows.map(({ operationId, samples }) => {
        const { source } = samples.find(({ lang }) => lang === language) ?? {};
        if (!source) throw new Error(`${operationId} has no sample in ${language}.`);
        return source
          .replaceAll(placeholders.origin, world.url)
          .replaceAll(placeholders.identity, key.identity)
          .replaceAll(placeholders.authorization, key.authorization)
          .replaceAll(keyExample.identity, key.identity);
      });
      const printed = await runSamples(runner, sources);
      const outcomes = rows.map((one, index) => [one.operationId, outcomeOf(one, printed[index] ?? '')]);
      expect(Object.fromEntries(outcomes)).toEqual(expected);
    },
  );
});
