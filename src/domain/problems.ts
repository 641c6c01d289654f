import type { FieldProblems } from './errors.ts';

/** Collects the problems of a request by field, so that one answer reports all of them. */
export class Problems {
  readonly #byField = new Map<string, string[]>();

  /** Adds one problem of a field; ignores `undefined`. */
  add(path: string, sentence: string | undefined): void {
    if (sentence === undefined) return;
    const sentences = this.#byField.get(path);
    if (!sentences) this.#byField.set(path, [sentence]);
    else if (!sentences.includes(sentence)) sentences.push(sentence);
  }

  /** Adds the problems of every field that has none yet. */
  addMissing(others: Problems): void {
    for (const [path, sentences] of others.#byField) {
      if (!this.#byField.has(path)) this.#byField.set(path, [...sentences]);
    }
  }

  /** Adds every problem under the path of a field. */
  addBelow(path: string, others: Problems): void {
    for (const [inner, sentences] of others.#byField) {
      for (const sentence of sentences) this.add(`${path}.${inner}`, sentence);
    }
  }

  /** Removes the problems of a field and of everything below it. */
  withdraw(path: string): void {
    for (const known of [...this.#byField.keys()]) {
      if (known === path || known.startsWith(`${path}.`)) this.#byField.delete(known);
    }
  }

  /** The top-level fields with problems in or below them. */
  topFields(): ReadonlySet<string> {
    return new Set([...this.#byField.keys()].map((path) => path.split('.')[0] ?? path));
  }

  /** A copy of the problems. */
  copy(): Problems {
    const same = new Problems();
    same.addMissing(this);
    return same;
  }

  get any(): boolean {
    return this.#byField.size > 0;
  }

  toObject(): FieldProblems {
    return Object.fromEntries(this.#byField);
  }
}

/** The sentence for an invalid value without a more specific rule. */
export const notValid = 'Not a valid value.';

/**
 * Input that an operation finds invalid while it runs. The answer is the same as for a schema error: with status
 * 400, the problems by field, and the `schemaError` of the operation's row.
 */
export class InvalidInput extends Error {
  readonly problems: FieldProblems;

  constructor(problems: FieldProblems) {
    super('invalid input');
    this.name = 'InvalidInput';
    this.problems = problems;
  }
}

export const invalidField = (field: string, sentence: string = notValid): InvalidInput =>
  new InvalidInput({ [field]: [sentence] });
