import type { Static, TObject, TSchema } from 'typebox';
import type { ErrorCode } from '../domain/errors.ts';
import type { Id } from '../domain/ids.ts';
import type { Problems } from '../domain/problems.ts';
import type { Scope } from '../domain/scopes.ts';
import type { ValidationContext } from '../domain/values.ts';

/**
 * One row of the contract: everything the wire says about one operation. Routing, authentication,
 * validation, the handlers' types, `openapi.json` and the reference are all made from it.
 */
export interface OperationRow {
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's prefix, with parameters in braces: `/customers/{customer_id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /**
   * What a key must carry. `any key` is for what every key may do, such as asking about itself; `signed` is
   * for callers without a key, whose body carries a signature that the operation itself verifies.
   */
  readonly scope: Scope | 'any key' | 'signed';
  /** Every path parameter is a UUID; the code answers one that is not. */
  readonly params: Readonly<Record<string, { readonly description: string; readonly invalid: ErrorCode }>>;
  readonly query?: TObject;
  /** What the schema of the query cannot say, so that every problem comes in one answer. */
  readonly checkQuery?: (query: Readonly<Record<string, unknown>>) => Problems;
  readonly body?: RequestBody;
  readonly answer: SuccessfulAnswer;
  /** Answers 400 for anything wrong with query or body. */
  readonly schemaError: ErrorCode;
  /** What else the operation can say no with, beyond what every operation can. */
  readonly errors: readonly ErrorCode[];
  /** Answers 500. */
  readonly unknownError: ErrorCode;
  /** Whether `If-Match` is honoured. */
  readonly conditional?: true;
}

export interface RequestBody {
  /** Shape only. Whether values are lawful is said by `check`, so that every problem comes at once. */
  readonly schema: TObject;
  readonly check: (body: unknown, validationContext: ValidationContext) => Problems;
  /**
   * Whether the operation itself decides on what `check` finds, because it depends on what is stored: a
   * value sent back as it was read is lawful, whatever today's rules say of it.
   */
  readonly problemsDecidedLater?: true;
  /** Bytes of the largest body, where it may be larger than others. */
  readonly limit?: number;
  readonly example: object;
}

export interface SuccessfulAnswer {
  readonly status: 200 | 201;
  readonly description: string;
  readonly schema: TSchema;
  readonly example: unknown;
  /** The same answer for a client that prefers `text/plain`. */
  readonly text?: string;
  /** Headers of this answer beside those of every answer. */
  readonly headers?: readonly AnswerHeader[];
}

export type AnswerHeader = 'ETag' | 'Link' | 'X-Total-Count';

/** Keeps a row's exact types while checking its form. */
export const operation = <const Row extends OperationRow>(row: Row): Row => row;

/** Whether repeating the request could do its work twice, so that an Idempotency-Key means something. */
export const isRepeatable = (row: OperationRow): boolean =>
  row.method !== 'GET' && !['customers:read', 'ssn:reveal', 'signed'].includes(row.scope);

/** What every operation can answer besides its own errors. */
const commonErrors: readonly ErrorCode[] = [
  'auth_err',
  'unavailable',
  // A request that is malformed, too slow or too long has its answer before anyone knows what it is for.
  'input_error',
  'request_timeout',
  'header_too_large',
];

/** Every code an operation can answer, its own and the common ones. */
export function errorsOf(row: OperationRow): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([row.schemaError, ...row.errors, ...commonErrors, row.unknownError]);
  for (const parameter of Object.values(row.params)) codes.add(parameter.invalid);
  if (row.scope !== 'signed') codes.add('rate_limited');
  if (row.scope !== 'signed' && row.scope !== 'any key') codes.add('scope_err');
  if (row.method !== 'GET') for (const code of bodyErrors) codes.add(code);
  if (isRepeatable(row)) for (const code of idempotencyErrors) codes.add(code);
  if (row.conditional) codes.add('precondition_failed');
  return [...codes];
}

/** Where no body is wanted, one that is sent is still read and refused. */
const bodyErrors = ['payload_too_large', 'unsupported_media_type'] as const;
const idempotencyErrors = ['idempotency_key_exists', 'idempotency_mismatch'] as const;

/** What a handler is given, typed by its row. */
export interface Input<Row extends OperationRow> {
  readonly params: { readonly [Name in keyof Row['params']]: Id<ParamKind<Name>> };
  readonly query: Row['query'] extends TObject ? Static<Row['query']> : undefined;
  readonly body: Row['body'] extends RequestBody ? Static<Row['body']['schema']> : undefined;
  /** What `check` found, where the row leaves the decision to the operation. */
  readonly deferredProblems: Problems;
  readonly ifMatch: Precondition;
}

/** Parameters whose names do not say of what kind their ids are. */
interface ParamKinds {
  readonly identity: 'key';
  readonly bond_brand_id: 'brand';
  readonly review_id: 'kyc run';
  readonly document_id: 'kyc document';
}
type ParamKind<Name> = Name extends keyof ParamKinds
  ? ParamKinds[Name]
  : Name extends `${infer Kind}_id`
    ? Kind
    : string;

/** RFC 9110 section 13.1.1: no precondition, any version, or one of these versions. */
export type Precondition = 'none' | 'any' | readonly number[];
