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
