/** The checks of any text from outside. */

/**
 * Characters that no field needs and that are harmful when text is shown or logged: control characters, lone
 * surrogates, the invisible marks that turn the direction of writing (Unicode UAX #9), the line and paragraph
 * separators, and the byte order mark.
 */
const harmful = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/u;

export const harmfulText = 'Contains a character that is not allowed (control, direction or line mark).';

export const isHarmless = (text: string): boolean => !harmful.test(text);

/** Length in code points after composition (NFC), so `é` counts as one in both encodings. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** JSON in which every character beyond ASCII is escaped: its length in bytes is its length as a string. */
export function asciiJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/[\u007f-\uffff]/.test(json)) return json;
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The same with a space after each comma and colon: the form that Python's `json.dumps` gives by default. Bond
 * signs that form, so receivers written for Bond may sign the parsed body again and compare.
 */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return asciiJson(value);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${members.map(([name, inner]) => `${asciiJson(name)}: ${spacedJson(inner)}`).join(', ')}}`;
}
