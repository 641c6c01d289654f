import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import type { ReceivedHeaders } from '../../src/providers/signature.ts';
import { makeSecret, signStandard, verifyStandard } from '../../src/providers/signature.ts';

/** The example that the libraries of the Standard Webhooks project share as a test. */
const known = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const received = (more: ReceivedHeaders = {}): ReceivedHeaders => ({
  'webhook-id': known.id,
  'webhook-timestamp': String(known.timestamp),
  'webhook-signature': known.signature,
  ...more,
});
const holds = (headers: ReceivedHeaders, { secret = known.secret, body = known.body, after = 0 } = {}) =>
  verifyStandard(secret, headers, body, known.timestamp + after);

/** The official library verifies against the clock of this machine. */
const nowSeconds = () => Math.floor(Date.now() / 1_000);

test('a signature equals the published one', () => {
  const { secret, id, timestamp, body, signature } = known;
  expect(signStandard(secret, id, timestamp, body)).toBe(signature);
  expect(signStandard(secret, id, timestamp, Buffer.from(body))).toBe(signature);
  expect(holds(received())).toBe(true);
});

test("the official library and ours make equal signatures and verify each other's", () => {
  for (const body of ['{}', '{"name":"José 🦀"}', JSON.stringify('x'.repeat(100_000))]) {
    const secret = makeSecret();
    const timestamp = nowSeconds();
    const official = new Webhook(secret);
    const ours = signStandard(secret, 'msg_1', timestamp, body);
    expect(ours).toBe(official.sign('msg_1', new Date(timestamp * 1_000), body));
    const headers = received({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': ours,
    });
    expect(() => official.verify(body, headers as Record<string, string>)).not.toThrow();
    expect(verifyStandard(secret, headers, body, nowSeconds())).toBe(true);
  }
});

test('a secret is 32 random bytes behind the usual prefix', () => {
  const secrets = Array.from({ length: 100 }, makeSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});

test('one valid signature among several is enough, as during a secret rotation', () => {
  const other = signStandard(makeSecret(), known.id, known.timestamp, known.body);
  expect(holds(received({ 'webhook-signature': `${other} ${known.signature}` }))).toBe(true);
  expect(holds(received({ 'webhook-signature': `v1a,abc ${known.signature} v2,x` }))).toBe(true);
  expect(holds(received({ 'webhook-signature': `${other} ${other}` }))).toBe(false);
});

test('a message is good for five minutes, by either clock', () => {
  expect(holds(received(), { after: 300 }) && holds(received(), { after: -300 })).toBe(true);
  expect(holds(received(), { after: 301 }) || holds(received(), { after: -301 })).toBe(false);
});

describe('only messages of the holder of the secret are accepted', () => {
  const forgeries: Readonly<Record<string, readonly [ReceivedHeaders, { secret?: string; body?: string }?]>> =
    {
      'another body': [received(), { body: '{"test": 2432232315}' }],
      'another secret': [received(), { secret: makeSecret() }],
      'another id': [received({ 'webhook-id': 'msg_2' })],
      'another time': [received({ 'webhook-timestamp': String(known.timestamp + 1) })],
      'no id': [received({ 'webhook-id': undefined })],
      'an empty id': [received({ 'webhook-id': '' })],
      'no time': [received({ 'webhook-timestamp': undefined })],
      'no signature': [received({ 'webhook-signature': undefined })],
      'an empty signature': [received({ 'webhook-signature': '' })],
      'a header twice': [received({ 'webhook-signature': [known.signature, known.signature] })],
      'another version': [received({ 'webhook-signature': known.signature.replace('v1', 'v2') })],
      'a bare signature': [received({ 'webhook-signature': known.signature.slice(3) })],
      'half a signature': [received({ 'webhook-signature': known.signature.slice(0, -10) })],
      'a longer signature': [received({ 'webhook-signature': `${known.signature}A` })],
      'a time that is none': [received({ 'webhook-timestamp': 'NaN' })],
      'a time with a sign': [received({ 'webhook-timestamp': `+${known.timestamp}` })],
      'a time in hexadecimal': [received({ 'webhook-timestamp': `0x${known.timestamp.toString(16)}` })],
      'a time with a fraction': [received({ 'webhook-timestamp': `${known.timestamp}.0` })],
    };

  const believed = (verify: typeof verifyStandard) =>
    Object.entries(forgeries)
      .filter(([, [headers, { secret = known.secret, body = known.body } = {}]]) =>
        verify(secret, headers, body, known.timestamp),
      )
      .map(([name]) => name);

  test('no forgery', () => {
    expect(believed(verifyStandard)).toEqual([]);
  });

  test('fails if half of a signature or any version is accepted', () => {
    const lax: typeof verifyStandard = (secret, headers, body) => {
      const sent =
        String(headers['webhook-signature'] ?? '')
          .split(',')
          .pop() ?? '';
      const id = String(headers['webhook-id']);
      const signature = signStandard(secret, id, Number(headers['webhook-timestamp']), body);
      return sent !== '' && signature.includes(sent);
    };
    expect(believed(lax)).toEqual(
      expect.arrayContaining([
        'another version',
        'a bare signature',
        'half a signature',
        'a time in hexadecimal',
      ]),
    );
  });

  test('parts that are joined differently', () => {
    const { secret, timestamp } = known;
    const moved = received({
      'webhook-id': `msg.${timestamp}`,
      'webhook-signature': signStandard(secret, 'msg', timestamp, `${timestamp}.{}`),
    });
    expect(holds(moved, { body: '{}' })).toBe(false);
  });
});

test('a secret of another form is refused', () => {
  for (const secret of [
    '',
    'whsec_',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsec_a b',
    'whsec_MfK',
    'whsec_M-_=',
  ]) {
    expect(() => signStandard(secret, 'a', 1, '')).toThrow('A signing secret is whsec_ and base64.');
    expect(() => holds(received(), { secret })).toThrow('A signing secret is whsec_ and base64.');
  }
});
