import type { CustomFetch } from 'openid-client';
import type { Outbound } from '../outbound.ts';

/** A call to the provider without a usable answer. Its message names the reason, and no address. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
}

/** Statuses of which a response has no body. */
const withoutBody: readonly number[] = [101, 103, 204, 205, 304];

/** `fetch` through the guarded client, for a library that brings none. It follows no redirect. */
export const guardedFetch =
  (outbound: Outbound): CustomFetch =>
  async (url, { method, headers, body }) => {
    if (method !== 'GET' && method !== 'POST') throw new CallFailed('method');
    const outcome = await outbound.send({
      method,
      url,
      headers: { ...headers },
      ...(body != null && { body: textOf(body) }),
    });
    if (outcome.kind === 'refused') throw new CallFailed(`address ${outcome.refusal.reason}`);
    if (outcome.kind === 'failed') throw new CallFailed(outcome.reason);
    if (outcome.truncated) throw new CallFailed('too long or too slow');
    const { status } = outcome;
    if (status < 200 || status > 599) throw new CallFailed(`status ${status}`);
    const type = outcome.headers['content-type'];
    return new Response(withoutBody.includes(status) ? null : new Uint8Array(outcome.body), {
      status,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    });
  };

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new CallFailed('body');
}
