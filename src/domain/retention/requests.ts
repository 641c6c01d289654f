import { Problems } from '../problems.ts';
import { shortText } from '../text.ts';
import { dayOf, isCalendarDay } from '../time.ts';
import type { ValidationContext } from '../values.ts';
import type { RetentionPolicy } from './policy.ts';
import { maxPolicy, minPolicy } from './policy.ts';

/** Checks the values of a retention request; the schema reports wrong types. */

/** The names of a policy's values in the API and on the command line. */
export const policyNames = {
  never_verified_days: 'neverVerifiedDays',
  not_passed_months: 'notPassedMonths',
  identity_years: 'identityYears',
  documents_years: 'documentsYears',
} as const satisfies Readonly<Record<string, keyof RetentionPolicy>>;
export type PolicyName = keyof typeof policyNames;
export type PolicyChange = { readonly [Name in PolicyName]?: number | undefined };

const fields = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};

export function checkPolicy(body: unknown, { sandbox }: ValidationContext): Problems {
  const problems = new Problems();
  const shortest = minPolicy(sandbox);
  for (const [name, key] of Object.entries(policyNames)) {
    const value = fields(body)[name];
    if (typeof value !== 'number') continue;
    if (!Number.isInteger(value) || value < shortest[key] || value > maxPolicy[key])
      problems.add(name, `Must be a whole number from ${shortest[key]} to ${maxPolicy[key]}.`);
  }
  return problems;
}

/** A legal hold is active until it is released. */
export const holdStatuses = ['active', 'released'] as const;
export type HoldStatus = (typeof holdStatuses)[number];

/** Why a record is held, released or erased. */
export const reason = shortText(500);

export function checkClosing(body: unknown, { now }: ValidationContext): Problems {
  const problems = new Problems();
  const { closed_on: day } = fields(body);
  if (typeof day !== 'string') return problems;
  if (!isCalendarDay(day)) problems.add('closed_on', 'Must be a calendar day, YYYY-MM-DD.');
  else if (day > dayOf(now)) problems.add('closed_on', 'Must not be in the future.');
  else if (day < '1900-01-01') problems.add('closed_on', 'Must be 1900-01-01 or later.');
  return problems;
}
