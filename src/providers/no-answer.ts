import type { Answered, Failed, OutboundOutcome } from './outbound.ts';

/** No usable answer of a service: the call is repeated. */
export interface NoAnswer<Reason = NoAnswerReason> {
  readonly kind: 'no_answer';
  readonly reason: Reason;
  readonly retryAfterSeconds?: number;
}

/**
 * `unreachable`: nothing was sent, or the address is not allowed. `refused`: a redirect or a 4xx, which an operator has
 * to examine. `malformed`: an incomplete answer, or one that is not as the protocol has it.
 */
export type NoAnswerReason =
  | 'timeout'
  | 'unreachable'
  | 'refused'
  | 'server error'
  | 'malformed'
  | 'rate limited';

export const noAnswer = <Reason extends string>(
  reason: Reason,
  retryAfterSeconds?: number,
): NoAnswer<Reason> => ({
  kind: 'no_answer',
  reason,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

const failures: Readonly<Record<Failed['reason'], NoAnswerReason>> = {
  timeout: 'timeout',
  unresolved: 'unreachable',
  unreachable: 'unreachable',
  untrusted: 'unreachable',
  broken: 'malformed',
};

/** The whole body of a 2xx, or why there is none. */
export function bodyOf(outcome: OutboundOutcome): string | NoAnswer {
  if (outcome.kind === 'refused') return noAnswer('unreachable');
  if (outcome.kind === 'failed') return noAnswer(failures[outcome.reason]);
  const { status, body, truncated, timedOut } = outcome;
  if (status === 429) return noAnswer('rate limited', waitAsked(outcome));
  if (status >= 500) return noAnswer('server error', waitAsked(outcome));
  if (status >= 300) return noAnswer('refused');
  if (timedOut) return noAnswer('timeout');
  return truncated ? noAnswer('malformed') : body.toString();
}

/** The longest wait that is accepted from a service. */
const maxRetryAfterSeconds = 3_600;

/** `Retry-After` in seconds. Its other form, a date, depends on two clocks and is ignored. */
function waitAsked({ headers }: Answered): number | undefined {
  const asked = headers['retry-after'];
  if (typeof asked !== 'string' || !/^[0-9]{1,9}$/.test(asked)) return undefined;
  return Math.min(Math.max(Number(asked), 1), maxRetryAfterSeconds);
}
