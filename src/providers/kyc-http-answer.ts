import type { DocumentType } from '../domain/document-types.ts';
import { documentTypes } from '../domain/document-types.ts';
import { memberOf, parsed } from './json.ts';
import type { KycAnswer, KycFinding, KycSilence } from './kyc.ts';
import type { Answered, Failed, OutboundOutcome } from './outbound.ts';

/** What the brand's decision service has said, or why that is no answer. Nothing it sends is taken on trust. */
export function readAnswer(outcome: OutboundOutcome): KycAnswer {
  if (outcome.kind === 'refused') return silence('unreachable');
  if (outcome.kind === 'failed') return silence(failures[outcome.reason]);
  const { status } = outcome;
  if (status < 300) return readFinding(outcome);
  if (status === 429) return silence('rate limited', waitAsked(outcome));
  return status >= 500 ? silence('server error', waitAsked(outcome)) : silence('refused');
}

const silence = (reason: KycSilence['reason'], retryAfterSeconds?: number): KycSilence => ({
  kind: 'silence',
  reason,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

export const malformed = silence('malformed');

const failures: Readonly<Record<Failed['reason'], KycSilence['reason']>> = {
  timeout: 'timeout',
  unresolved: 'unreachable',
  unreachable: 'unreachable',
  untrusted: 'unreachable',
  broken: 'malformed',
};

/** The longest wait that we take a vendor's word for. */
const longestWait = 3_600;

/** `Retry-After` in seconds; its other form, a date, depends on two clocks and is left to our own patience. */
function waitAsked({ headers }: Answered): number | undefined {
  const asked = headers['retry-after'];
  if (typeof asked !== 'string' || !/^[0-9]{1,9}$/.test(asked)) return undefined;
  return Math.min(Math.max(Number(asked), 1), longestWait);
}

/** It is kept unsealed, so it is narrow: no email address and no full name gets into it by mistake. */
const referencePattern = /^[A-Za-z0-9_.:-]{1,200}$/;

/** `{"reference", "state", "documents"}`; members beyond them are the service's own. */
function readFinding({ body, truncated }: Answered): KycAnswer {
  const answer = truncated ? undefined : parsed(body.toString());
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

/** At least one kind of document, each of them known and named once. */
const isWanted = (value: unknown): value is DocumentType[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  new Set(value).size === value.length &&
  value.every((name) => documentTypes.some((known) => known === name));
