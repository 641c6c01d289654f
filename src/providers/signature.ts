import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

/**
 * Signatures of Standard Webhooks (specification 1.0.0), for outgoing and incoming messages:
 * HMAC-SHA256 over `id.timestamp.body`, in the headers `webhook-id`, `webhook-timestamp` (seconds since 1970)
 * and `webhook-signature` (`v1,` and base64; during a secret rotation there are several, separated by
 * spaces). Libraries exist for most languages.
 */

const prefix = 'whsec_';

/** The clock difference that is accepted, and how long an intercepted message can be replayed. */
const toleranceSeconds = 300;

/** A new secret: `whsec_` and 32 random bytes in base64. */
export const makeSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

/** One signature, as `webhook-signature` carries it. @throws Error if the secret is not of the form above. */
export function signStandard(
  secret: string,
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestampSeconds}.`).update(body);
  return `v1,${mac.digest('base64')}`;
}

/** The headers of a signed call. `nowSeconds`: since 1970. */
export function signedHeaders(secret: string, nowSeconds: number, body: string | Uint8Array) {
  const id = `msg_${randomUUID()}`;
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(nowSeconds),
    'webhook-signature': signStandard(secret, id, nowSeconds, body),
  } as const;
}

/** Names in lower case, as Node reads them. */
export type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Whether the message was signed with the secret in the last five minutes. Does not throw for a malformed
 * message. @throws Error if the secret is not of the form above.
 */
export function verifyStandard(
  secret: string,
  headers: ReceivedHeaders,
  body: string | Uint8Array,
  nowSeconds: number,
): boolean {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  // With a dot in the id, `a.1` sent at 2 would have the signature of `a` sent at 1 with a body that begins with 2.
  if (id === '' || id.includes('.') || !/^[1-9][0-9]{0,11}$/.test(timestamp)) return false;
  const sentSeconds = Number(timestamp);
  if (Math.abs(nowSeconds - sentSeconds) > toleranceSeconds) return false;
  const expected = Buffer.from(signStandard(secret, id, sentSeconds, body));
  return signatures.split(' ').some((signature) => isSame(expected, Buffer.from(signature)));
}

/** Compares in constant time. The length is not secret. */
const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

function keyOf(secret: string): Buffer {
  const text = secret.slice(prefix.length);
  const key = Buffer.from(text, 'base64');
  // Node's decoder skips invalid characters, so only text that encodes back to itself is base64.
  if (!secret.startsWith(prefix) || key.length === 0 || key.toString('base64') !== text)
    throw new Error(`A signing secret is ${prefix} and base64.`);
  return key;
}
