import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import type { TObject, TSchema } from 'typebox';
import { serverOwnedFields } from '../domain/fields.ts';
import { parseId } from '../domain/ids.ts';
import { notValid, Problems } from '../domain/problems.ts';
import { harmfulText, isHarmless, textProblem, withoutLines } from '../domain/text.ts';

/**
 * Validates requests against the schema of their row. Types in bodies are never coerced and no member is silently
 * dropped. Ids are parsed everywhere as in paths; other formats are checked by the value rules. A test checks the schemas
 * themselves: that takes each start and each thread longer than to compile them.
 */
const ajv = new Ajv({
  allErrors: true,
  strict: false,
  coerceTypes: false,
  validateSchema: false,
  formats: { uuid: (text: string) => parseId(text) !== undefined, date: true, int32: true, int64: true },
});

export type ShapeCheck = (value: unknown) => Problems;

export function shapeCheck(schema: TSchema): ShapeCheck {
  const validate: ValidateFunction = ajv.compile(schema);
  return (value) => {
    const problems = new Problems();
    if (!validate(value)) for (const error of validate.errors ?? []) note(error, problems);
    return problems;
  };
}

function note(error: ErrorObject, problems: Problems): void {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const params = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === 'required') {
    problems.add(below(String(params['missingProperty'])), 'Missing data for required field.');
  } else if (error.keyword === 'additionalProperties') {
    const name = String(params['additionalProperty']);
    problems.add(below(shortened(name)), unknownField(name, path));
  } else if (error.keyword === 'format') {
    // An id that is too long has already been reported.
    const malformed = new Problems();
    malformed.add(path === '' ? 'body' : path, 'Not a valid UUID.');
    problems.addMissing(malformed);
  } else {
    problems.add(path === '' ? 'body' : path, sentence(error.keyword, params));
  }
}

/** The name of the field is shown to the caller, unless it is longer than any real name. */
const shortened = (name: string): string => (name.length > 64 ? `${name.slice(0, 64)}…` : name);

function unknownField(name: string, path: string): string {
  const isServers = path === '' && (serverOwnedFields as readonly string[]).includes(name);
  if (isServers) return 'Set by the server; it cannot be sent.';
  return name === 'brand_person_id'
    ? 'Set when the customer is created; it cannot be changed.'
    : 'Unknown field.';
}

const typeNames: Readonly<Record<string, string>> = { array: 'list', object: 'object' };

function sentence(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'type':
      return `Not a valid ${typeNames[String(params['type'])] ?? String(params['type'])}.`;
    case 'enum':
      return `Must be one of: ${(params['allowedValues'] as readonly unknown[]).join(', ')}.`;
    case 'minItems':
      return `Must have at least ${limit} ${limit === '1' ? 'item' : 'items'}.`;
    case 'maxItems':
      return `Must have at most ${limit} items.`;
    case 'minProperties':
      return 'Send at least one field.';
    case 'maxLength':
      return `Must be at most ${limit} characters.`;
    case 'minimum':
      return `Must be at least ${limit}.`;
    case 'maximum':
      return `Must be at most ${limit}.`;
    default:
      return notValid;
  }
}

/**
 * A body without its optional members that are null: clients of typed languages write them for what they do not have.
 * A required member keeps its null, so that the schema reports it.
 */
export function withoutNulls(value: unknown, schema: TSchema): unknown {
  const { items, properties, required = [] } = schema as ShownSchema;
  if (Array.isArray(value)) return items ? value.map((item) => withoutNulls(item, items)) : value;
  if (typeof value !== 'object' || value === null || !properties) return value;
  const isKnown = (name: string) => Object.hasOwn(properties, name);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => inner !== null || !isKnown(name) || required.includes(name))
      .map(([name, inner]) => [name, withoutNulls(inner, (isKnown(name) && properties[name]) || {})]),
  );
}

interface ShownSchema {
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

/**
 * Query parameters arrive as text. An integer parameter is parsed if it is in plain form (`1`, not `1e3`, `01` or
 * `1.0`); anything else stays text and fails the schema.
 */
export function readQuery(
  schema: TObject | undefined,
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const properties = (schema?.properties ?? {}) as Readonly<Record<string, { readonly type?: string }>>;
  const read: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(sent)) {
    const isInteger = Object.hasOwn(properties, name) && properties[name]?.type === 'integer';
    const plain = isInteger && typeof value === 'string' && /^-?(?:0|[1-9][0-9]{0,14})$/.test(value);
    read[name] = plain ? Number(value) : value;
  }
  return read;
}

/**
 * Reports every text in a body, including field names, that contains a harmful character. A line break is harmful,
 * except in a field that the schema marks with `lines`.
 */
export function checkTexts(body: unknown, schema: TSchema, problems: Problems): void {
  for (const { path, text, isName, hasLines } of textsIn(body, schema, ''))
    if (!isHarmless(hasLines ? withoutLines(text) : text))
      problems.add(path, isName ? `The name of a field: ${harmfulText}` : harmfulText);
}

/**
 * Reports every other text with a character that nobody sees, except in fields that nobody looks for: those that the
 * schema marks with `free`.
 */
export function checkVisible(body: unknown, schema: TSchema, problems: Problems): void {
  for (const { path, text, isFree } of textsIn(body, schema, ''))
    if (!isFree && isHarmless(text)) problems.add(path, textProblem(text));
}

interface FoundText {
  readonly path: string;
  readonly text: string;
  readonly isName: boolean;
  readonly hasLines: boolean;
  readonly isFree: boolean;
}

/** The texts in a body with their places. A value under a harmful name is left out, and so is its name in the path. */
function* textsIn(value: unknown, schema: TSchema, path: string): Generator<FoundText> {
  const { lines = false, free = false, properties } = schema as MarkedSchema;
  const place = path === '' ? 'body' : path;
  if (typeof value === 'string')
    yield { path: place, text: value, isName: false, hasLines: lines, isFree: free };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const below = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (isHarmless(name)) yield* textsIn(inner, below ?? {}, path === '' ? name : `${path}.${name}`);
    else yield { path: place, text: name, isName: true, hasLines: false, isFree: true };
  }
}

interface MarkedSchema {
  readonly lines?: boolean;
  readonly free?: boolean;
  readonly properties?: Readonly<Record<string, TSchema>>;
}
