import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { instantOfMillis } from '../../src/domain/time.ts';
import type { KycAnswer, KycCallback, KycProvider } from '../../src/providers/kyc.ts';
import { httpKycLimits, openHttpKyc } from '../../src/providers/kyc-http.ts';
import type { Outbound } from '../../src/providers/outbound.ts';
import { openOutbound } from '../../src/providers/outbound.ts';
import { makeSecret, verifyStandard } from '../../src/providers/signature.ts';
import { portOf } from '../fakes/internet.ts';
import { applicant, documentOf, newRun } from '../fakes/kyc-people.ts';
import type { FakePersona, Inquiry, Webhook } from '../fakes/kyc-persona.ts';
import { openFakePersona } from '../fakes/kyc-persona.ts';
import { schemaErrorsOf } from '../fakes/kyc-protocol.ts';
import { providerRequirements } from '../fakes/kyc-suite.ts';

const folder = fileURLToPath(new URL('../../examples/kyc-bridge/', import.meta.url));
const secret = makeSecret();
const now = () => instantOfMillis(Date.now());
// Generous where time is not what is tested: the machine may be loaded.
const timeoutMs = 20_000;

let persona: FakePersona;
let bridge: Awaited<ReturnType<typeof openBridge>>;
let outbound: Outbound;
let provider: KycProvider;
/** What came for Clientele, and for the brand's own application, in order. */
let received: { readonly path: string; readonly callback: KycCallback }[] = [];
let runtime: Server;
/** What Clientele and the brand's application answer. */
let status = 200;

/** Starts a bridge as its README does. */
async function openBridge(cwd: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { key, template, webhookSecret } = persona.settings;
  const home = `http://127.0.0.1:${portOf(runtime)}`;
  const bridge = spawn(process.execPath, ['bridge.js'], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PORT: '0',
      BRIDGE_SECRET: secret,
      CALLBACK_URL: `${home}/callback`,
      INVITE_URL: `${home}/invite`,
      PERSONA_URL: persona.url,
      PERSONA_KEY: key,
      PERSONA_TEMPLATE: template,
      PERSONA_WEBHOOK_SECRET: webhookSecret,
    },
  });
  const [sentence] = await once(createInterface(bridge.stdout), 'line');
  return {
    url: `http://127.0.0.1:${/port (\d+)/.exec(sentence)?.[1]}`,
    async close() {
      const ended = once(bridge, 'exit');
      bridge.kill('SIGKILL');
      await ended;
    },
  };
}

