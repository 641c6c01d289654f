import type { ErrorCode, FieldProblems } from '../../domain/errors.ts';
import { errorCatalogue } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { ValidationContext } from '../../domain/values.ts';
import type { OperationRow } from '../operation.ts';
import { errorsOf } from '../operation.ts';
import { readQuery, shapeCheck } from '../validate.ts';
import type { Json, JsonObject } from './schemas.ts';

/** Codes whose answers have a `Retry-After` header. */
const retriable: ReadonlySet<ErrorCode> = new Set([
  'rate_limited',
  'lookup_budget',
  'reveal_budget',
  'idempotency_budget',
  'unavailable',
  'idempotency_key_exists',
  'sign_in_limited',
]);

/** The page of the error catalogue; the `type` of a problem is an anchor on it. */
export const errorsPage = '/docs/errors';

/** The two forms of an error, as components. */
export const errorSchemas: JsonObject = {
  Error: {
    type: 'object',
    description: "Every error, unless the client's Accept asks for application/problem+json.",
    required: ['Message', 'Status', 'Code', 'Type'],
    additionalProperties: false,
    properties: {
      Message: {
        description:
          'A sentence. If the request does not match its schema: an object from field paths to lists of problems. It never contains a value from the request.',
        oneOf: [
          { type: 'string' },
          { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
        ],
      },
      Status: { type: 'integer', description: 'The HTTP status.' },
      Code: {
        type: 'string',
        description: `The code to decide on. New codes may be added. ${errorsPage} explains all of them.`,
        'x-extensible-enum': Object.keys(errorCatalogue),
      },
      Type: {
        type: 'string',
        description: 'The source of the error: the caller, the service, or a process that cannot continue.',
        enum: ['Request Error', 'Server Error', 'Process Error'],
      },
    },
  },
  Problem: {
    type: 'object',
    description: 'The same error in the form of RFC 9457.',
    required: ['type', 'title', 'status', 'detail', 'code'],
    additionalProperties: false,
    properties: {
      type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained.' },
      title: { type: 'string' },
      status: { type: 'integer', description: 'The HTTP status.' },
      detail: { type: 'string' },
      code: { type: 'string', description: 'The code to decide on; the same as Code of the other form.' },
      errors: {
        type: 'array',
        description: 'Present if the request does not match its schema.',
        items: {
          type: 'object',
          required: ['field', 'detail'],
          additionalProperties: false,
          properties: { field: { type: 'string' }, detail: { type: 'string' } },
        },
      },
    },
  },
};

/** All error answers of a row, by status. Answers that are the same everywhere are references. */
export function errorResponses(row: OperationRow): Readonly<Record<string, JsonObject>> {
  const responses: Record<string, JsonObject> = {};
  for (const [status, codes] of codesByStatus(row)) {
    responses[status] = isShared(row, codes)
      ? { $ref: `#/components/responses/${nameOf(codes)}` }
      : errorResponse(codes, (code) => (code === row.schemaError ? schemaProblems(row) : messageOf(code)));
  }
  return responses;
}

/** The targets of those references, for all rows. */
export function sharedErrorResponses(rows: readonly OperationRow[]): JsonObject {
  const shared = new Map<string, readonly ErrorCode[]>();
  for (const row of rows)
    for (const [, codes] of codesByStatus(row)) if (isShared(row, codes)) shared.set(nameOf(codes), codes);
  return Object.fromEntries(
    [...shared.keys()].sort().map((name) => [name, errorResponse(shared.get(name) ?? [], messageOf)]),
  );
}

function codesByStatus(row: OperationRow): readonly (readonly [number, readonly ErrorCode[]])[] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(row)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus].sort(([one], [other]) => one - other);
}

/** Only a schema error shows the fields of its own operation. */
const isShared = (row: OperationRow, codes: readonly ErrorCode[]): boolean =>
  !codes.includes(row.schemaError);

const nameOf = (codes: readonly ErrorCode[]): string => codes.join('_or_');

const messageOf = (code: ErrorCode): string => errorCatalogue[code].message;

function errorResponse(codes: readonly ErrorCode[], detailOf: (code: ErrorCode) => Detail): JsonObject {
  const examples = (body: (code: ErrorCode) => JsonObject): JsonObject =>
    Object.fromEntries(codes.map((code) => [code, { value: body(code) }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${messageOf(code)}`).join('\n\n'),
    headers: errorHeaders(codes),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: examples((code) => bondError(code, detailOf(code))),
      },
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: examples((code) => problem(code, detailOf(code))),
      },
    },
  };
}

function errorHeaders(codes: readonly ErrorCode[]): JsonObject {
  const names = ['X-Request-Id'];
  if (codes.some((code) => retriable.has(code))) names.push('Retry-After');
  if (codes.some((code) => errorCatalogue[code].status === 401)) names.push('WWW-Authenticate');
  if (codes.includes('rate_limited')) names.push('RateLimit', 'RateLimit-Policy');
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

type Detail = string | FieldProblems;

function bondError(code: ErrorCode, detail: Detail): JsonObject {
  const { status, type } = errorCatalogue[code];
  return { Message: detail as Json, Status: status, Code: code, Type: type };
}

function problem(code: ErrorCode, detail: Detail): JsonObject {
  const { status, message } = errorCatalogue[code];
  const base = { type: `${errorsPage}#${code}`, title: message, status };
  if (typeof detail === 'string') return { ...base, detail, code };
  const errors = Object.entries(detail).flatMap(([field, sentences]) =>
    sentences.map((sentence) => ({ field, detail: sentence })),
  );
  return { ...base, detail: message, code, errors };
}

/** An invalid request, and the example of a row's schema error. */
export function schemaErrorExample(row: OperationRow): {
  readonly body?: object;
  readonly query?: Record<string, string>;
} {
  if (row.body) {
    const isEnough = !shapeCheck(row.body.schema)({}).any;
    return { body: isEnough ? { expand: true } : {} };
  }
  const [name = 'expand'] = Object.entries(row.query?.properties ?? {})
    .filter(([, property]) => 'enum' in property || 'minimum' in property)
    .map(([field]) => field)
    .reverse();
  return { query: { [name]: '0' } };
}

/** The broken rules do not depend on the time. */
const someday: ValidationContext = { now: '2026-01-01T00:00:00.000000' as Instant, sandbox: true };

/** The message of the actual validation, so that the example is correct. */
function schemaProblems(row: OperationRow): FieldProblems {
  const { body, query = {} } = schemaErrorExample(row);
  if (row.body) {
    const problems = shapeCheck(row.body.schema)(body);
    problems.addMissing(row.body.check(body, someday));
    return problems.toObject();
  }
  const schema = row.query ?? { type: 'object' as const, additionalProperties: false };
  return shapeCheck(schema)(readQuery(row.query, query)).toObject();
}
