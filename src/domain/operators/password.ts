import { lengthOf } from '../text.ts';

export const passwordLimits = { minLength: 12, maxLength: 128 } as const;

/** The form that is hashed, so that one password has one spelling on every keyboard. */
export const normalPassword = (text: string): string => text.normalize('NFKC');

/** Shorter words of a name are not looked for. */
const leastWord = 4;

/**
 * The problem of a new password, or `undefined`. `words` are the person's own: their address and name. `isCommon` says
 * whether a text in lower case is a common password.
 */
export function passwordProblem(
  text: string,
  words: readonly string[],
  isCommon: (lower: string) => boolean,
): string | undefined {
  const password = normalPassword(text);
  const { minLength, maxLength } = passwordLimits;
  const length = lengthOf(password);
  if (length < minLength || length > maxLength)
    return `Must be between ${minLength} and ${maxLength} characters.`;
  if (new Set(password.toLowerCase()).size < 5) return 'Must have at least five different characters.';
  if (coresOf(password).some(isCommon))
    return 'Is a common password, or one with digits around it. Choose several words that do not belong together.';
  const own = words.flatMap((word) => word.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const rest = own
    .filter((word) => word.length >= leastWord)
    .reduce((text, word) => text.replaceAll(word, ''), password.toLowerCase());
  if (rest.length <= minLength / 2)
    return 'Is made of your name or address. Choose several words that do not belong together.';
  return undefined;
}

/** The password, and what is left without digits and signs around it, which guesses add first. */
function coresOf(password: string): readonly string[] {
  const lower = password.toLowerCase();
  const core = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return core.length >= leastWord ? [lower, core] : [lower];
}