beforeAll(async () => {
  persona = await openFakePersona();
  runtime = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ path: request.url ?? '', callback: { headers: request.headers, body } });
    response.writeHead(status).end(request.url === '/callback' ? '"Callback received"' : '');
  });
  await new Promise<void>((resolve) => runtime.listen(0, '127.0.0.1', resolve));
  bridge = await openBridge(folder);
  outbound = openOutbound({ ...httpKycLimits, allow: ['127.0.0.1/32'] });
  provider = openHttpKyc({ outbound, url: bridge.url, secret, now, timeoutMs });
});
afterEach(() => {
  persona.refuse(0);
  status = 200;
  received = [];
});
afterAll(async () => {
  await bridge.close();
  await outbound.close();
  await persona.close();
  runtime.closeAllConnections();
  runtime.close();
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
const tell = async ({ headers, body }: Webhook, url = bridge.url) =>
  (await fetch(`${url}/vendor`, { method: 'POST', headers, body })).status;

const stateOf = (answer: KycAnswer) => (answer.kind === 'finding' ? answer.finding.state : answer.reason);

describe('the bridge', () => {
  test.each(Object.entries(providerRequirements))('%s', async (_, hold) => {
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

  test('leads a person from the start through the vendor’s page to the verdict', async () => {
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
    expect(schemaErrorsOf('callback', JSON.parse(callback.body))).toBe('');
    expect(provider.readCallback(callback)).toEqual({ runId: run.runId });
    expect(stateOf(await provider.fetch(run))).toBe('pending');
    inquiry.status = 'approved';
    expect(stateOf(await provider.fetch(run))).toBe('approved');
    expect(stateOf(await provider.fetch({ ...run, reference: undefined }))).toBe('approved');
  });

  test('maps each status of the vendor, and gives no answer for an unknown one', async () => {
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

  test('passes on the time of a retry, and outages of the vendor and the brand’s application', async () => {
    const { run } = await started();
    persona.refuse(429);
    expect(await provider.fetch(run)).toEqual({
      kind: 'no_answer',
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

  /** Who is let in without having signed, by name. */
  async function intruders(url: string): Promise<readonly string[]> {
    const { run, inquiry } = await started();
    received = [];
    const late = () => instantOfMillis(Date.now() - 302_000);
    const [stranger, latecomer] = [
      openHttpKyc({ outbound, url, secret: makeSecret(), now }),
      openHttpKyc({ outbound, url, secret, now: late }),
    ];
    const good = persona.webhook(inquiry);
    const [time, mac] = String(good.headers['persona-signature']).split(',');
    const spelt = (signature: string) => ({ ...good, headers: { 'persona-signature': signature } });
    const attempts: Readonly<Record<string, () => Promise<boolean>>> = {
      'a call with another secret': async () => stateOf(await stranger.fetch(run)) !== 'refused',
      'a call of five minutes ago': async () => stateOf(await latecomer.fetch(run)) !== 'refused',
      'a bare call': async () =>
        (await fetch(`${url}/verifications/status`, { method: 'POST', body: '{}' })).status !== 401,
    };
    const forged: Readonly<Record<string, Webhook>> = {
      'a webhook with another secret': persona.webhook(inquiry, { secret: 'wbhsec_2' }),
      'a webhook of five minutes ago': persona.webhook(inquiry, { at: Math.floor(Date.now() / 1_000) - 302 }),
      'a webhook about another run': {
        ...good,
        body: good.body.replace(inquiry.referenceId, newRun(now()).runId),
      },
      'a webhook without a signature': spelt(''),
      'a webhook with half of it': spelt(`${time}`),
      'a webhook with an empty one': spelt(`${time},v1=`),
      'a webhook without a time': spelt(`${mac}`),
      'a webhook with no time': spelt(`t=NaN,${mac}`),
      'a webhook with a guess': spelt(`${time},v1=${'0'.repeat(64)}`),
    };
    const names: string[] = [];
    for (const [name, isIn] of Object.entries(attempts)) if (await isIn()) names.push(name);
    for (const [name, webhook] of Object.entries(forged))
      if ((await tell(webhook, url)) !== 401) names.push(name);
    return names;
  }

  test('answers no unsigned request on either side', async () => {
    expect(await intruders(bridge.url)).toEqual([]);
    expect(received).toEqual([]);
    const { inquiry } = await started();
    const good = persona.webhook(inquiry);
    const twice = { 'persona-signature': `t=1,v1=aa ${good.headers['persona-signature']}` };
    expect(await tell({ ...good, headers: twice })).toBe(200);
  });

  test('fails if signatures or clocks are not checked', async () => {
    const faults = {
      'left.length === right.length && timingSafeEqual(left, right)': [
        'a call with another secret',
        'a webhook with a guess',
      ],
      '<= 300': ['a call of five minutes ago', 'a webhook of five minutes ago'],
    };
    for (const [sound, admitted] of Object.entries(faults)) {
      const spoiled = await mkdtemp(join(tmpdir(), 'clientele-bridge-'));
      await cp(folder, spoiled, { recursive: true });
      const text = readFileSync(join(spoiled, 'signed.js'), 'utf8');
      expect(text).toContain(sound);
      await writeFile(
        join(spoiled, 'signed.js'),
        text.replace(sound, sound === '<= 300' ? '<= 3e9' : 'true'),
      );
      const lax = await openBridge(spoiled);
      const found = await intruders(lax.url).finally(() => lax.close());
      await rm(spoiled, { recursive: true });
      expect(found).toEqual(expect.arrayContaining(admitted));
    }
  });

  test('makes the vendor repeat its callback if Clientele was not reachable', async () => {
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
