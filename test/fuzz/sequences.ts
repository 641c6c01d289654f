import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Operation } from './document.ts';
import { codeOf } from './oracle.ts';
import type { OutgoingRequest, Received } from './send.ts';
import type { ValueContext } from './values.ts';
import { validValue } from './values.ts';

/** The last name of an entry of the lists that the target's customers are checked against. */
export const listedName = 'Sanctionedperson';

/** How a sequence calls an operation; the answer has been held to the document by then. */
export type Call = (
  sent: Omit<OutgoingRequest, 'headers'> & {
    readonly headers?: OutgoingRequest['headers'];
    readonly by?: 'colleague' | undefined;
  },
) => Promise<Received>;

/** What a small model expected and what came instead; it stops the sequence. */
export class ModelFault extends Error {}

type Body = Readonly<Record<string, unknown>>;

interface Step {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: OutgoingRequest['headers'];
  /** Whose key; the first person's by default. */
  readonly by?: 'colleague';
}

/** Sequences of lawful calls whose answers a model of a few lines foretells. */
export class Sequences {
  #turn = 0;
  readonly #api: Api;
  readonly #call: Call;

  constructor(api: Api, call: Call) {
    this.#api = api;
    this.#call = call;
  }

  async run(maker: ValueContext): Promise<void> {
    const all = [
      this.#customerLife,
      this.#repeats,
      this.#webhookLife,
      this.#kycLife,
      this.#review,
      this.#holds,
      this.#keyLife,
      this.#consents,
      this.#screening,
    ];
    // In turn, so that a short run has each of them.
    const next = all[this.#turn % all.length];
    this.#turn += 1;
    await next?.call(this, maker);
  }

  #operation(operationId: string): Operation {
    const found = this.#api.operations.find((one) => one.operationId === operationId);
    if (!found) throw new ModelFault(`The document has no operation ${operationId}.`);
    return found;
  }

