import { Problems } from '../problems.ts';
import { lengthOf } from '../text.ts';
import type { ValidationContext } from '../values.ts';
import type { CustomerChange } from './customer.ts';
import { checkCustomer } from './customer.ts';

/** The way through the lock: a proposal, and somebody's decision on it. */
export const changeRequestStatuses = ['pending', 'approved', 'declined'] as const;
export type ChangeRequestStatus = (typeof changeRequestStatuses)[number];

/** What a proposal says. */
export interface WantedChange {
  readonly changes: CustomerChange;
  readonly reason: string;
}

/** In characters. */
export const limits = {
  reason: { minLength: 3, maxLength: 500 },
  note: { minLength: 0, maxLength: 500 },
} as const;

/** A value is proposed anew, so it has to be lawful today; there is no echo of a stored one. */
export function checkChangeRequest(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (typeof body !== 'object' || body === null) return problems;
  const { changes, reason } = body as { readonly changes?: unknown; readonly reason?: unknown };
  problems.addBelow('changes', checkCustomer(changes, validationContext));
  checkLength(problems, 'reason', reason);
  return problems;
}

export function checkDecision(body: unknown): Problems {
  const problems = new Problems();
  if (typeof body === 'object' && body !== null)
    checkLength(problems, 'note', (body as { readonly note?: unknown }).note);
  return problems;
}

function checkLength(problems: Problems, field: 'reason' | 'note', text: unknown): void {
  if (typeof text !== 'string') return;
  const { minLength, maxLength } = limits[field];
  const length = lengthOf(text.trim());
  if (length < minLength || length > maxLength)
    problems.add(field, `Must be between ${minLength} and ${maxLength} characters.`);
}
