import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { documentTypes } from '../../src/domain/document-types.ts';
import { instantOfMillis } from '../../src/domain/time.ts';
import type { KycAnswer, KycCallback, KycProvider } from '../../src/providers/kyc.ts';
import type { HttpKycOptions } from '../../src/providers/kyc-http.ts';
import { httpKycLimits, openHttpKyc } from '../../src/providers/kyc-http.ts';
import { readAnswer } from '../../src/providers/kyc-http-answer.ts';
import type { NoAnswer } from '../../src/providers/no-answer.ts';
import type { Outbound } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { makeSecret } from '../../src/providers/signature.ts';
import { applicant, documentOf, newRun } from '../fakes/kyc-people.ts';
import { schemaErrorsOf } from '../fakes/kyc-protocol.ts';
import type { FakeVendor } from '../fakes/kyc-vendor.ts';
import { openFakeVendor, sendCallback } from '../fakes/kyc-vendor.ts';

/** Generous where time is not what is tested: the machine may be loaded. */
const timeoutMs = 20_000;
const secret = makeSecret();
const now = () => instantOfMillis(Date.now());

let vendor: FakeVendor;
let outbound: Outbound;
let provider: KycProvider;
const make = (more: Partial<HttpKycOptions> = {}) =>
  openHttpKyc({ outbound, url: vendor.url, secret, now, timeoutMs, ...more });

beforeAll(async () => {
  vendor = await openFakeVendor({ kind: 'synchronous', secret });
  outbound = openOutbound({ ...httpKycLimits, allow: ['127.0.0.1/32'], lookup: async () => [] });
  provider = make();
});
afterEach(() => vendor.misbehave(undefined));
afterAll(async () => {
  await outbound.close();
  await vendor.close();
});

const run = { ...newRun(now()), reference: 'ver_1' };
const identity = documentOf('government_id');

/** The three calls whose answers count. */
const calls: Readonly<Record<string, (to: KycProvider) => Promise<KycAnswer>>> = {
  start: (to) => to.start(run, applicant('123121234')),
  fetch: (to) => to.fetch(run),
  submitDocuments: (to) => to.submitDocuments(run, [identity]),
};

const lastCall = () => {
  const call = vendor.calls.at(-1);
  if (!call) throw new Error('There was no call.');
  return call;
};

