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
import type { KycAnswer, KycFinding } from './kyc.ts';
import { bodyOf, noAnswer } from './no-answer.ts';
import type { OutboundOutcome } from './outbound.ts';

/** The answer of the brand's decision service, or the reason why there is none. Every member is checked. */
export function readAnswer(outcome: OutboundOutcome): KycAnswer {
  const body = bodyOf(outcome);
  return typeof body === 'string' ? readFinding(body) : body;
}

export const malformed = noAnswer('malformed');

/** It is stored unsealed, so the pattern is narrow: it admits no email address and no full name. */
const referencePattern = /^[A-Za-z0-9_.:-]{1,200}$/;

/** `{"reference", "state", "documents", "checks", "reasons"}`; other members are ignored. */
function readFinding(body: string): KycAnswer {
  const answer = parseJson(body);
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
