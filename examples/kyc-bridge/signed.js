import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { call } from './call.js';

/**
 * Standard Webhooks in both directions with one secret, `whsec_` and base64. The library `standardwebhooks`
 * does the same, and most languages have one.
 */
export function openSigned(secret) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const sign = (id, timestamp, body) =>
    `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;

  return {
    /** Whether Clientele sent this in the last five minutes. */
    isSigned(headers, body) {
      const id = headers['webhook-id'];
      const timestamp = headers['webhook-timestamp'];
      const signatures = headers['webhook-signature'];
      if (!id || !signatures || !isRecent(timestamp)) return false;
      return signatures.split(' ').some((signature) => isSame(signature, sign(id, timestamp, body)));
    },
    async tell(url, content) {
      const body = JSON.stringify(content);
      const id = `msg_${randomUUID()}`;
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = sign(id, timestamp, body);
      const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
      await call('POST', url, headers, body);
    },
  };
}

/** Whether a time in seconds since 1970 is within five minutes. False for anything but a number. */
export const isRecent = (seconds) => Math.abs(Date.now() / 1_000 - Number(seconds ?? Number.NaN)) <= 300;

/** Compares in constant time. */
export function isSame(one, other) {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
