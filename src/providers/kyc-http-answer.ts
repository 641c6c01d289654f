import type { DocumentType } from '../domain/document-types.ts';
import { documentTypes } from '../domain/document-types.ts';
import { memberOf, parseJson } from './json.ts';
import type { KycAnswer, KycFinding, KycNoAnswer } from './kyc.ts';
import type { Answered, Failed, OutboundOutcome } from './outbound.ts';

/** The answer of the brand's decision service, or the reason why there is none. Every member is checked. */
export function readAnswer(outcome: OutboundOutcome): KycAnswer {
  if (outcome.kind === 'refused') return noAnswer('unreachable');
  if (outcome.kind === 'failed') return noAnswer(failures[outcome.reason]);
  const { status } = outcome;
  if (status < 300) return readFinding(outcome);
  if (status === 429) return noAnswer('rate limited', waitAsked(outcome));
  return status >= 500 ? noAnswer('server error', waitAsked(outcome)) : noAnswer('refused');
}

const noAnswer = (reason: KycNoAnswer['reason'], retryAfterSeconds?: number): KycNoAnswer => ({
  kind: 'no_answer',
  reason,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

export const malformed = noAnswer('malformed');

const failures: Readonly<Record<Failed['reason'], KycNoAnswer['reason']>> = {
  timeout: 'timeout',
  unresolved: 'unreachable',
  unreachable: 'unreachable',
  untrusted: 'unreachable',
  broken: 'malformed',
};

/** The longest wait that is accepted from a vendor. */
const maxRetryAfterSeconds = 3_600;

/** `Retry-After` in seconds. Its other form, a date, depends on two clocks and is ignored. */
function waitAsked({ headers }: Answered): number | undefined {
  const asked = headers['retry-after'];
  if (typeof asked !== 'string' || !/^[0-9]{1,9}$/.test(asked)) return undefined;
  return Math.min(Math.max(Number(asked), 1), maxRetryAfterSeconds);
}

/** It is stored unsealed, so the pattern is narrow: it admits no email address and no full name. */
const referencePattern = /^[A-Za-z0-9_.:-]{1,200}$/;

/** `{"reference", "state", "documents"}`; other members are ignored. */
function readFinding({ body, truncated, timedOut }: Answered): KycAnswer {
  if (timedOut) return noAnswer('timeout');
  const answer = truncated ? undefined : parseJson(body.toString());
  const reference = memberOf(answer, 'reference');
  const finding = findingOf(memberOf(answer, 'state'), memberOf(answer, 'documents'));
  if (!finding) return malformed;
  if (reference === undefined) return { kind: 'finding', finding };
  if (typeof reference !== 'string' || !referencePattern.test(reference)) return malformed;
  return { kind: 'finding', finding, reference };
}

type PlainState = Exclude<KycFinding['state'], 'needs_document'>;

const plainStates: Readonly<Record<PlainState, true>> = {
  pending: true,
  needs_input: true,
  review: true,
  approved: true,
  declined: true,
  expired: true,
  error: true,
};

const isPlainState = (state: unknown): state is PlainState =>
  typeof state === 'string' && Object.hasOwn(plainStates, state);

function findingOf(state: unknown, documents: unknown): KycFinding | undefined {
  if (isPlainState(state)) return { state };
  return state === 'needs_document' && isWanted(documents) ? { state, documents } : undefined;
}

/** At least one known kind of document, without repetition. */
const isWanted = (value: unknown): value is DocumentType[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  new Set(value).size === value.length &&
  value.every((name) => documentTypes.some((known) => known === name));
