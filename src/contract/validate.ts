import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import type { TObject, TSchema } from 'typebox';
import { serverOwnedFields } from '../domain/fields.ts';
import { parseId } from '../domain/ids.ts';
import { notValid, Problems } from '../domain/problems.ts';
import { withoutLines } from '../domain/short-text.ts';
import { harmfulText, isHarmless, textProblem } from '../domain/text.ts';

/**
 * Validates requests against the schema of their row. Types in bodies are never coerced and no member is silently
 * dropped. Ids are parsed everywhere as in paths; other formats are checked by the value rules.
 */
const ajv = new Ajv({
  allErrors: true,
  strict: false,
  coerceTypes: false,
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
 * Reports every text in a body, including field names, that contains a character that is not allowed. A field that
 * the schema marks with `lines` may contain line breaks. A field that it marks with `fileName` may contain blanks and
 * marks that operating systems put into names of files.
 */
export function checkTexts(value: unknown, schema: TSchema, path: string, problems: Problems): void {
  const { lines, fileName, properties } = schema as MarkedSchema;
  if (typeof value === 'string') {
    const text = lines ? withoutLines(value) : value;
    const allowed = fileName && isHarmless(text);
    if (!allowed) problems.add(path === '' ? 'body' : path, textProblem(text));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const below = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (isHarmless(name)) checkTexts(inner, below ?? {}, path === '' ? name : `${path}.${name}`, problems);
    else problems.add(path === '' ? 'body' : path, `The name of a field: ${harmfulText}`);
  }
}

interface MarkedSchema {
  readonly lines?: boolean;
  readonly fileName?: boolean;
  readonly properties?: Readonly<Record<string, TSchema>>;
}
