import { Problems } from './problems.ts';

/** The checks of any text from outside. */

/**
 * Characters that no field needs and that are harmful when text is shown or logged: control characters, lone
 * surrogates, the invisible marks that turn the direction of writing (Unicode UAX #9), the line and paragraph
 * separators, and the byte order mark.
 */
const harmful = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/u;

export const harmfulText = 'Contains a character that is not allowed (control, direction or line mark).';

export const isHarmless = (text: string): boolean => !harmful.test(text);

const harmfulEverywhere = new RegExp(harmful.source, 'gu');

/** The text with a space for line breaks and other blanks, and without what else is harmful. */
export const harmless = (text: string): string =>
  text.replaceAll(/\s+/gu, ' ').replaceAll(harmfulEverywhere, '').trim();

/**
 * What looks like nothing, or like an ordinary space without being one: the default-ignorable code points (UAX #44),
 * other format marks and letters and signs without ink, and every blank but U+0020. A value that contains one is never
 * found again by a person who types what is visible.
 */
const unseen =
  /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffc\u2800\u{16fe4}\u{1d159}\u{13441}\u{13442}]|(?! )\p{Zs}/u;

const unseenEverywhere = new RegExp(unseen.source, 'gu');

/** The problem of a text as a sentence, or `undefined`. It names the code point, because nobody can see it. */
export function textProblem(text: string): string | undefined {
  if (harmful.test(text)) return harmfulText;
  const [found] = unseen.exec(text) ?? [];
  if (found === undefined) return undefined;
  const number = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `Contains U+${number}, which is invisible or an unusual blank. Leave it out, or send an ordinary space.`;
}

/** The text without what nobody sees. */
export const visible = (text: string): string => text.replaceAll(unseenEverywhere, '');

/**
 * The form in which text is stored, compared and measured: composed (NFC), with single spaces between words and none
 * at the ends.
 */
export const normalForm = (text: string): string => text.normalize('NFC').replaceAll(/ {2,}/g, ' ').trim();

/** Length in code points. Call it with the normal form, so that `é` counts as one in both encodings. */
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

/** The rule of a short free text: a reason, a note, a description. */
export interface ShortText {
  /** In characters, as the reference shows them. */
  readonly limits: { readonly minLength?: number; readonly maxLength: number };
  /** Whether line breaks are allowed. Other control characters never are. */
  readonly lines: boolean;
}

/** `minLength`: 1 unless said; 0 for a text that may be empty. */
export function shortText(maxLength: number, { minLength = 1, lines = false } = {}): ShortText {
  return { limits: { ...(minLength > 0 && { minLength }), maxLength }, lines };
}

/**
 * The text in its stored form: composed (NFC), with `\n` for a line break, ordinary spaces, and none of either at the
 * ends.
 */
export const cleanText = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .replaceAll(/\p{Zs}/gu, ' ')
    .trim();

/** Removes line breaks before the check of the characters. */
export const withoutLines = (text: string): string => text.replaceAll(/\r?\n/g, '');

/** Checks the top-level short texts of a body. Other checks report wrong types and characters that are not allowed. */
export const checkShortTexts =
  (rules: Readonly<Record<string, ShortText>>) =>
  (body: unknown): Problems => {
    const problems = new Problems();
    if (typeof body !== 'object' || body === null) return problems;
    for (const [field, rule] of Object.entries(rules)) {
      const text = (body as Readonly<Record<string, unknown>>)[field];
      if (typeof text === 'string') problems.add(field, shortTextProblem(rule, text));
    }
    return problems;
  };

export function shortTextProblem({ limits, lines }: ShortText, text: string): string | undefined {
  if (!isHarmless(lines ? withoutLines(text) : text)) return undefined;
  const { minLength, maxLength } = limits;
  const stored = cleanText(text);
  // A reason of marks without ink says nothing.
  if (lengthOf(visible(stored)) >= (minLength ?? 0) && lengthOf(stored) <= maxLength) return undefined;
  return minLength === undefined
    ? `Must be at most ${maxLength} characters.`
    : `Must be between ${minLength} and ${maxLength} characters.`;
}
