import type { CustomerField } from '../fields.ts';
import { Problems } from '../problems.ts';
import { checkShortTexts, shortText } from '../text.ts';
import type { ValidationContext } from '../values.ts';
import type { CustomerChange } from './customer.ts';
import { checkCustomer } from './customer.ts';

/** Changes of fields that KYC has locked: a proposal and a reviewer's decision. */
export const changeRequestStatuses = ['pending', 'approved', 'declined'] as const;
export type ChangeRequestStatus = (typeof changeRequestStatuses)[number];

/** The content of a proposal. */
export interface WantedChange {
  readonly changes: CustomerChange;
  readonly reason: string;
}

export const changeReason = shortText(500, { minLength: 3 });
export const decisionNote = shortText(500, { minLength: 0 });

/** Proposed values follow today's rules: unlike in a PATCH, none may repeat a stored value that they no longer allow. */
export function checkChangeRequest(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (typeof body !== 'object' || body === null) return problems;
  const { changes } = body as { readonly changes?: unknown };
  problems.addBelow('changes', checkCustomer(changes, validationContext));
  problems.addMissing(checkShortTexts({ reason: changeReason })(body));
  return problems;
}

/** How the approver knows that a new SSN or date of birth was verified. */
export const verifiedElsewhere = shortText(500, { minLength: 3 });

const checkTexts = checkShortTexts({ note: decisionNote, verified_elsewhere: verifiedElsewhere });

export function checkDecision(body: unknown): Problems {
  const problems = checkTexts(body);
  if (typeof body !== 'object' || body === null) return problems;
  const { decision, verified_elsewhere: elsewhere } = body as Readonly<Record<string, unknown>>;
  if (elsewhere !== undefined && decision === 'decline')
    problems.add('verified_elsewhere', 'Only an approval takes it.');
  return problems;
}

/** What a pass of KYC vouches for: a customer with another one has to be verified again. */
const vouchedFor: ReadonlySet<CustomerField> = new Set(['ssn', 'identification', 'dob']);

/** Whether an approved change of these fields ends the customer's pass. */
export const endsPass = (fields: readonly CustomerField[]): boolean =>
  fields.some((field) => vouchedFor.has(field));
