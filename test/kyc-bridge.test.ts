import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { instantOfMillis } from '../src/domain/time.ts';
import type { KycAnswer, KycCallback, KycProvider } from '../src/providers/kyc.ts';
import { httpKycLimits, openHttpKyc } from '../src/providers/kyc-http.ts';
import type { Outbound } from '../src/providers/outbound.ts';
import { openOutbound } from '../src/providers/outbound.ts';
import { makeSecret, verifyStandard } from '../src/providers/signature.ts';
import { portOf } from './fakes/internet.ts';
import { applicant, documentOf, newRun } from './fakes/kyc-people.ts';
import type { FakePersona, Inquiry, Webhook } from './fakes/kyc-persona.ts';
import { openFakePersona } from './fakes/kyc-persona.ts';
import { wrongWith } from './fakes/kyc-protocol.ts';
import { guarantees } from './fakes/kyc-suite.ts';

const folder = fileURLToPath(new URL('../examples/kyc-bridge/', import.meta.url));
const secret = makeSecret();
const now = () => instantOfMillis(Date.now());
// Generous where time is not what is tested: the machine may be loaded.
const timeoutMilliseconds = 20_000;

let persona: FakePersona;
let bridge: ChildProcess;
let url: string;
let outbound: Outbound;
let provider: KycProvider;
/** What came for Clientele, and for the brand's own application, in order. */
let received: { readonly path: string; readonly callback: KycCallback }[] = [];
let house: Server;
/** What Clientele and the brand's application answer. */
let status = 200;

/** Starts the bridge as its README does. */
async function openBridge(): Promise<void> {
  const { key, template, webhookSecret } = persona.settings;
  const home = `http://127.0.0.1:${portOf(house)}`;
  bridge = spawn(process.execPath, ['bridge.js'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PORT: '0',
      CLIENTELE_SECRET: secret,
      CLIENTELE_CALLBACK_URL: `${home}/callback`,
      INVITE_URL: `${home}/invite`,
      PERSONA_URL: persona.url,
      PERSONA_KEY: key,
      PERSONA_TEMPLATE: template,
      PERSONA_WEBHOOK_SECRET: webhookSecret,
    },
  });
  if (!bridge.stdout) throw new Error('The bridge says nothing.');
  const [sentence] = await once(createInterface(bridge.stdout), 'line');
  url = `http://127.0.0.1:${/port (\d+)/.exec(sentence)?.[1]}`;
}

beforeAll(async () => {
  persona = await openFakePersona();
  house = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ path: request.url ?? '', callback: { headers: request.headers, body } });
    response.writeHead(status).end(request.url === '/callback' ? '"Callback received"' : '');
  });
  await new Promise<void>((resolve) => house.listen(0, '127.0.0.1', resolve));
  await openBridge();
  outbound = openOutbound({ ...httpKycLimits, allow: ['127.0.0.1/32'] });
  provider = openHttpKyc({ outbound, url, secret, now, timeoutMilliseconds });
});
afterEach(() => {
  persona.refuse(0);
  status = 200;
  received = [];
});
afterAll(async () => {
  const ended = once(bridge, 'exit');
  bridge.kill();
  await ended;
  await outbound.close();
  await persona.close();
  house.closeAllConnections();
  house.close();
});

/** A run that has been started, with what Persona made of it. */
async function started() {
  const run = newRun(now());
  const answer = await provider.start(run, applicant('123121234'));
  const inquiry = persona.inquiries.find(({ referenceId }) => referenceId === run.runId);
  if (answer.kind !== 'finding' || !inquiry) throw new Error('It was not started.');
  return { run: { ...run, reference: answer.reference }, answer, inquiry };
}

/** Persona tells the bridge. */
const tell = async ({ headers, body }: Webhook) =>
  (await fetch(`${url}/vendor`, { method: 'POST', headers, body })).status;

const stateOf = (answer: KycAnswer) => (answer.kind === 'finding' ? answer.finding.state : answer.reason);

