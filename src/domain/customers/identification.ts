import { errorCatalogue } from '../errors.ts';
import type { CustomerField } from '../fields.ts';
import { isSsnMask, maskSsn } from '../fields.ts';
import { maskIdNumber } from '../kyc/documents.ts';
import { Problems } from '../problems.ts';
import type { ValidationContext } from '../values.ts';
import { digitsOf, valueRules } from '../values.ts';

/**
 * What identifies a person who has no tax number of the United States (31 CFR 1020.220(a)(2)(i)(A)(4)(ii)): a
 * passport, an alien identification card, or another government document with a photograph or a similar safeguard.
 */
export const identificationKinds = ['passport', 'alien_number', 'government_id'] as const;

export interface Identification {
  readonly kind: (typeof identificationKinds)[number];
  readonly number: string;
  /** ISO 3166-1 alpha-2 code of the country that issued it. */
  readonly country: string;
}

/** What a body may identify a person by: one of the two, or neither. */
export interface SentIdentity {
  readonly ssn?: string | undefined;
  readonly identification?: Identification | undefined;
}

/** What an answer identifies a person by: one of the two, or neither. */
export interface ShownIdentity {
  readonly ssn?: string;
  readonly identification?: Identification;
}

export const identificationLimits = {
  number: { minLength: 4, maxLength: 40 },
} as const;

/** Letters and digits, which spaces and hyphens may divide. */
const numberPattern = /^[A-Za-z0-9](?:[ -]?[A-Za-z0-9])*$/;
const alienNumberPattern = /^A?[0-9]{7,9}$/;

/** Checks the identification of a body. Skips wrong types, which the schema reports. */
export function checkIdentification(
  body: Readonly<Record<string, unknown>>,
  validationContext: ValidationContext,
): Problems {
  const problems = new Problems();
  const { ssn, identification: sent } = body;
  if (ssn !== undefined && sent !== undefined)
    problems.add('identification', 'Send ssn or identification, not both.');
  if (typeof sent !== 'object' || sent === null) return problems;
  if (validationContext.validation !== 'wide-foreign') {
    problems.add(
      'identification',
      'This brand identifies people by their SSN. Its operator can change that: brands set.',
    );
    return problems;
  }
  const { kind, number, country } = sent as Readonly<Record<string, unknown>>;
  if (typeof number === 'string') problems.add('identification.number', numberProblem(kind, number));
  if (typeof country === 'string') {
    const isForeign = kind === 'alien_number' && country !== 'US';
    problems.add(
      'identification.country',
      isForeign
        ? 'The United States issues alien numbers: US.'
        : valueRules.country(country, validationContext),
    );
  }
  return problems;
}

function numberProblem(kind: unknown, number: string): string | undefined {
  const normal = normalNumber(number);
  const { minLength, maxLength } = identificationLimits.number;
  if (!numberPattern.test(number) || normal.length < minLength || number.length > maxLength)
    return `Must be ${minLength} to ${maxLength} letters and digits; spaces and hyphens may divide them.`;
  if (isMaskedNumber(normal)) return 'This is a mask: send the full number.';
  if (kind === 'alien_number' && !alienNumberPattern.test(normal))
    return 'Must be seven to nine digits, with or without the A before them.';
  return undefined;
}

const normalNumber = (number: string): string => number.replaceAll(/[ -]/g, '').toUpperCase();

const isMaskedNumber = (number: string): boolean => /^XXXX(?:[A-Z0-9]{4})?$/.test(number);

/** The form in which an identification is kept and compared. */
function normalForm({ kind, number, country }: Identification): Identification {
  const normal = normalNumber(number);
  if (kind !== 'alien_number') return { kind, number: normal, country };
  return { kind, number: `A${normal.replace(/^A/, '').padStart(9, '0')}`, country };
}

// One column holds the number of a person, whatever its kind. An SSN is nine digits, another one begins with its kind.

/** The number that a body identifies a person by, as it is sealed and indexed. */
export function numberOf({ ssn, identification }: SentIdentity): string | undefined {
  if (identification === undefined) return ssn === undefined ? undefined : digitsOf(ssn);
  const { kind, number, country } = normalForm(identification);
  return `${kind} ${country} ${number}`;
}

/** The number that a body says in full; `undefined` where it repeats a mask, or says none. */
export function fullNumberOf(sent: SentIdentity): string | undefined {
  const { ssn, identification } = sent;
  const isMask = identification ? isMaskedNumber(identification.number) : ssn !== undefined && isSsnMask(ssn);
  return isMask ? undefined : numberOf(sent);
}

/** The identification in a kept number; `undefined` for an SSN. */
function identificationIn(kept: string): Identification | undefined {
  const [kind, country, number] = kept.split(' ');
  if (number === undefined) return undefined;
  return { kind: kind as Identification['kind'], number, country: country as string };
}

/** A kept number as a body says it. */
export function numberIn(kept: string): ShownIdentity {
  const identification = identificationIn(kept);
  return identification ? { identification } : { ssn: kept };
}

/** The form of a number that its blind index has. */
export const indexedNumber = (number: string): string =>
  identificationIn(number) ? number : digitsOf(number);

/** The field that says a number, and what is wrong with one that another customer has. */
export interface TakenNumber {
  readonly field: CustomerField;
  readonly problem: string;
}
const takenSsn: TakenNumber = { field: 'ssn', problem: errorCatalogue.ssn_dup.message };
const takenIdentification: TakenNumber = {
  field: 'identification',
  problem: 'Another customer of this brand already has this identification.',
};

export const takenNumber = (number: string): TakenNumber =>
  identificationIn(number) ? takenIdentification : takenSsn;

/** What answers show of a kept number. */
export function maskedNumber(kept: string): ShownIdentity {
  const identification = identificationIn(kept);
  if (!identification) return { ssn: maskSsn(kept) };
  return { identification: { ...identification, number: maskIdNumber(identification.number) } };
}

/** Whether two bodies or answers say the same number, or both none. */
export const isSameIdentity = (one: SentIdentity, other: SentIdentity): boolean =>
  one.ssn === other.ssn && isSameIdentification(one.identification, other.identification);

export const isSameIdentification = (
  one: Identification | undefined,
  other: Identification | undefined,
): boolean => one?.kind === other?.kind && one?.number === other?.number && one?.country === other?.country;
