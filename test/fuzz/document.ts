import type { AnySchemaObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** What the fuzzer knows of the API: `openapi.json`, read the way a stranger reads it, and nothing of src. */

export type Schema = AnySchemaObject;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface DocumentedAnswer {
  /** Names in lower case. */
  readonly headers: ReadonlySet<string>;
  readonly media: ReadonlyMap<string, ValidateFunction>;
  /** Codes of an error answer; empty for a success. */
  readonly codes: ReadonlySet<string>;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body:
    | {
        readonly schema: Schema;
        readonly example: unknown;
        /** Whether the document allows this body. */
        readonly fits: (value: unknown) => boolean;
      }
    | undefined;
  /** Whether callers sign instead of showing a key. */
  readonly signed: boolean;
  readonly answers: ReadonlyMap<number, DocumentedAnswer>;
}

export interface Api {
  readonly prefix: string;
  readonly operations: readonly Operation[];
  readonly errors: ReadonlyMap<string, ValidateFunction>;
  /** A schema without its reference. */
  resolve(schema: Schema): Schema;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const dateTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const formats = {
  uuid,
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  'date-time': dateTime,
  email: /^[^\s@]+@[^\s@]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  'uri-reference': /^\S*$/,
  int32: { type: 'number' as const, validate: (value: number) => Math.abs(value) < 2 ** 31 },
  int64: { type: 'number' as const, validate: Number.isSafeInteger },
};

/** An answer with a member that its schema does not list is wrong, whether the schema says closed or not. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
  const isOpen = 'additionalProperties' in copy || 'patternProperties' in copy || !('properties' in copy);
  return copy['type'] === 'object' && !isOpen ? { ...copy, additionalProperties: false } : copy;
}

/**
 * A body of a POST as the document's introduction reads it: null for an optional member counts as absent. The schemas
 * themselves do not allow null, since generated clients would then have two ways to leave a member out.
 */
function withoutNulls(value: unknown, given: Schema, resolve: Api['resolve']): unknown {
  const schema = resolve(given);
  if (Array.isArray(value))
    return schema['items'] ? value.map((item) => withoutNulls(item, schema['items'], resolve)) : value;
  if (typeof value !== 'object' || value === null || !schema['properties']) return value;
  const known = new Map(Object.entries<Schema>(schema['properties']));
  const required = new Set<string>(schema['required'] ?? []);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => inner !== null || !known.has(name) || required.has(name))
      .map(([name, inner]) => [name, withoutNulls(inner, known.get(name) ?? {}, resolve)]),
  );
}

interface Raw {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema; example: unknown }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}
interface RawAnswer {
  readonly headers?: object;
  /** None for an answer without a body. */
  readonly content?: Readonly<Record<string, { readonly schema: Schema; readonly examples?: object }>>;
}

export function readDocument(text: string): Api {
  const raw = JSON.parse(text) as Raw;
  const strict = new Ajv2020({ allErrors: false, strict: false, formats });
  strict.addSchema(closed({ $id: 'answers', ...raw }) as Schema);
  const asDocumented = new Ajv2020({ allErrors: false, strict: false, formats });
  asDocumented.addSchema({ $id: 'requests', ...raw });

  const target = <Kind>(value: unknown): Kind => {
    const reference = (value as { readonly $ref?: string }).$ref;
    if (reference === undefined) return value as Kind;
    const [, , kind = '', name = ''] = reference.split('/');
    return target<Kind>(raw.components[kind]?.[name]);
  };
  const compiled = (ajv: Ajv2020, id: string, schema: Schema): ValidateFunction =>
    ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${id}#/`)) as Schema);
  const fitting = (method: string, schema: Schema): ((value: unknown) => boolean) => {
    const validate = compiled(asDocumented, 'requests', schema);
    return (value) => validate(method === 'post' ? withoutNulls(value, schema, target<Schema>) : value);
  };
  const answerOf = (value: unknown): DocumentedAnswer => {
    const { headers = {}, content = {} } = target<RawAnswer>(value);
    const media = Object.entries(content).map(
      ([type, { schema }]) => [type, compiled(strict, 'answers', closed(schema) as Schema)] as const,
    );
    return {
      headers: new Set(Object.keys(headers).map((name) => name.toLowerCase())),
      media: new Map(media),
      codes: new Set(Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples))),
    };
  };

  const operations = Object.entries(raw.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): Operation => {
      const sent = one.requestBody?.content['application/json'];
      return {
        operationId: one.operationId,
        method: method.toUpperCase(),
        path,
        parameters: (one.parameters ?? []).map((parameter) => target<Parameter>(parameter)),
        body: sent && { ...sent, fits: fitting(method, sent.schema) },
        signed: one.security !== undefined,
        answers: new Map(
          Object.entries(one.responses).map(([status, answer]) => [Number(status), answerOf(answer)]),
        ),
      };
    }),
  );
  return {
    prefix: raw.servers[0]?.url ?? '',
    operations,
    errors: new Map([
      ['application/json', compiled(strict, 'answers', { $ref: '#/components/schemas/Error' })],
      ['application/problem+json', compiled(strict, 'answers', { $ref: '#/components/schemas/Problem' })],
    ]),
    resolve: (schema) => target<Schema>(schema),
  };
}
