import createClient from 'openapi-fetch';
import { Failure, failureOf, offline } from './failure.ts';
import type { paths } from './schema.d.ts';
import { store } from './store.ts';

/** The brand whose pages are open. Every request of a session names it, which no other site can do. */
export const currentBrand = store<string>('-');
/** Whether the session has ended while a page was open. */
export const sessionEnded = store(false);
/** Whether the last request found no server. */
export const isOffline = store(false);

const client = createClient<paths>({ baseUrl: '/api/v0.1', credentials: 'same-origin' });
client.use({
  onRequest({ request }) {
    request.headers.set('Clientele-Brand', currentBrand.get());
    return request;
  },
});

/** The operations of the API, typed by openapi.json: `answerOf(api.GET('/customers/{customer_id}', …))`. */
export const api = client;

/** The codes of a request without a session. A wrong password has another one. */
const endsSession: ReadonlySet<string> = new Set(['session_err', 'auth_err']);

interface Sent<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** An answer with what its headers say. */
export interface Whole<Data> {
  readonly data: Data;
  /** The version for `If-Match`. */
  readonly etag: string | undefined;
  readonly total: number | undefined;
  /** The cursor of the next page. */
  readonly next: string | undefined;
}

/** @throws Failure */
export const answerOf = async <Data>(request: Promise<Sent<Data>>): Promise<Data> =>
  (await wholeAnswerOf(request)).data;

/** @throws Failure */
export async function wholeAnswerOf<Data>(request: Promise<Sent<Data>>): Promise<Whole<Data>> {
  const { data, error, response } = await reached(request);
  if (!response.ok) {
    const failure = failureOf(response, error);
    if (endsSession.has(failure.code) && currentBrand.get() !== '-') sessionEnded.set(true);
    throw failure;
  }
  const { headers } = response;
  const total = headers.get('X-Total-Count');
  return {
    data: data as Data,
    etag: headers.get('ETag') ?? undefined,
    total: total === null ? undefined : Number(total),
    next: /[?&]cursor=([^&>]+)[^>]*>;\s*rel="next"/.exec(headers.get('Link') ?? '')?.[1],
  };
}

async function reached<Data>(request: Promise<Sent<Data>>): Promise<Sent<Data>> {
  try {
    const sent = await request;
    isOffline.set(false);
    return sent;
  } catch (error) {
    if (error instanceof Failure) throw error;
    isOffline.set(true);
    throw offline();
  }
}

/** A key for one form, made when it opens: a repeat after a lost answer changes nothing twice. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
