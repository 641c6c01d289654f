/** JSON as a document holds it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Keywords whose values are data, not schemas. */
const data = new Set(['const', 'default', 'enum', 'examples', 'required']);

/**
 * Turns the schemas of rows into those of the document: a schema with a title becomes a component of that
 * name and a reference to it, so that the same thing has the same name everywhere.
 */
export class Components {
  readonly #found = new Map<string, JsonObject>();

  /** A schema of what clients send. It shows the bounds that the rules hold to, not validation's outer wall. */
  sent(schema: object): JsonObject {
    return this.#walk(schema, true) as JsonObject;
  }

  /**
   * A schema of what is answered. Answers may gain members, so none is closed here: a client that is made
   * from the document has to pass over what it does not know.
   */
  answered(schema: object): JsonObject {
    return this.#walk(schema, false) as JsonObject;
  }

  #walk(node: unknown, closed: boolean): Json {
    if (Array.isArray(node)) return node.map((item) => this.#walk(item, closed));
    if (typeof node !== 'object' || node === null) return node as Json;
    const { title, ...rest } = node as Readonly<Record<string, unknown>>;
    if (typeof title !== 'string') return this.#copy(node, closed);
    const copy = this.#copy(rest, closed);
    const known = this.#found.get(title);
    if (known && JSON.stringify(known) !== JSON.stringify(copy))
      throw new Error(
        `Two different schemas of the contract have the title ${title}. Give one another title.`,
      );
    this.#found.set(title, copy);
    return { $ref: `#/components/schemas/${title}` };
  }

  #copy(node: object, closed: boolean): JsonObject {
    const copy: Record<string, Json> = {};
    for (const [name, value] of Object.entries(node)) {
      if (name === 'documented' || name === 'lines') continue;
      if (name === 'additionalProperties' && value === false && !closed) continue;
      if (data.has(name)) copy[name] = value as Json;
      // Below `properties` the names are those of members, which may be called like keywords.
      else if (name === 'properties') copy[name] = this.#members(value as object, closed);
      else copy[name] = this.#walk(value, closed);
    }
    const { documented } = node as { readonly documented?: JsonObject };
    return { ...copy, ...documented };
  }

  #members(properties: object, closed: boolean): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, this.#walk(schema, closed)]),
    );
  }

  /** Every component met so far, by name. */
  get schemas(): JsonObject {
    return Object.fromEntries([...this.#found].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
