import { Problems } from './problems.ts';
import { isHarmless, lengthOf, visible } from './text.ts';

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
