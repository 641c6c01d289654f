import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { eventExample } from '../../src/contract/webhooks/events.ts';
import { spacedJson } from '../../src/domain/text.ts';
import { challengeOutcome } from '../../src/domain/webhooks/challenge.ts';
import { makeSecret, signStandard } from '../../src/providers/signature.ts';
import { settings } from '../../src/settings.ts';

const folder = fileURLToPath(new URL('../../examples/webhook-receivers/', import.meta.url));
const languages = [
  ['Node', 'node', 'receiver.js'],
  ['Python', 'python3', 'receiver.py'],
  ['Ruby', 'ruby', 'receiver.rb'],
] as const;

interface Receiver {
  readonly url: string;
  readonly lines: readonly string[];
}

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

async function start(command: string, file: string, secrets: readonly string[]): Promise<Receiver> {
  const env = { PATH: process.env['PATH'] ?? '', WEBHOOK_SECRETS: secrets.join(','), PORT: '0' };
  const child = spawn(command, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  await Promise.race([
    once(reader, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${file} has ended.`))),
  ]);
  return { url: `http://127.0.0.1:${lines[0]?.replace('listening on ', '')}/hooks`, lines };
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly secret: string;
  /** With which Bond-Signature is made; the same unless one is being rotated. */
  readonly bondSecret?: string;
  readonly at?: number;
}

function headersOf({ id, body, secret, bondSecret = secret, at = Math.floor(Date.now() / 1_000) }: Message) {
  const mac = createHmac('sha256', bondSecret).update(`${at}.${body}`).digest('hex');
  return {
    'content-type': 'application/json',
    'bond-signature': `t=${at},v1=${mac},v2=${mac}`,
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': signStandard(secret, id, at, body),
  };
}

const bodyOf = (more: object = {}) =>
  spacedJson({ ...eventExample('customer.updated'), note: 'Ünïcode ✓', ...more });

async function send({ url }: Receiver, message: Message, bend: object = {}, body = message.body) {
  const response = await fetch(url, { method: 'POST', headers: { ...headersOf(message), ...bend }, body });
  return response.status;
}

const isHere = (command: string) => spawnSync(command, ['--version']).status === 0;

describe.each(languages)('the receiver in %s', (_language, command, file) => {
  const here = isHere(command);

  test.skipIf(!here)('takes what is signed, and works on a delivery once', { timeout: 60_000 }, async () => {
    const secret = makeSecret();
    const receiver = await start(command, file, [secret]);
    const message = { id: 'a1b2', body: bodyOf(), secret };
    expect(await send(receiver, message)).toBe(204);
    expect(await send(receiver, message)).toBe(204);
    expect(await send(receiver, { ...message, id: 'c3d4' })).toBe(204);
    await expect
      .poll(() => receiver.lines.slice(1), { timeout: 10_000 })
      .toEqual(['handled a1b2 customer.updated', 'seen before a1b2', 'handled c3d4 customer.updated']);
  });

  test.skipIf(!here)('answers a challenge that is signed', { timeout: 60_000 }, async () => {
    const secret = makeSecret();
    const receiver = await start(command, file, [secret]);
    const challenge = 'Zk9JY2hhbGxlbmdl_-';
    const body = spacedJson({ event: 'webhook.verify', webhook_id: 'w', challenge, occurred_at: 'now' });
    const message = { id: 'a1b2', body, secret };
    const ask = (headers: Readonly<Record<string, string>>) =>
      fetch(receiver.url, { method: 'POST', headers, body });
    const answer = await ask(headersOf(message));
    expect(challengeOutcome(challenge, answer.status, await answer.text())).toBe('delivered');
    const forged = await ask(headersOf({ ...message, secret: makeSecret() }));
    expect([forged.status, await forged.text()]).toEqual([401, '']);
  });

  test.skipIf(!here)('refuses everything else', { timeout: 60_000 }, async () => {
    const secret = makeSecret();
    const receiver = await start(command, file, [secret]);
    const message = { id: 'a1b2', body: bodyOf(), secret };
    const good = headersOf(message);
    const old = Math.floor(Date.now() / 1_000) - 600;
    const refused = [
      await send(receiver, message, {}, bodyOf({ fields: ['ssn'] })),
      await send(receiver, { ...message, secret: makeSecret() }),
      await send(receiver, { ...message, at: old }),
      await send(receiver, message, { 'webhook-id': 'other' }),
      await send(receiver, message, { 'webhook-timestamp': String(old) }),
      await send(receiver, message, { 'webhook-signature': '' }),
      await send(receiver, message, { 'webhook-signature': good['webhook-signature'].slice(0, -4) }),
      await send(receiver, message, { 'bond-signature': '' }),
      await send(receiver, message, { 'bond-signature': good['bond-signature'].replace(/v2=./, 'v2=g') }),
      await send(receiver, { ...message, bondSecret: makeSecret() }),
    ];
    expect(refused).toEqual(refused.map(() => 401));
    expect(receiver.lines).toHaveLength(1);
  });

  test.skipIf(!here)('starts before it has a secret, says what to do, and takes nothing', async () => {
    const receiver = await start(command, file, []);
    await expect
      .poll(() => receiver.lines[1], { timeout: 10_000 })
      .toBe(
        `No secret yet. Subscribe ${new URL('/', receiver.url)} with POST /webhooks, then start again with WEBHOOK_SECRETS=whsec_... from its answer.`,
      );
    expect(await send(receiver, { id: 'a1b2', body: bodyOf(), secret: makeSecret() })).toBe(503);
    expect(receiver.lines).toHaveLength(2);
  });

  test.skipIf(!here)('goes on while its secret is rotated', { timeout: 60_000 }, async () => {
    const [old, fresh] = [makeSecret(), makeSecret()];
    const message = { id: 'e5f6', body: bodyOf(), secret: fresh, bondSecret: old };
    expect(await send(await start(command, file, [old, fresh]), message)).toBe(204);
    expect(await send(await start(command, file, [fresh]), message)).toBe(401);
  });
});

test('languages that are not installed are skipped by name, and Node is always available', () => {
  expect(languages.filter(([, command]) => isHere(command)).map(([name]) => name)).toContain('Node');
});

test('no example uses an unknown setting of Clientele, which every command would refuse', () => {
  const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  );
  const named = files.flatMap((name) => readFileSync(examples + name, 'utf8').match(/CLIENTELE_\w+/g) ?? []);
  expect(named).toContain('CLIENTELE_WEBHOOK_ALLOW');
  expect(named.filter((name) => !Object.hasOwn(settings.properties, name))).toEqual([]);
});
