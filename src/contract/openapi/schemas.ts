/** JSON as a document holds it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Keywords whose values are data, not schemas. */
const data = new Set(['const', 'default', 'enum', 'examples', 'required']);

/**
 * Converts the schemas of rows to those of the document: a schema with a title becomes a component of that name,
 * and a reference to it.
 */
export class Components {
  readonly #found = new Map<string, JsonObject>();

  /**
   * A contract schema as the document shows it: closed, with the limits of the value rules instead of the wider
   * limits of the validation.
   */
  schema(schema: object): JsonObject {
    return this.#walk(schema) as JsonObject;
  }

  #walk(node: unknown): Json {
    if (Array.isArray(node)) return node.map((item) => this.#walk(item));
    if (typeof node !== 'object' || node === null) return node as Json;
    const { title, ...rest } = node as Readonly<Record<string, unknown>>;
    if (typeof title !== 'string') return this.#copy(node);
    const copy = this.#copy(rest);
    const known = this.#found.get(title);
    if (known && JSON.stringify(known) !== JSON.stringify(copy))
      throw new Error(
        `Two different schemas of the contract have the title ${title}. Give one another title.`,
      );
    this.#found.set(title, copy);
    return { $ref: `#/components/schemas/${title}` };
  }

  #copy(node: object): JsonObject {
    const copy: Record<string, Json> = {};
    for (const [name, value] of Object.entries(node)) {
      // For the checks of our own; `lines` is a member of a body only where it has a schema.
      if (name === 'documented' || ((name === 'lines' || name === 'free') && value === true)) continue;
      if (data.has(name)) copy[name] = value as Json;
      // The names below `properties` are members, which may have the name of a keyword.
      else if (name === 'properties') copy[name] = this.#members(value as object);
      else copy[name] = this.#walk(value);
    }
    const { documented } = node as { readonly documented?: JsonObject };
    return { ...copy, ...documented };
  }

  #members(properties: object): JsonObject {
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, this.#walk(schema)]));
  }

  /** Every component collected so far, by name. */
  get schemas(): JsonObject {
    return Object.fromEntries([...this.#found].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
