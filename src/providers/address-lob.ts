import type { AddressFields, Deliverability } from '../domain/customers/address.ts';
import { deliverabilities } from '../domain/customers/address.ts';
import type { Instant } from '../domain/time.ts';
import { millisOf } from '../domain/time.ts';
import type { AddressFinding, AddressVerifier, UnknownReason } from './address.ts';
import { dpvVerdict, isInUs, unknown, verdict } from './address.ts';
import { memberOf, parseJson } from './json.ts';
import type { Answered, Outbound } from './outbound.ts';

export interface LobOptions {
  /** The secret key of a Lob account. */
  readonly apiKey: string;
  readonly outbound: Outbound;
  readonly now: () => Instant;
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
}

const defaults = {
  baseUrl: 'https://api.lob.com/v1',
  // Lob states that it answers in less than a second, and a job can retry.
  timeoutMs: 3_000,
} as const;

/** Lob's US verifications: `POST /v1/us_verifications`, HTTP Basic with the key as user, JSON both ways. */
export function openLobVerifier(options: LobOptions): AddressVerifier {
  const { apiKey, outbound, now, baseUrl, timeoutMs } = { ...defaults, ...options };
  const url = `${baseUrl}/us_verifications`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  return {
    verifyNow: (address) => (isInUs(address) ? { kind: 'needs_call' } : unknown('not_us')),
    async verify(address) {
      if (!isInUs(address)) return unknown('not_us');
      const body = requestBody(address);
      const outcome = await outbound.send({ method: 'POST', url, headers, body, timeoutMs });
      if (outcome.kind === 'answered') return readAnswer(outcome, now());
      const isLate = outcome.kind === 'failed' && outcome.reason === 'timeout';
      return unknown(isLate ? 'timeout' : 'unavailable');
    },
  };
}

/** Only the address itself: Lob does not learn whose it is. */
const requestBody = ({ street, street2, city, state, zip_code }: AddressFields): string =>
  JSON.stringify({ primary_line: street, secondary_line: street2, city, state, zip_code });

/** The meaning of each documented status (Lob API reference, "Errors") except 200 and 5xx. */
const refusals: ReadonlyMap<number, UnknownReason> = new Map([
  /** invalid_api_key, unauthorized */
  [401, 'no_access'],
  /** feature_limit_reached: the plan's look-ups are used up; publishable_key_not_allowed */
  [403, 'no_access'],
  /** unrecognised_endpoint */
  [404, 'no_access'],
  /** request_timeout */
  [408, 'timeout'],
  /** bad_request, invalid: this address cannot be read */
  [422, 'no_verdict'],
  /** rate_limit_exceeded */
  [429, 'rate_limited'],
]);

function readAnswer(answer: Answered, now: Instant): AddressFinding {
  const { status } = answer;
  if (status === 200 && answer.timedOut) return unknown('timeout');
  if (status === 200) return answer.truncated ? unknown('malformed') : readVerification(answer.body);
  const reason = refusals.get(status) ?? (status >= 500 ? 'unavailable' : 'malformed');
  return unknown(reason, waitAsked(answer, now));
}

/** The longest wait that is accepted from the vendor; its window is 5 seconds. */
const maxRetryAfterSeconds = 900;

/**
 * `ratelimit-reset` is the time of the reset in seconds since 1970, by Lob's clock. `retry-after` is a number of
 * seconds. Either may be missing or invalid.
 */
function waitAsked({ headers, status }: Answered, now: Instant): number | undefined {
  const reset = status === 429 ? Number(headers['ratelimit-reset'] ?? Number.NaN) : Number.NaN;
  const after = Number(headers['retry-after'] ?? Number.NaN);
  const seconds = Number.isFinite(after) ? after : reset - millisOf(now) / 1_000;
  return Number.isFinite(seconds)
    ? Math.min(Math.max(Math.ceil(seconds), 1), maxRetryAfterSeconds)
    : undefined;
}

/**
 * Lob's own summary, or the USPS code if the summary is unknown. A test key returns an empty summary for every
 * address except the documented test addresses.
 */
function readVerification(body: Buffer): AddressFinding {
  const found = parseJson(body.toString());
  const summary = memberOf(found, 'deliverability');
  if (summary === '') return unknown('no_verdict');
  if (isDeliverability(summary)) return verdict(summary);
  const analysis = memberOf(found, 'deliverability_analysis');
  const code = memberOf(analysis, 'dpv_confirmation');
  const footnotes = memberOf(analysis, 'dpv_footnotes');
  if (typeof code !== 'string') return unknown('malformed');
  const byCode = dpvVerdict(code, Array.isArray(footnotes) ? footnotes : []);
  return byCode ? verdict(byCode) : unknown('malformed');
}

const isDeliverability = (value: unknown): value is Deliverability =>
  deliverabilities.some((known) => known === value);
