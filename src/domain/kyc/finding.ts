import { Problems } from '../problems.ts';
import { shortText, shortTextProblem } from '../text.ts';

/** How an identity was checked, and with what result (31 CFR 1020.220(a)(2)(ii) and (a)(3)(i)). */

export const checkMethods = [
  'document',
  'selfie',
  'database',
  'credit_bureau',
  'contact',
  'references',
  'financial_statement',
  'government_list',
  'other',
] as const;
export const checkResults = ['confirmed', 'not_confirmed', 'inconclusive'] as const;

export interface IdentityCheck {
  readonly method: (typeof checkMethods)[number];
  readonly result: (typeof checkResults)[number];
  /** Who or what was asked. */
  readonly source?: string;
}

export const maxChecks = 20;
export const checkSource = shortText(100);
export const maxReasonCodes = 50;
export const reasonCodePattern = /^[A-Za-z0-9_.:-]{1,100}$/;
export const discrepancies = shortText(1_000);

/** What a provider says beside the state, or a reviewer beside the decision. */
export interface FindingDetails {
  /** The provider's state of the verification, or the reviewer's decision. */
  readonly state: string;
  readonly checks?: readonly IdentityCheck[];
  readonly reasons?: readonly string[];
  /** What did not agree, and how it was resolved. */
  readonly discrepancies?: string;
}

/** Checks the values of what a reviewer found; the schema reports wrong types. */
export function checkFinding(body: Readonly<Record<string, unknown>>): Problems {
  const problems = new Problems();
  const { checks, discrepancies: written } = body;
  if (typeof written === 'string') problems.add('discrepancies', shortTextProblem(discrepancies, written));
  if (!Array.isArray(checks)) return problems;
  for (const [index, check] of checks.entries()) {
    const source =
      typeof check === 'object' && check !== null ? (check as { source?: unknown }).source : undefined;
    if (typeof source === 'string')
      problems.add(`checks.${index}.source`, shortTextProblem(checkSource, source));
  }
  return problems;
}
