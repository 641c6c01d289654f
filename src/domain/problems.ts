import type { FieldProblems } from './errors.ts';

/** Collects what is wrong with a request, field by field, so that a caller hears of all of it at once. */
export class Problems {
  readonly #byField = new Map<string, string[]>();

  /** Notes one sentence for a field; `undefined` (nothing wrong) is passed over. */
  add(path: string, sentence: string | undefined): void {
    if (sentence === undefined) return;
    const sentences = this.#byField.get(path);
    if (!sentences) this.#byField.set(path, [sentence]);
    else if (!sentences.includes(sentence)) sentences.push(sentence);
  }

  /** Takes over every problem of a field that has none yet. */
  addMissing(others: Problems): void {
    for (const [path, sentences] of others.#byField) {
      if (!this.#byField.has(path)) this.#byField.set(path, [...sentences]);
    }
  }

  /** Takes over every problem, as one of something below a field. */
  addBelow(path: string, others: Problems): void {
    for (const [inner, sentences] of others.#byField) {
      for (const sentence of sentences) this.add(`${path}.${inner}`, sentence);
    }
  }

  /** Drops what was noted for a field and for everything below it. */
  withdraw(path: string): void {
    for (const known of [...this.#byField.keys()]) {
      if (known === path || known.startsWith(`${path}.`)) this.#byField.delete(known);
    }
  }

  /** The fields at the top of the body in or below which something is wrong. */
  topFields(): ReadonlySet<string> {
    return new Set([...this.#byField.keys()].map((path) => path.split('.')[0] ?? path));
  }

  /** The same problems, to be decided on without losing them. */
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
