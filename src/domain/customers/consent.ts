import { Problems } from '../problems.ts';
import { checkShortTexts, shortText } from '../text.ts';
import { millisOf, notATime, parseInstant } from '../time.ts';
import type { ValidationContext } from '../values.ts';

/** What a customer was shown, agreed to or withdrew. */

/** `notice`: the customer was told, and had nothing to agree to. */
export const consentKinds = ['consent', 'withdrawal', 'notice'] as const;
export const consentChannels = ['web', 'app', 'phone', 'email', 'paper', 'in_person'] as const;

export interface ConsentDetails {
  readonly kind: (typeof consentKinds)[number];
  readonly document: string;
  readonly version: string;
  /** SHA-256 of the document as it was shown, in hex. */
  readonly digest: string;
  readonly channel: (typeof consentChannels)[number];
  readonly date_given: string;
}

export const consentTexts = { document: shortText(120), version: shortText(40) } as const;

/** Milliseconds by which the clock of a client may be ahead. */
const clockTolerance = 60_000;

export function checkConsent(body: unknown, { now }: ValidationContext): Problems {
  const problems = new Problems();
  problems.addMissing(checkShortTexts(consentTexts)(body));
  if (typeof body !== 'object' || body === null) return problems;
  const { digest, date_given: given } = body as Readonly<Record<string, unknown>>;
  if (typeof digest === 'string' && !/^[0-9a-f]{64}$/.test(digest))
    problems.add('digest', 'Must be the SHA-256 of the document, as 64 hexadecimal digits in lower case.');
  if (typeof given === 'string') problems.add('date_given', timeProblem(given, millisOf(now)));
  return problems;
}

function timeProblem(text: string, now: number): string | undefined {
  const at = parseInstant(text);
  if (at === undefined) return notATime;
  if (at < '1900') return 'Must be 1900-01-01 or later.';
  return millisOf(at) > now + clockTolerance ? 'Must not be in the future.' : undefined;
}