  #lawfulBody(maker: ValueContext, operationId: string): Body {
    const { body } = this.#operation(operationId);
    return validValue(maker, body?.schema ?? {}, body?.example, '') as Body;
  }

  async #do(maker: ValueContext, operationId: string, expected: number, step: Step = {}) {
    const got = await this.#answer(maker, operationId, step);
    if (got.status !== expected)
      throw new ModelFault(
        `${operationId} answered ${got.status} ${codeOf(got)} where the model says ${expected}`,
      );
    const read = (got.text === '' ? {} : JSON.parse(got.text)) as Body;
    return { got, body: read, etag: got.headers.get('etag') ?? '' };
  }

  #answer(maker: ValueContext, operationId: string, step: Step): Promise<Received> {
    const { method, path } = this.#operation(operationId);
    const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => step.params?.[name] ?? '');
    const { marker } = maker;
    const body = step.body === undefined ? undefined : JSON.stringify(step.body);
    const headers = step.headers ?? [];
    const target = `${this.#api.prefix}${filled}${step.query ?? ''}`;
    return this.#call({
      operationId,
      method,
      path: target,
      headers,
      body,
      marker,
      mustFail: false,
      by: step.by,
    });
  }

  #newPerson(maker: ValueContext): Body {
    // The brands of these runs have the validation bond.
    const {
      brand_person_id: _known,
      identification: _other,
      ...body
    } = this.#lawfulBody(maker, 'createCustomer');
    return { ...body, ssn: validValue(maker, { type: 'string' }, undefined, 'ssn') };
  }

  /** As clients of typed languages write it: null for every optional member that they leave out. */
  #withNulls(operationId: string, body: Body): Body {
    const schema = this.#api.resolve(this.#operation(operationId).body?.schema ?? {});
    const absent = Object.keys(schema['properties'] ?? {}).filter((name) => !(name in body));
    return { ...body, ...Object.fromEntries(absent.map((name) => [name, null])) };
  }

  async #newCustomer(maker: ValueContext) {
    const body = this.#newPerson(maker);
    const made = await this.#do(maker, 'createCustomer', 201, { body });
    return { ...made, params: { customer_id: String(made.body['customer_id']) } };
  }

  async #customerLife(maker: ValueContext): Promise<void> {
    const { body: made, etag, params } = await this.#newCustomer(maker);
    const read = await this.#do(maker, 'getCustomer', 200, { params });
    expectEqual('first_name after createCustomer', read.body['first_name'], made['first_name']);
    expectEqual('ETag after createCustomer', read.etag, etag);
    await this.#do(maker, 'getCustomer', 304, { params, headers: [['If-None-Match', etag]] });
    const patch = { last_name: `Q${maker.random.letters(8)}` };
    const tagged: OutgoingRequest['headers'] = [['If-Match', etag]];
    const changed = await this.#do(maker, 'updateCustomer', 200, { params, body: patch, headers: tagged });
    if (changed.etag === etag) throw new ModelFault('updateCustomer left the ETag as it was');
    await this.#do(maker, 'updateCustomer', 412, { params, body: patch, headers: tagged });
    await this.#do(maker, 'listCustomerHistory', 200, { params });
    const again = await this.#do(maker, 'getCustomer', 200, { params });
    expectEqual('last_name after updateCustomer', again.body['last_name'], patch.last_name);
    const address = { ...this.#lawfulBody(maker, 'createAddress'), is_primary: false };
    const added = await this.#do(maker, 'createAddress', 201, { params, body: address });
    const at = { ...params, address_id: String(added.body['address_id']) };
    await this.#do(maker, 'updateAddress', 200, { params: at, body: { street2: 'Suite 7' } });
    await this.#do(maker, 'getAddress', 200, { params: at });
    await this.#do(maker, 'deleteAddress', 200, { params: at });
    await this.#do(maker, 'getAddress', 404, { params: at });
    await this.#do(maker, 'revealSsn', 200, { params, body: { reason: 'A paper form is compared.' } });
    await this.#do(maker, 'deleteCustomer', 200, { params });
    for (const operationId of ['getCustomer', 'deleteCustomer', 'listAddresses'])
      await this.#do(maker, operationId, 404, { params });
  }

  async #repeats(maker: ValueContext): Promise<void> {
    const headers: OutgoingRequest['headers'] = [['Idempotency-Key', maker.random.uuid()]];
    const body = this.#withNulls('createCustomer', this.#newPerson(maker));
    const first = await this.#do(maker, 'createCustomer', 201, { body, headers });
    const second = await this.#do(maker, 'createCustomer', 201, { body, headers });
    expectEqual('a repeated createCustomer', second.got.text, first.got.text);
    expectEqual('Idempotent-Replayed', second.got.headers.get('idempotent-replayed'), 'true');
    await this.#do(maker, 'createCustomer', 422, { body: { ...body, first_name: 'Other' }, headers });
    await this.#do(maker, 'createCustomer', 409, { body });
    const params = { customer_id: String(first.body['customer_id']) };
    await this.#do(maker, 'deleteCustomer', 200, { params });
    await this.#do(maker, 'createCustomer', 410, { body, headers });
  }

  async #webhookLife(maker: ValueContext): Promise<void> {
    const body = { events: ['customer*'], url: `https://hooks.example.com/${maker.marker}` };
    const made = await this.#do(maker, 'createWebhook', 201, { body });
    const { id, secret } = made.body['webhook_subscription'] as Body;
    const params = { webhook_id: String(id) };
    const read = await this.#do(maker, 'getWebhook', 200, { params });
    if ((read.body['webhook_subscription'] as Body)['secret'] === secret)
      throw new ModelFault('getWebhook shows the whole secret');
    await this.#do(maker, 'testWebhook', 200, { params });
    await this.#do(maker, 'rotateWebhookSecret', 200, { params, body: { overlap_hours: 0 } });
    await this.#firstDelivery(maker, params);
    await this.#do(maker, 'replayWebhook', 200, { params, body: { from_number: 1, to_number: 5 } });
    await this.#do(maker, 'updateWebhook', 200, { params, body: { status: 'STATUS_DISABLED' } });
    await this.#do(maker, 'deleteWebhook', 200, { params });
    for (const operationId of ['getWebhook', 'deleteWebhook', 'testWebhook'])
      await this.#do(maker, operationId, 404, { params });
  }

  /** A delivery is made in the background, a moment after its event. */
  async #firstDelivery(maker: ValueContext, params: { readonly webhook_id: string }): Promise<void> {
    for (let asked = 0; asked < 10; asked += 1) {
      const { body } = await this.#do(maker, 'listDeliveries', 200, { params });
      const [first] = body['data'] as readonly Body[];
      const at = { ...params, delivery_id: String(first?.['delivery_id'] ?? first?.['id']) };
      if (first) return void (await this.#do(maker, 'getDelivery', 200, { params: at }));
      await sleep(200);
    }
  }

  async #keyLife(maker: ValueContext): Promise<void> {
    const body = { name: maker.random.uuid(), scopes: ['keys:read'], expires_days: 1 };
    const made = await this.#answer(maker, 'createKey', { body });
    if (codeOf(made) === 'key_budget') return;
    if (made.status !== 201) throw new ModelFault(`createKey answered ${made.status} ${codeOf(made)}`);
    const params = { identity: String((JSON.parse(made.text) as Body)['identity']) };
    await this.#do(maker, 'createKey', 409, { body });
    await this.#do(maker, 'rotateKey', 200, { params, body: { overlap_hours: 0 } });
    await this.#do(maker, 'rotateKey', 403, { params, body: {}, by: 'colleague' });
    await this.#do(maker, 'revokeKey', 200, { params });
    await this.#do(maker, 'revokeKey', 200, { params });
    await this.#do(maker, 'rotateKey', 409, { params, body: {} });
    const { body: list } = await this.#do(maker, 'listKeys', 200);
    const listed = (list['data'] as readonly Body[]).find((one) => one['identity'] === params.identity);
    if (listed?.['date_revoked'] === undefined) throw new ModelFault('listKeys does not show the revocation');
  }

  async #kycLife(maker: ValueContext): Promise<void> {
    const { params } = await this.#newCustomer(maker);
    const [programId = ''] = maker.pool.get('program_id');
    const complete = { phone: '650-123-4567', email: `${maker.marker}@example.com` };
    await this.#do(maker, 'updateCustomer', 200, { params, body: complete });
    const started = performance.now();
    await this.#do(maker, 'startKyc', 201, { params, body: { program_id: programId } });
    await this.#do(maker, 'startKyc', 409, { params, body: { program_id: programId } });
    await this.#simulatedPass(maker, { ...params, program_id: programId }, started);
    const read = await this.#do(maker, 'getCustomer', 200, { params });
    expectEqual('kyc_status after simulateKycPass', read.body['kyc_status'], 'passed');
    await this.#do(maker, 'updateCustomer', 403, { params, body: { dob: '1980-01-01' } });
    const body = { changes: { last_name: `Q${maker.random.letters(6)}` }, reason: `Married ${maker.marker}` };
    const asked = await this.#do(maker, 'createChangeRequest', 201, { params, body });
    const at = { change_request_id: String(asked.body['change_request_id']) };
    const own = { body: { decision: 'approve' }, params: at };
    const approval = { ...own, by: 'colleague' } as const;
    await this.#do(maker, 'decideChangeRequest', 403, own);
    await this.#do(maker, 'decideChangeRequest', 200, approval);
    await this.#do(maker, 'decideChangeRequest', 409, approval);
    const after = await this.#do(maker, 'getCustomer', 200, { params });
    expectEqual('last_name after the approval', after.body['last_name'], body.changes.last_name);
  }

  /** The sandbox lets the verification pass by itself after a second, and a customer passes only once. */
  async #simulatedPass(maker: ValueContext, body: Body, started: number): Promise<void> {
    const got = await this.#answer(maker, 'simulateKycPass', { body });
    const hasPassed = got.status === 409 && codeOf(got) === 'kyc_reinit_fail';
    const isLate = performance.now() - started >= 1_000;
    if (got.status !== 200 && !(hasPassed && isLate))
      throw new ModelFault(`simulateKycPass answered ${got.status} ${codeOf(got)} where the model says 200`);
  }

  /** A program that people decide on: they ask for documents, get them, look at them and approve. */
  async #review(maker: ValueContext): Promise<void> {
    const { params } = await this.#newCustomer(maker);
    const [, , programId = ''] = maker.pool.get('program_id');
    const complete = { phone: '650-123-4567', email: `${maker.marker}@example.com` };
    await this.#do(maker, 'updateCustomer', 200, { params, body: complete });
    await this.#do(maker, 'startKyc', 201, { params, body: { program_id: programId } });
    const review = await this.#waitingReview(maker, params.customer_id);
    if (review === undefined) return;
    const at = { review_id: review };
    await this.#do(maker, 'getKycReview', 200, { params: at });
    const decision = { decision: 'request_documents', documents: ['government_id'] };
    await this.#do(maker, 'decideKycReview', 200, { params: at, body: decision });
    const { body } = this.#operation('submitKycDocuments');
    await this.#do(maker, 'submitKycDocuments', 200, { params, body: body?.example });
    if ((await this.#waitingReview(maker, params.customer_id)) === undefined) return;
    const whole = await this.#do(maker, 'getKycReview', 200, { params: at });
    const [file] = whole.body['files'] as readonly Body[];
    const one = { ...at, document_id: String(file?.['document_id']) };
    await this.#do(maker, 'getKycDocument', 200, { params: one });
    const own = { params: at, body: { decision: 'approve' } };
    const approval = { ...own, by: 'colleague' } as const;
    await this.#do(maker, 'decideKycReview', 403, own);
    await this.#do(maker, 'decideKycReview', 200, approval);
    await this.#do(maker, 'decideKycReview', 409, approval);
    const kept = { ...params, verification_id: review };
    await this.#do(maker, 'getVerification', 200, { params: kept });
    await this.#do(maker, 'deleteCustomer', 200, { params });
    await this.#do(maker, 'getVerification', 404, { params: kept });
    await this.#do(maker, 'getRestrictedVerification', 200, { params: kept });
    await this.#do(maker, 'getRestrictedDocument', 200, { params: { ...kept, ...one } });
  }

  /** The customer's review, once background work has made one; it may be on no first page. */
  async #waitingReview(maker: ValueContext, customerId: string): Promise<string | undefined> {
    for (let tries = 0; tries < 20; tries += 1) {
      const params = { customer_id: customerId };
      const { body } = await this.#do(maker, 'getCustomer', 200, { params });
      if (body['kyc_status'] === 'under_review') break;
      await sleep(100);
    }
    for (let cursor = ''; ; ) {
      const list = await this.#do(maker, 'listKycReviews', 200, { query: `?limit=100${cursor}` });
      const found = (list.body['data'] as readonly Body[]).find((one) => one['customer_id'] === customerId);
      if (found) return String(found['review_id']);
      if (list.body['next_cursor'] === null) return undefined;
      cursor = `&cursor=${list.body['next_cursor']}`;
    }
  }

  /** The lists of the target have an entry of this name. */
  async #screening(maker: ValueContext): Promise<void> {
    const body = { ...this.#newPerson(maker), last_name: listedName };
    const made = await this.#do(maker, 'createCustomer', 201, { body });
    const params = { customer_id: String(made.body['customer_id']) };
    const query = `?customer_id=${params.customer_id}&status=waiting`;
    let found: readonly Body[] = [];
    for (let tries = 0; tries < 50 && found.length === 0; tries += 1) {
      await sleep(100);
      found = (await this.#do(maker, 'listScreeningMatches', 200, { query })).body['data'] as readonly Body[];
    }
    // A busy machine has not come to it.
    if (found.length === 0) return;
    const match = { match_id: String(found[0]?.['match_id']) };
    await this.#do(maker, 'getScreeningMatch', 200, { params: match });
    const propose = { params: match, body: this.#lawfulBody(maker, 'proposeScreeningDecision') };
    await this.#do(maker, 'proposeScreeningDecision', 200, propose);
    const approve = { params: match, body: { decision: 'approve' } };
    await this.#do(maker, 'decideScreeningMatch', 403, approve);
    await this.#do(maker, 'decideScreeningMatch', 200, { ...approve, by: 'colleague' });
    await this.#do(maker, 'listScreenings', 200, { params });
    await this.#do(maker, 'deleteCustomer', 200, { params });
    await this.#do(maker, 'getScreeningMatch', 404, { params: match });
    await this.#do(maker, 'listRestrictedScreenings', 200, { params });
  }

  async #consents(maker: ValueContext): Promise<void> {
    const { params } = await this.#newCustomer(maker);
    const kinds = ['notice', 'consent', 'withdrawal'];
    for (const kind of kinds) {
      const body = { ...this.#lawfulBody(maker, 'recordConsent'), kind };
      await this.#do(maker, 'recordConsent', 201, { params, body });
    }
    const kindsIn = ({ body }: { readonly body: Body }) =>
      (body['data'] as readonly Body[]).map((one) => one['kind']).join();
    const wanted = kinds.toReversed().join();
    const listed = await this.#do(maker, 'listConsents', 200, { params });
    expectEqual('kinds in listConsents', kindsIn(listed), wanted);
    const complete = { phone: '650-123-4567', email: `${maker.marker}@example.com` };
    await this.#do(maker, 'updateCustomer', 200, { params, body: complete });
    const [programId = ''] = maker.pool.get('program_id');
    await this.#do(maker, 'simulateKycFail', 200, { body: { ...params, program_id: programId } });
    await this.#do(maker, 'listVerifications', 200, { params });
    // The retention of a sandbox may be nothing, by a request of this run: a hold keeps the record from erasure.
    await this.#do(maker, 'setLegalHold', 201, { params, body: { reason: `Court ${maker.marker}` } });
    await this.#do(maker, 'deleteCustomer', 200, { params });
    await this.#do(maker, 'listConsents', 404, { params });
    await this.#do(maker, 'exportCustomerFile', 200, { params, body: { reason: 'A subject asks.' } });
    const kept = await this.#do(maker, 'listRestrictedConsents', 200, { params });
    expectEqual('kinds in listRestrictedConsents', kindsIn(kept), wanted);
  }

  async #holds(maker: ValueContext): Promise<void> {
    const { params } = await this.#newCustomer(maker);
    await this.#do(maker, 'getRestrictedCustomer', 404, { params });
    await this.#do(maker, 'getWaiting', 200);
    await this.#do(maker, 'getOverview', 200);
    const before = await this.#do(maker, 'getCustomerRetention', 200, { params });
    expectEqual('kept_as of a new customer', before.body['kept_as'], 'never_verified');
    await this.#do(maker, 'deleteCustomer', 200, { params });
    await this.#do(maker, 'getCustomerRetention', 404, { params });
    const hold = await this.#do(maker, 'setLegalHold', 201, {
      params,
      body: { reason: `Court ${maker.marker}` },
    });
    await this.#do(maker, 'getRestrictedCustomer', 200, { params });
    const at = { ...params, hold_id: String(hold.body['hold_id']) };
    const ofCustomer = `customer_id=${params.customer_id}`;
    await this.#listed(maker, 'listLegalHolds', 1, `?status=active&${ofCustomer}`);
    const release = { params: at, body: { reason: 'Settled.' } };
    await this.#do(maker, 'releaseLegalHold', 403, release);
    await this.#do(maker, 'releaseLegalHold', 200, { ...release, by: 'colleague' });
    await this.#listed(maker, 'listLegalHolds', 0, `?status=active&${ofCustomer}`);
    await this.#listed(maker, 'listLegalHolds', 1, `?status=released&${ofCustomer}`);
    const asked = await this.#do(maker, 'requestErasure', 201, { params, body: { reason: 'Made twice.' } });
    const request = { params: { ...params, erasure_id: String(asked.body['erasure_id']) } };
    await this.#do(maker, 'approveErasure', 403, request);
    await this.#do(maker, 'withdrawErasure', 200, request);
    await this.#do(maker, 'withdrawErasure', 404, request);
    await this.#do(maker, 'approveErasure', 404, { ...request, by: 'colleague' });
    // Numbered in the background, so the newest entries may not be there yet.
    await this.#do(maker, 'listAudit', 200, { query: '?order=oldest&limit=5' });
  }

  async #listed(maker: ValueContext, operationId: string, wanted: number, query: string): Promise<void> {
    const { body } = await this.#do(maker, operationId, 200, { query });
    expectEqual(`the number of items of ${operationId}`, (body['data'] as unknown[]).length, wanted);
  }
}

function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new ModelFault(`${what} is not what the model says`);
}