test('every call is signed, matches the published schema, and has only the required content', async () => {
  const fresh = newRun(now());
  const { reference } = (await provider.start(fresh, applicant('333333333'))) as { reference: string };
  const { customerId, programId, runId } = fresh;
  expect(lastCall()).toMatchObject({ path: '/kyc/verifications' });
  expect(lastCall().body).toEqual({
    run_id: runId,
    customer_id: customerId,
    program_id: programId,
    applicant: applicant('333333333'),
  });
  await provider.fetch({ ...fresh, reference });
  expect(lastCall()).toMatchObject({
    path: '/kyc/verifications/status',
    body: { run_id: runId, reference },
  });
  await provider.submitDocuments({ ...fresh, reference }, [identity]);
  expect(lastCall()).toMatchObject({ path: '/kyc/documents', body: { run_id: runId, reference } });
  const [document] = lastCall().body.documents;
  const { documentId, content, ...described } = identity;
  expect(document).toEqual({
    document_id: documentId,
    ...described,
    content: content.toString('base64'),
  });
  await provider.cancel({ ...fresh, reference });
  expect(lastCall()).toMatchObject({ path: '/kyc/cancel', body: { run_id: runId, reference } });
  expect(new Set(vendor.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(vendor.calls.length);
});

test('a service with another secret refuses, and a URL with a trailing slash works', async () => {
  const stranger = make({ secret: makeSecret() });
  expect(await stranger.fetch(run)).toEqual({ kind: 'no_answer', reason: 'refused' });
  expect((await calls['start']?.(make({ url: `${vendor.url}/` })))?.kind).toBe('finding');
});

test('twenty-five megabytes of documents arrive unchanged', async () => {
  const fresh = newRun(now());
  const { reference } = (await provider.start(fresh, applicant('444444444'))) as { reference: string };
  const documents = documentTypes.map((type) => documentOf(type, Buffer.alloc(8_333_333, type)));
  const answer = await provider.submitDocuments({ ...fresh, reference }, documents);
  expect(answer).toMatchObject({ kind: 'finding', finding: { state: 'approved' } });
  const sent: { content: string }[] = lastCall().body.documents;
  for (const [index, { content }] of documents.entries())
    expect(content.equals(Buffer.from(sent[index]?.content ?? '', 'base64'))).toBe(true);
});

describe.each(Object.entries(calls))('%s is silent', (name, call) => {
  const silent = (reason: NoAnswer['reason'], retryAfterSeconds?: number): NoAnswer => ({
    kind: 'no_answer',
    reason,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
  const busy = (status: number, wait: string) => sendCallback(status, {}, { 'retry-after': wait });

  test('when the service says that it cannot, or will not', async () => {
    for (const status of [500, 502, 503, 504, 599]) {
      vendor.misbehave(sendCallback(status, '<html>Bad gateway</html>'));
      expect(await call(provider)).toEqual(silent('server error'));
    }
    for (const status of [400, 401, 403, 404, 409, 410, 422, 301, 302, 307, 308, 304]) {
      vendor.misbehave(sendCallback(status, '', { location: `${vendor.url}/verifications` }));
      expect(await call(provider)).toEqual(silent('refused'));
    }
  });

  test('and returns the requested wait, up to a maximum', async () => {
    vendor.misbehave(sendCallback(429, {}));
    expect(await call(provider)).toEqual(silent('rate limited'));
    vendor.misbehave(busy(429, '30'));
    expect(await call(provider)).toEqual(silent('rate limited', 30));
    vendor.misbehave(busy(503, '5'));
    expect(await call(provider)).toEqual(silent('server error', 5));
    vendor.misbehave(busy(429, '0'));
    expect(await call(provider)).toEqual(silent('rate limited', 1));
    vendor.misbehave(busy(429, '999999999'));
    expect(await call(provider)).toEqual(silent('rate limited', 3_600));
    for (const odd of ['-1', '1e9', 'soon', 'Tue, 24 Nov 2026 08:36:00 GMT', '99999999999999999999']) {
      vendor.misbehave(busy(429, odd));
      expect(await call(provider)).toEqual(silent('rate limited'));
    }
  });

  test('when the answer is not of the published form', async () => {
    const reference = 'ver_1';
    const bodies: unknown[] = [
      '',
      '{',
      'null',
      '[]',
      '"approved"',
      '<html>Welcome</html>',
      `${JSON.stringify({ reference, state: 'approved' })}}`,
      {},
      { reference },
      { reference, state: 'verified' },
      { reference, state: 'APPROVED' },
      { reference, state: 'toString' },
      { reference, state: true },
      { reference, state: ['approved'] },
      { reference: 7, state: 'approved' },
      { reference: null, state: 'approved' },
      { reference: '', state: 'approved' },
      { reference: 'zsofia.quenneville@example.com', state: 'approved' },
      { reference: 'x'.repeat(201), state: 'approved' },
      { reference, state: 'needs_document' },
      { reference, state: 'needs_document', documents: [] },
      { reference, state: 'needs_document', documents: 'government_id' },
      { reference, state: 'needs_document', documents: ['selfie'] },
      { reference, state: 'needs_document', documents: ['government_id', 'selfie'] },
      { reference, state: 'needs_document', documents: ['government_id', 'government_id'] },
      { reference, state: 'needs_document', documents: { 0: 'government_id', length: 1 } },
      { reference, state: 'approved', filler: 'x'.repeat(70_000) },
      ...(name === 'start' ? [{ state: 'approved' }] : []),
    ];
    vendor.misbehave(sendCallback(204, ''));
    expect(await call(provider)).toEqual(silent('malformed'));
    for (const body of bodies) {
      vendor.misbehave(sendCallback(200, body));
      expect(await call(provider), JSON.stringify(body).slice(0, 99)).toEqual(silent('malformed'));
    }
  });

  test('when the answer breaks off', async () => {
    vendor.misbehave((response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('{"reference":"ver_1","state":"approved"}', () => response.socket?.destroy());
    });
    expect(await call(provider)).toEqual(silent('malformed'));
    vendor.misbehave((response) => void response.socket?.destroy());
    expect(await call(provider)).toEqual(silent('malformed'));
  });

  test('when the service is unreachable or its address is not allowed', async () => {
    expect(await call(make({ url: 'http://127.0.0.1:1/kyc' }))).toEqual(silent('unreachable'));
    expect(await call(make({ url: 'https://nobody.example.com/kyc' }))).toEqual(silent('unreachable'));
    for (const url of ['http://10.0.0.1/kyc', 'https://169.254.169.254/latest', 'file:///etc/passwd', 'kyc'])
      expect(await call(make({ url }))).toEqual(silent('unreachable'));
  });

  test('and then answers the same call', async () => {
    vendor.misbehave(sendCallback(503, {}));
    expect((await call(provider)).kind).toBe('no_answer');
    vendor.misbehave(
      sendCallback(200, { reference: 'ver_1', state: 'needs_document', documents: ['government_id'] }),
    );
    expect(await call(provider)).toEqual({
      kind: 'finding',
      finding: { state: 'needs_document', documents: ['government_id'] },
      reference: 'ver_1',
    });
  });
});

test('a call that gets no answer ends at its deadline', async () => {
  const impatient = make({ timeoutMs: 300 });
  vendor.misbehave(() => undefined);
  const silence: NoAnswer = { kind: 'no_answer', reason: 'timeout' };
  expect(await impatient.fetch(run)).toEqual(silence);
  expect(await impatient.start(run, applicant('123121234'))).toEqual(silence);
  expect(await impatient.cancel(run)).toBeUndefined();
});

test('a call has ten seconds, and a minute with documents', async () => {
  const timeouts: unknown[] = [];
  const send: Outbound['send'] = (request) => {
    timeouts.push(request.timeoutMs);
    return outbound.send(request);
  };
  const usual = openHttpKyc({ outbound: { ...outbound, send }, url: vendor.url, secret, now });
  for (const call of Object.values(calls)) await call(usual);
  await usual.cancel(run);
  expect(timeouts).toEqual([10_000, 10_000, 60_000, 10_000]);
});

test('cancelling ignores the answer', async () => {
  for (const fault of [sendCallback(500, ''), sendCallback(404, {}), sendCallback(200, '{')]) {
    vendor.misbehave(fault);
    expect(await provider.cancel(run)).toBeUndefined();
  }
});

test('an answer is read if and only if the published schema takes it', () => {
  const word = fc.constantFrom('approved', 'needs_document', 'pending', 'review', 'toString', '', 'Approved');
  const list = fc.array(fc.oneof(fc.constantFrom(...documentTypes), fc.constantFrom('selfie', 1)), {
    maxLength: 4,
  });
  const reference = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom('ver_1', 'a.b:c-d', 'é', 'x\n', 'x'.repeat(200)),
  );
  const known = { method: 'database', result: 'confirmed' };
  const lawful = fc.constantFrom(
    known,
    { ...known, source: 'Bureau' },
    { ...known, source: 'é'.repeat(100) },
  );
  const hostileChecks = fc.constantFrom<unknown>(
    ...[null, {}, 'database', [null], [[]], ['database'], Array(21).fill(known)],
    ...[
      { method: 'magic' },
      { result: 'maybe' },
      { source: '' },
      { source: 'x'.repeat(101) },
      { source: 1 },
    ].map((wrong) => [{ ...known, ...wrong }]),
    [{ result: 'confirmed' }],
  );
  const hostileReasons = fc.constantFrom<unknown>(null, 'a', [''], ['a b'], [1], Array(51).fill('a'));
  const mostly = (usual: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 19, arbitrary: usual }, wrong);
  const answers = fc.oneof(
    fc.record(
      {
        reference: fc.oneof({ weight: 9, arbitrary: reference }, fc.jsonValue()),
        state: word,
        documents: list,
        checks: mostly(fc.array(lawful, { maxLength: 3 }), hostileChecks),
        reasons: mostly(fc.array(fc.constantFrom('R01', 'name.mismatch')), hostileReasons),
        more: fc.jsonValue(),
      },
      { requiredKeys: ['state'] },
    ),
    fc.jsonValue(),
  );
  let taken = 0;
  fc.assert(
    fc.property(answers, (answer) => {
      const read = readAnswer({
        kind: 'answered',
        from: 'public',
        status: 200,
        headers: {},
        body: Buffer.from(JSON.stringify(answer)),
        truncated: false,
        timedOut: false,
      });
      const isTaken = read.kind === 'finding';
      if (isTaken) taken += 1;
      expect(isTaken).toBe(schemaErrorsOf('answer', answer) === '');
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(150);
});

describe('a callback', () => {
  const { runId } = newRun(now());
  const body = { run_id: runId };
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000);

  /** Every way to try to pass a callback that is not a recent one of the service. */
  const forged = (): Readonly<Record<string, KycCallback>> => {
    const good = vendor.callback(body);
    const signature = String(good.headers['webhook-signature']);
    const headers = (more: KycCallback['headers']) => ({ ...good, headers: { ...good.headers, ...more } });
    return {
      'no signature': headers({ 'webhook-signature': undefined }),
      'a bad signature': headers({ 'webhook-signature': `v1,${'A'.repeat(43)}=` }),
      'half a signature': headers({ 'webhook-signature': signature.slice(0, -8) }),
      "another brand's secret": vendor.callback(body, { secret: makeSecret() }),
      'an old one': vendor.callback(body, { at: at(-302) }),
      'one of the future': vendor.callback(body, { at: at(360) }),
      'an old one with a new time': {
        ...vendor.callback(body, { at: at(-600) }),
        headers: {
          ...vendor.callback(body, { at: at(-600) }).headers,
          'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
        },
      },
      'another body': { ...good, body: JSON.stringify({ run_id: randomUUID() }) },
      'the same body, spelt differently': { ...good, body: `${good.body} ` },
      'no run': vendor.callback({}),
      'a run that is none': vendor.callback({ run_id: 'x' }),
      'a run of another type': vendor.callback({ run_id: [runId] }),
      'a body that is no object': vendor.callback([runId]),
    };
  };

  const readBy = (reader: Pick<KycProvider, 'readCallback'>) =>
    Object.entries(forged())
      .filter(([, callback]) => reader.readCallback(callback) !== undefined)
      .map(([name]) => name);

  test('is accepted when it is signed, also by one of several secrets', () => {
    const good = vendor.callback(body);
    expect(provider.readCallback(good)).toEqual({ runId });
    const other = vendor.callback(body, { secret: makeSecret() }).headers['webhook-signature'];
    const both = `${other} ${good.headers['webhook-signature']}`;
    expect(
      provider.readCallback({ ...good, headers: { ...good.headers, 'webhook-signature': both } }),
    ).toEqual({ runId });
  });

  test('is refused when it is forged, old or for another program', () => {
    expect(readBy(provider)).toEqual([]);
  });

  test('fails if the time is not checked, or the body is read without its signature', () => {
    const timeless: typeof provider.readCallback = (callback) => {
      const sentAt = Number(callback.headers['webhook-timestamp']) * 1_000;
      return make({ now: () => instantOfMillis(sentAt) }).readCallback(callback);
    };
    expect(readBy({ readCallback: timeless })).toEqual(['an old one', 'one of the future']);
    const trusting: typeof provider.readCallback = ({ body: text }) => ({ runId: JSON.parse(text).run_id });
    expect(readBy({ readCallback: trusting })).toContain("another brand's secret");
  });

  test('names its run without a state', () => {
    const claim = { ...body, state: 'approved', reference: 'ver_9', documents: ['government_id'] };
    expect(provider.readCallback(vendor.callback(claim))).toEqual({ runId });
  });
});
