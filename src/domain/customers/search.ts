import { parseId } from '../ids.ts';
import { kycStatuses } from '../kyc/verification.ts';
import { Problems } from '../problems.ts';
import { notATime, parseInstant } from '../time.ts';
import type { ValidationContext } from '../values.ts';
import { valueRules } from '../values.ts';
import type { Deliverability } from './address.ts';
import type { Identification } from './identification.ts';
import { checkIdentification } from './identification.ts';

/** The states that a search takes. `none` is that of a customer without a verification. */
export const kycFilters = [...kycStatuses, 'none'] as const;
export type KycFilter = (typeof kycFilters)[number];

/** The criteria of a search; all of them must match. */
export interface SearchInput {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly phone_country_code?: string | undefined;
  readonly ssn?: string | undefined;
  readonly identification?: Identification | undefined;
  readonly brand_person_id?: string | undefined;
  readonly last_name?: string | undefined;
  readonly dob?: string | undefined;
  readonly kyc_status?: KycFilter | undefined;
  readonly deliverability?: Deliverability | undefined;
  readonly created_from?: string | undefined;
  readonly created_before?: string | undefined;
}

/** Checks the values of a search. A valid value without a match is not an error. */
export function checkSearch(body: unknown, validationContext: ValidationContext): Problems {
  const problems = new Problems();
  if (typeof body !== 'object' || body === null) return problems;
  const sent = body as Readonly<Record<string, unknown>>;
  const onText = (field: string, rule: (text: string) => string | undefined) => {
    const value = sent[field];
    if (typeof value === 'string') problems.add(field, rule(value));
  };
  onText('ssn', (text) => valueRules.ssn(text, validationContext));
  problems.addMissing(checkIdentification(sent, validationContext));
  onText('phone', (text) => valueRules.phone(text, validationContext));
  onText('phone_country_code', (text) => valueRules.phoneCountryCode(text, validationContext));
  onText('email', (text) => valueRules.email(text, validationContext));
  onText('dob', (text) => valueRules.dob(text, validationContext));
  for (const field of ['created_from', 'created_before']) {
    onText(field, (text) => (parseInstant(text) ? undefined : notATime));
  }
  onText('brand_person_id', (text) => (parseId(text) ? undefined : 'Not a valid UUID.'));
  const together = (one: string, other: string) => {
    if (sent[one] !== undefined && sent[other] === undefined)
      problems.add(one, `Goes together with ${other}.`);
  };
  together('last_name', 'dob');
  together('dob', 'last_name');
  together('phone_country_code', 'phone');
  return problems;
}
