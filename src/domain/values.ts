import { iso31661Alpha2ToAlpha3 } from 'iso-3166';
import validator from 'validator';
import { lengthOf, normalForm, textProblem } from './text.ts';
import type { Instant } from './time.ts';
import { dayOf, isCalendarDay } from './time.ts';
import { kycTriggers } from './trigger-numbers.ts';
import type { Validation } from './validation.ts';

/**
 * The rules for single values, one function each, which returns the problem as a sentence, or `undefined`. The
 * sentences never repeat the value. Sources: the seed's two tables, and the Social Security Administration's rules
 * of assignment for the SSN.
 */
export type ValueRule = (text: string, validationContext: ValidationContext) => string | undefined;

export interface ValidationContext {
  readonly now: Instant;
  /** In a sandbox the trigger numbers are valid SSNs. */
  readonly sandbox: boolean;
  /** What the brand takes; `bond` unless its operator has set something else. */
  readonly validation?: Validation;
}

export const isWide = ({ validation }: ValidationContext): boolean =>
  validation !== undefined && validation !== 'bond';

/**
 * Length limits of values in code points of their normal form, with the names of JSON Schema, so that the reference
 * shows the limits of the rules below. A limit that depends on another field is the widest possible one.
 */
export const limits = {
  name: { minLength: 2, maxLength: 50 },
  middleName: { maxLength: 50 },
  ssn: { minLength: 9, maxLength: 11, pattern: '^(?:[0-9]{9}|[0-9]{3}-[0-9]{2}-[0-9]{4})$' },
  /** 7 to 15 digits, and a dash between any two of them. */
  phone: { minLength: 7, maxLength: 29, pattern: '^[0-9]+(?:-[0-9]+)*$' },
  phoneCountryCode: { minLength: 1, maxLength: 3, pattern: '^[0-9]{1,3}$' },
  email: { maxLength: 254 },
  street: { minLength: 1, maxLength: 40 },
  street2: { maxLength: 40 },
  city: { minLength: 2, maxLength: 40 },
  state: { maxLength: 20 },
  zip: { minLength: 2, maxLength: 20 },
  country: { minLength: 2, maxLength: 2 },
} as const satisfies Readonly<Record<string, Limits>>;

/** The same where the brand takes more. */
const wideLimits = {
  name: { minLength: 1, maxLength: 50 },
  street: { minLength: 1, maxLength: 64 },
  street2: { maxLength: 64 },
} as const satisfies Readonly<Record<string, Limits>>;

export interface Limits {
  readonly minLength?: number;
  readonly maxLength: number;
  readonly pattern?: string;
}

function lengthProblem({ minLength, maxLength }: Limits, text: string): string | undefined {
  const length = lengthOf(normalForm(text));
  if (length >= (minLength ?? 0) && length <= maxLength) return undefined;
  return minLength === undefined
    ? `Must be at most ${maxLength} characters.`
    : `Must be between ${minLength} and ${maxLength} characters.`;
}

const patterned = ({ pattern }: { readonly pattern: string }): RegExp => new RegExp(pattern);

// The Hangul fillers count as letters but are invisible, so a name of them would look empty.
const namePattern = /^(?!.*[\u115f\u1160\u3164\uffa0])\p{L}[\p{L}\p{M} '’]*$/u;
/** Also `Smith-Jones`, `St. John`, `O` and `'t Hooft`. */
const wideNamePattern = /^(?!.*[\u115f\u1160\u3164\uffa0])['’]?\p{L}[\p{L}\p{M} '’.-]*$/u;

const name: ValueRule = (text, validationContext) => {
  if (isWide(validationContext)) return wideName(text);
  const wrongLength = lengthProblem(limits.name, text);
  if (wrongLength) return wrongLength;
  return namePattern.test(text.normalize('NFC'))
    ? undefined
    : 'Must start with a letter and can only be letters, spaces, and apostrophes.';
};

function wideName(text: string): string | undefined {
  const wrongLength = lengthProblem(wideLimits.name, text);
  if (wrongLength) return wrongLength;
  return wideNamePattern.test(text.normalize('NFC'))
    ? undefined
    : 'Must start with a letter and can only be letters, spaces, apostrophes, hyphens, and full stops.';
}

const middleName: ValueRule = (text, validationContext) =>
  text === '' ? undefined : name(text, validationContext);

const oldest = 120;

const dob: ValueRule = (text, { now }) => {
  if (!isCalendarDay(text)) return 'Not a valid date: use YYYY-MM-DD, for example 1994-03-20.';
  const today = dayOf(now);
  if (text > today) return 'Must not be in the future.';
  const earliest = `${String(Number(today.slice(0, 4)) - oldest).padStart(4, '0')}${today.slice(4)}`;
  return text < earliest ? `Must not be more than ${oldest} years ago.` : undefined;
};

const ssnPattern = patterned(limits.ssn);

const ssn: ValueRule = (text, { sandbox, validation }) => {
  if (!ssnPattern.test(text)) {
    return 'Not a valid SSN: use nine digits, or ###-##-####.';
  }
  const digits = digitsOf(text);
  if (sandbox && kycTriggers.has(digits)) return undefined;
  if ((validation === 'wide-itin' || validation === 'wide-foreign') && itinPattern.test(digits))
    return undefined;
  const area = digits.slice(0, 3);
  const neverIssued =
    area === '000' ||
    area === '666' ||
    area.startsWith('9') ||
    digits.slice(3, 5) === '00' ||
    digits.slice(5) === '0000' ||
    // Printed in wallets sold from 1938 on and then used by thousands of people, so the SSA retired it.
    digits === '078051120';
  return neverIssued ? 'Not a number that the Social Security Administration issues.' : undefined;
};

/** The Individual Taxpayer Identification Numbers of the IRS: area 9xx, and in the middle 50-65, 70-88, 90-92 or 94-99. */
const itinPattern = /^9[0-9]{2}(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])[0-9]{4}$/;

