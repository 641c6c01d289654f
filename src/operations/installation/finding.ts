import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { UnreadableTime } from '../../domain/time.ts';
import { VaultError } from '../../vault/vault-error.ts';

/** The result of one check. `green` needs no action, `yellow` needs attention, and `red` must be fixed. */
export interface Finding {
  readonly check: string;
  readonly state: 'green' | 'yellow' | 'red';
  /** A sentence without any secret in it. */
  readonly explanation: string;
  /** The next step, if one is needed. */
  readonly nextStep?: string;
}

export const green = (check: string, explanation: string): Finding => ({
  check,
  state: 'green',
  explanation,
});

export const yellow = (check: string, explanation: string, nextStep: string): Finding => ({
  check,
  state: 'yellow',
  explanation,
  nextStep,
});

export const red = (check: string, explanation: string, nextStep: string): Finding => ({
  check,
  state: 'red',
  explanation,
  nextStep,
});

/** The next step where rows were altered. */
export const restoreRows =
  'Find out who can write the tables, and restore these rows from a backup (docs/operating.md).';

/** Examines each brand. A brand that cannot be examined is a finding of its own, and the others are examined. */
export async function examineEach<Brand extends { readonly brandId: BrandId }>(
  check: string,
  brands: readonly Brand[],
  examineBrand: (brand: Brand) => Promise<void>,
): Promise<readonly Finding[]> {
  const failed: Finding[] = [];
  for (const brand of brands) {
    try {
      await examineBrand(brand);
    } catch (error) {
      const { explanation, nextStep = explanation } = redFrom(check, error);
      failed.push(red(check, `The brand ${brand.brandId} cannot be checked. ${explanation}`, nextStep));
    }
  }
  return failed;
}

/** An error as a finding. An unexpected error is reported by its class only, because its message may quote data. */
export function redFrom(check: string, error: unknown): Finding {
  const report = 'Report this line to the developers of Clientele.';
  if (!(error instanceof Error)) return red(check, `The check failed (${typeof error}).`, report);
  if (error instanceof UnreadableTime)
    return red(check, 'A row has a time that Clientele never writes.', restoreRows);
  if (!(error instanceof OperatorError || error instanceof VaultError)) {
    const code = 'code' in error ? ` ${String(error.code)}` : '';
    return red(check, `The check failed (${error.name}${code}).`, report);
  }
  return redSentences(check, error.message);
}

/** The first sentence is the explanation and the rest is the next step. */
export function redSentences(check: string, sentences: string): Finding {
  const [, first, rest] = /^(.*?[.)])\s+(?=[\p{Lu}`])(.*)$/su.exec(sentences) ?? [];
  return first === undefined || rest === undefined
    ? red(check, sentences, sentences)
    : red(check, first, rest);
}
