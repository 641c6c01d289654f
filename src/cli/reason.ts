import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../domain/operator-error.ts';
import { cleanText, harmfulText, isHarmless, shortText, shortTextProblem } from '../domain/text.ts';
import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** The option `--reason` of a command that changes something. */
export interface ReasonOptions {
  readonly reason?: string;
}

/** What a command that changes something in live does without a reason: it refuses, or notes that there is none. */
export type WithoutReason = 'refuse' | 'note';

const rule = shortText(500, { minLength: 3 });

/**
 * Why the operator runs a command: as given, or in live as answered on a terminal. A sandbox asks nobody.
 *
 * @throws OperatorError where the reason has a wrong form, or where live needs one.
 */
export async function reasonFor(
  environment: 'sandbox' | 'live',
  format: Format,
  given: string | undefined,
  without: WithoutReason,
): Promise<string | undefined> {
  const asked = given ?? (environment === 'live' ? await answeredReason() : undefined);
  const words = asked === undefined ? '' : cleanText(asked);
  if (words === '' && given === undefined) {
    if (environment === 'sandbox') return undefined;
    if (without === 'refuse')
      throw new OperatorError(
        'This command changes a live installation. Say why, for the audit trail, with: --reason TEXT',
      );
    printNotice(format, 'No reason was given. The audit entry says so; give one with: --reason TEXT');
    return undefined;
  }
  const problem = isHarmless(words) ? shortTextProblem(rule, words) : harmfulText;
  if (problem !== undefined) throw new OperatorError(`--reason: ${problem}`);
  return words;
}

/** Asks on a terminal. A script cannot answer, and is not kept waiting. */
async function answeredReason(): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question('Why? The audit trail keeps the reason, sealed: ');
  } finally {
    terminal.close();
  }
}