const phonePattern = patterned(limits.phone);

const phone: ValueRule = (text) => {
  if (!phonePattern.test(text)) return 'Must be only numbers or dash-separated.';
  const digits = digitsOf(text).length;
  return digits < 7 || digits > 15 ? 'Must have between 7 and 15 digits.' : undefined;
};

const codePattern = patterned(limits.phoneCountryCode);

const phoneCountryCode: ValueRule = (text) =>
  codePattern.test(text) ? undefined : 'Must be between one and three digits.';

const email: ValueRule = (text) =>
  text.length <= limits.email.maxLength &&
  // The library throws on a lone surrogate.
  textProblem(text) === undefined &&
  validator.isEmail(text, { allow_utf8_local_part: true, ignore_max_length: false })
    ? undefined
    : 'Not a valid email address.';

const street: ValueRule = (text, validationContext) => {
  if (isWide(validationContext)) return wideStreet(text);
  const wrongLength = lengthProblem(limits.street, text);
  if (wrongLength) return wrongLength;
  return /^[\p{L}\p{M}\p{Nd} .,_#-]*[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} .,_#-]*$/u.test(text)
    ? undefined
    : 'May contain only letters, digits, spaces and . , _ - #';
};

function wideStreet(text: string): string | undefined {
  const wrongLength = lengthProblem(wideLimits.street, text);
  if (wrongLength) return wrongLength;
  return /^[\p{L}\p{M}\p{Nd} .,_#'’/&¼½¾-]*[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} .,_#'’/&¼½¾-]*$/u.test(text)
    ? undefined
    : "May contain only letters, digits, spaces and . , _ - # ' / & ¼ ½ ¾";
}

const street2: ValueRule = (text, validationContext) =>
  lengthProblem(isWide(validationContext) ? wideLimits.street2 : limits.street2, text);

const city: ValueRule = (text) => lengthProblem(limits.city, text);

/**
 * What the United States Postal Service delivers to (Publication 28, appendix B): the states, the District
 * of Columbia, the territories, the freely associated states, and the three of the armed forces.
 */
export const uspsStates: ReadonlySet<string> = new Set(
  (
    'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH ' +
    'OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI FM MH PW AA AE AP'
  ).split(' '),
);

const country: ValueRule = (text) =>
  Object.hasOwn(iso31661Alpha2ToAlpha3, text)
    ? undefined
    : 'Must be an ISO 3166-1 alpha-2 country code, two capital letters.';

/** The rule of a state or a ZIP code depends on the country beside it. */
export function stateRule(text: string, countryCode: unknown): string | undefined {
  if (countryCode !== 'US') return lengthProblem(limits.state, text);
  return uspsStates.has(text) ? undefined : 'Must be a two-letter US state code.';
}

export function zipRule(text: string, countryCode: unknown): string | undefined {
  if (countryCode !== 'US') return lengthProblem(limits.zip, text);
  return /^[0-9]{5}(?:-[0-9]{4})?$/.test(text) ? undefined : 'Must be a US zip code: 12345 or 12345-1234.';
}

export const valueRules = {
  name,
  middleName,
  dob,
  ssn,
  phone,
  phoneCountryCode,
  email,
  street,
  street2,
  city,
  country,
} as const satisfies Readonly<Record<string, ValueRule>>;

export const digitsOf = (text: string): string => text.replaceAll('-', '');