describe('the bridge', () => {
  test.each(Object.entries(guarantees))('%s', async (_, hold) => {
    await hold({
      provider,
      now,
      endingOf: () => ({ state: 'approved' }),
      afterDocuments: { state: 'approved' },
      settle() {
        for (const inquiry of persona.inquiries) (inquiry as Inquiry).status = 'approved';
      },
      begun: (runId) => persona.inquiries.filter(({ referenceId }) => referenceId === runId).length,
      close: async () => undefined,
    });
  });

  test('takes a person from the start through the vendor’s page to the verdict', async () => {
    const { run, answer, inquiry } = await started();
    expect(answer).toEqual({ kind: 'finding', finding: { state: 'needs_input' }, reference: inquiry.id });
    expect(inquiry.fields).toMatchObject({
      'name-first': 'Zsófia',
      birthdate: '1987-06-05',
      'address-city': 'San Francisco',
    });
    expect(JSON.stringify(inquiry)).not.toContain('123121234');

    const [invitation] = received;
    expect(invitation?.path).toBe('/invite');
    expect(JSON.parse(invitation?.callback.body ?? '')).toEqual({
      customer_id: run.customerId,
      link: `https://persona.example.com/verify?code=${inquiry.id}`,
    });
    const { headers, body } = invitation?.callback ?? { headers: {}, body: '' };
    expect(verifyStandard(secret, headers, body, Math.floor(Date.now() / 1_000))).toBe(true);

    inquiry.status = 'completed';
    expect(await tell(persona.webhook(inquiry))).toBe(200);
    const callback = received[1]?.callback;
    if (!callback) throw new Error('Clientele was not told.');
    expect(wrongWith('callback', JSON.parse(callback.body))).toBe('');
    expect(provider.readCallback(callback)).toEqual({ runId: run.runId });
    expect(stateOf(await provider.fetch(run))).toBe('pending');
    inquiry.status = 'approved';
    expect(stateOf(await provider.fetch(run))).toBe('approved');
    expect(stateOf(await provider.fetch({ ...run, reference: undefined }))).toBe('approved');
  });

  test('says of each status of the vendor what it means here, and nothing of one that it does not know', async () => {
    const { run, inquiry } = await started();
    const meanings = {
      created: 'needs_input',
      pending: 'needs_input',
      completed: 'pending',
      needs_review: 'review',
    };
    const endings = { approved: 'approved', declined: 'declined', failed: 'declined', expired: 'expired' };
    for (const [theirs, ours] of Object.entries({ ...meanings, ...endings, reconsidered: 'malformed' })) {
      inquiry.status = theirs;
      expect(stateOf(await provider.fetch(run))).toBe(ours);
      expect(stateOf(await provider.submitDocuments(run, [documentOf('government_id')]))).toBe(ours);
    }
    await provider.cancel(run);
    expect(inquiry.status).toBe('expired');
  });

  test('passes on when to ask again, and that the vendor or the brand’s application is not there', async () => {
    const { run } = await started();
    persona.refuse(429);
    expect(await provider.fetch(run)).toEqual({
      kind: 'silence',
      reason: 'rate limited',
      retryAfterSeconds: 7,
    });
    persona.refuse(500);
    expect(stateOf(await provider.fetch(run))).toBe('server error');
    persona.refuse(401);
    expect(stateOf(await provider.fetch(run))).toBe('server error');
    persona.refuse(0);
    status = 503;
    const fresh = newRun(now());
    expect(stateOf(await provider.start(fresh, applicant('123121234')))).toBe('server error');
    status = 200;
    received = [];
    expect(stateOf(await provider.start(fresh, applicant('123121234')))).toBe('needs_input');
    expect(received.map(({ path }) => path)).toEqual(['/invite']);
    expect(persona.inquiries.filter(({ referenceId }) => referenceId === fresh.runId)).toHaveLength(1);
  });

  test('tells nothing to who has not signed, on either side', async () => {
    const { run, inquiry } = await started();
    received = [];
    const stranger = openHttpKyc({ outbound, url, secret: makeSecret(), now });
    const late = openHttpKyc({ outbound, url, secret, now: () => instantOfMillis(Date.now() - 302_000) });
    for (const other of [stranger, late]) expect(stateOf(await other.fetch(run))).toBe('refused');
    expect((await fetch(`${url}/verifications/status`, { method: 'POST', body: '{}' })).status).toBe(401);

    const good = persona.webhook(inquiry);
    const [time, mac] = String(good.headers['persona-signature']).split(',');
    const forged: Webhook[] = [
      persona.webhook(inquiry, { secret: 'wbhsec_2' }),
      persona.webhook(inquiry, { at: Math.floor(Date.now() / 1_000) - 302 }),
      { ...good, body: good.body.replace(inquiry.referenceId, newRun(now()).runId) },
      ...['', 'x', `${time}`, `${time},v1=`, `${mac}`, `t=NaN,${mac}`, `${time},v1=${'0'.repeat(64)}`].map(
        (signature) => ({
          ...good,
          headers: { 'persona-signature': signature },
        }),
      ),
    ];
    for (const webhook of forged) expect(await tell(webhook)).toBe(401);
    expect(received).toEqual([]);
    const twice = { 'persona-signature': `t=1,v1=aa ${good.headers['persona-signature']}` };
    expect(await tell({ ...good, headers: twice })).toBe(200);
    expect(received).toHaveLength(1);
  });

  test('has the vendor tell it again when Clientele was not there', async () => {
    const { inquiry } = await started();
    status = 503;
    expect(await tell(persona.webhook(inquiry))).toBe(502);
    status = 200;
    expect(await tell(persona.webhook(inquiry))).toBe(200);
  });

  test('needs nothing but Node', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
    const imports = files.flatMap((file) => [
      ...readFileSync(folder + file, 'utf8').matchAll(/^import .* from '(.+)';$/gm),
    ]);
    expect(imports.length).toBeGreaterThan(5);
    expect(imports.map(([, name = '']) => name).filter((name) => !/^(?:node:|\.\/)/.test(name))).toEqual([]);
  });
});
