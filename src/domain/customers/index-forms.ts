import { normalForm } from '../text.ts';
import { digitsOf } from '../values.ts';
import { indexedNumber } from './identification.ts';

/**
 * The normal forms under which values are found. Both sides, the record that is written and the search that looks for
 * it, go through these, and only their keyed digests (blind indexes) reach the database. Each version of an index key
 * is sealed with the number of the forms that its values have, so that a change of the forms is a rotation of the key.
 */
export interface IndexForms {
  readonly ssn: (ssn: string) => string;
  readonly email: (email: string) => string;
  readonly phone: (countryCode: string | undefined, phone: string) => string;
  readonly nameAndDob: (lastName: string, dob: string) => string;
}

/** Never change: index values in databases have these forms until the rotation gets to them. */
const first: IndexForms = {
  ssn: indexedNumber,
  email: (email) => email.normalize('NFC').toLowerCase(),
  phone: (countryCode, phone) => `${countryCode ?? '1'} ${digitsOf(phone)}`,
  nameAndDob: (lastName, dob) => `${dob} ${lastName.normalize('NFC').toLowerCase().replaceAll('’', "'")}`,
};

const second: IndexForms = {
  ssn: indexedNumber,
  email(email) {
    const at = email.lastIndexOf('@');
    return `${folded(email.slice(0, at))}@${asciiDomain(email.slice(at + 1))}`;
  },
  phone(countryCode, phone) {
    const code = (countryCode ?? '1').replace(/^0+(?=.)/, '');
    const digits = digitsOf(phone);
    // No number of the North American plan begins with 1, so the first of eleven digits is the country code again.
    return `${code} ${code === '1' && /^1[0-9]{10}$/.test(digits) ? digits.slice(1) : digits}`;
  },
  nameAndDob: (lastName, dob) => `${dob} ${folded(normalForm(lastName)).replaceAll('’', "'")}`,
};

/**
 * Text without case, as full case folding (Unicode) does it: ß is SS. It also takes the four letters i of Turkish for
 * one, because they are typed for each other. The first step makes ẞ a ß, which has capital letters and it has not.
 */
const folded = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('i\u0307', 'i').normalize('NFC');

/** An international domain as DNS has it. A domain of ASCII alone is only folded. */
function asciiDomain(domain: string): string {
  const url = `http://${domain}`;
  const isAscii = /^[\x21-\x7e]*$/.test(domain);
  return isAscii || !URL.canParse(url) ? folded(domain.normalize('NFC')) : new URL(url).hostname;
}

const versions: readonly IndexForms[] = [first, second];

/** The number of the forms that new index keys have. */
export const newestIndexForm = versions.length;
export const indexForms: IndexForms = second;

/** The forms of an index key. */
export function indexFormsOf(number: number): IndexForms {
  const forms = versions[number - 1];
  if (!forms) throw new Error(`There are no index forms ${number}.`);
  return forms;
}
