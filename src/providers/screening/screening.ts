import type { ListEntry, ScreenedPerson } from '../../domain/screening/screening.ts';
import type { Answered, Failed, OutboundOutcome } from '../outbound.ts';

/**
 * Searches lists of sanctioned people. A call may be repeated. A provider does not throw for a person, nor for a failure
 * of the service behind it: the return types cover both.
 */
export interface ScreeningProvider {
  readonly name: ScreeningProviderName;
  /** Customers that a process may have checked in a second. */
  readonly perSecond: number;
  /** The version of the lists that are searched now. Another version means that the lists were updated. */
  listVersion(): Promise<ListVersion | ScreeningNoAnswer>;
  /** The entries that a person resembles. */
  screen(person: ScreenedPerson): Promise<Screened | ScreeningNoAnswer>;
  close(): Promise<void>;
}

export type ScreeningProviderName = 'watchman' | 'http';

export interface ListVersion {
  readonly kind: 'version';
  /** Printable ASCII. */
  readonly version: string;
}

export interface Screened {
  readonly kind: 'screened';
  readonly entries: readonly ListEntry[];
}

/** No usable answer: the customer stays in the queue, and the call is repeated. */
export interface ScreeningNoAnswer {
  readonly kind: 'no_answer';
  /**
   * `no lists`: the service answers, and has no lists loaded. `refused`: a redirect or a 4xx, which an operator has to
   * examine. `malformed`: an incomplete answer, or one that is not as the protocol has it.
   */
  readonly reason: NoAnswerReason;
  readonly retryAfterSeconds?: number;
}

export type NoAnswerReason =
  | 'timeout'
  | 'unreachable'
  | 'refused'
  | 'server error'
  | 'malformed'
  | 'rate limited'
  | 'no lists';

export const noAnswer = (reason: NoAnswerReason, retryAfterSeconds?: number): ScreeningNoAnswer => ({
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
export function bodyOf(outcome: OutboundOutcome): string | ScreeningNoAnswer {
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

function waitAsked({ headers }: Answered): number | undefined {
  const asked = headers['retry-after'];
  if (typeof asked !== 'string' || !/^[0-9]{1,9}$/.test(asked)) return undefined;
  return Math.min(Math.max(Number(asked), 1), maxRetryAfterSeconds);
}
