import type { DocumentType } from '../domain/document-types.ts';
import { documentTypes } from '../domain/document-types.ts';
import type { FindingDetails, IdentityCheck } from '../domain/kyc/finding.ts';
import {
  checkMethods,
  checkResults,
  checkSource,
  maxChecks,
  maxReasonCodes,
  reasonCodePattern,
} from '../domain/kyc/finding.ts';
import { isHarmless, shortTextProblem } from '../domain/text.ts';
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

/** `{"reference", "state", "documents", "checks", "reasons"}`; other members are ignored. */
function readFinding({ body, truncated, timedOut }: Answered): KycAnswer {
  if (timedOut) return noAnswer('timeout');
  const answer = truncated ? undefined : parseJson(body.toString());
  const reference = memberOf(answer, 'reference');
  const finding = findingOf(memberOf(answer, 'state'), memberOf(answer, 'documents'));
  const grounds = groundsOf(memberOf(answer, 'checks'), memberOf(answer, 'reasons'));
  if (!finding || !grounds) return malformed;
  const found = { kind: 'finding', finding, ...(Object.keys(grounds).length > 0 && { grounds }) } as const;
  if (reference === undefined) return found;
  if (typeof reference !== 'string' || !referencePattern.test(reference)) return malformed;
  return { ...found, reference };
}

/** `undefined` where one of them is not as the protocol has it. */
function groundsOf(
  checks: unknown = [],
  reasons: unknown = [],
): Pick<FindingDetails, 'checks' | 'reasons'> | undefined {
  if (!Array.isArray(checks) || checks.length > maxChecks) return undefined;
  if (!Array.isArray(reasons) || reasons.length > maxReasonCodes) return undefined;
  const isCode = (code: unknown) => typeof code === 'string' && reasonCodePattern.test(code);
  const read = checks.map(checkOf);
  if (!reasons.every(isCode) || read.includes(undefined)) return undefined;
  return {
    ...(checks.length > 0 && { checks: read as readonly IdentityCheck[] }),
    ...(reasons.length > 0 && { reasons }),
  };
}

function checkOf(sent: unknown): IdentityCheck | undefined {
  const method = checkMethods.find((one) => one === memberOf(sent, 'method'));
  const result = checkResults.find((one) => one === memberOf(sent, 'result'));
  const source = memberOf(sent, 'source');
  if (!method || !result) return undefined;
  if (source === undefined) return { method, result };
  const isSource = typeof source === 'string' && isHarmless(source) && !shortTextProblem(checkSource, source);
  return isSource ? { method, result, source } : undefined;
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
