import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { magicStreets } from '../../src/providers/address-sandbox.ts';
import { portOf } from './internet.ts';

/**
 * A stand-in for `api.lob.com` as its OpenAPI description (lob/lob-openapi, version 1) documents it: HTTP
 * Basic with the key as user, required fields, the answer of a test key, errors as `{"error": {…}}`, and
 * `ratelimit-*` headers whose reset is in seconds since 1970. A test sets how it misbehaves.
 */
export interface FakeLob {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Bodies as they came, in order. */
  readonly requests: unknown[];
  /** What the next answers are; without one, an answer as documented. */
  misbehave(fault: Fault | undefined): void;
  /** Look-ups left in this window, and when it ends (seconds since 1970). */
  limit(remaining: number, reset: number): void;
  close(): Promise<void>;
}

export type Fault = (response: ServerResponse) => void;

/** The documented errors: status, code and message. */
export const lobErrors = {
  invalid_api_key: [401, 'Your API key is not valid. Please sign up on lob.com to get a valid api key.'],
  feature_limit_reached: [403, 'You have used all of the free verifications of this month.'],
  unrecognised_endpoint: [404, 'The endpoint does not exist.'],
  request_timeout: [408, 'The request took too long. Please try again.'],
  invalid: [422, 'primary_line is required or address is required'],
  rate_limit_exceeded: [429, 'Rate limit exceeded. Please wait 5 seconds and try your request again.'],
  internal_server_error: [500, 'An error has occurred. Please try the request again.'],
  service_unavailable: [503, 'The Lob servers are temporarily unavailable. Please try again.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type LobError = keyof typeof lobErrors;

export const failWith =
  (code: LobError, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) =>
    fail(response, code, headers);

export const answerWith =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

export async function openFakeLob(): Promise<FakeLob> {
  const apiKey = 'test_0dc8d51e0acffcb1880e0f19c79b2f5b0cc';
  const requests: unknown[] = [];
  let fault: Fault | undefined;
  let window = { remaining: 300, reset: 4_102_444_800 };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.method !== 'POST' || request.url !== '/v1/us_verifications') {
      return fail(response, 'unrecognised_endpoint');
    }
    const expected = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
    if (request.headers.authorization !== expected) return fail(response, 'invalid_api_key');
    const body = JSON.parse(text);
    requests.push(body);
    if (fault) return fault(response);
    response.setHeader('ratelimit-limit', 300);
    response.setHeader('ratelimit-remaining', Math.max(window.remaining - 1, 0));
    response.setHeader('ratelimit-reset', window.reset);
    if (window.remaining === 0) return fail(response, 'rate_limit_exceeded');
    window = { ...window, remaining: window.remaining - 1 };
    const isEnough = Boolean(body.zip_code || (body.city && body.state));
    if (!body.primary_line || !isEnough) return fail(response, 'invalid');
    const summary = magicStreets.get(body.primary_line) ?? '';
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(verification(summary)));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${portOf(server)}/v1`,
    apiKey,
    requests,
    misbehave(wanted) {
      fault = wanted;
    },
    limit(remaining, reset) {
      window = { remaining, reset };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fail(
  response: ServerResponse,
  code: LobError,
  headers: Readonly<Record<string, string>> = {},
): void {
  const [status, message] = lobErrors[code];
  const body = { error: { message, status_code: status, code } };
  answerWith(status, JSON.stringify(body), headers)(response);
}

/** A `us_verification` object. With the empty summary it is what a test key gets for ordinary addresses. */
export function verification(deliverability: string, code = '', footnotes: readonly string[] = []) {
  return {
    id: 'us_ver_c7cb63d68f8d6',
    recipient: '',
    primary_line: deliverability && '185 BERRY ST STE 6100',
    secondary_line: '',
    urbanization: '',
    last_line: deliverability && 'SAN FRANCISCO CA 94107-1728',
    deliverability,
    components: { city: '', state: '', zip_code: '', zip_code_plus_4: '', record_type: '' },
    deliverability_analysis: {
      dpv_confirmation: code,
      dpv_cmra: '',
      dpv_vacant: '',
      dpv_active: '',
      dpv_footnotes: footnotes,
      ews_match: false,
      lacs_indicator: '',
      lacs_return_code: '',
      suite_return_code: '',
    },
    lob_confidence_score: { score: null, level: '' },
    object: 'us_verification',
  };
}
