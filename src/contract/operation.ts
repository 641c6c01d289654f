import type { Static, TObject, TSchema } from 'typebox';
import type { ErrorCode } from '../domain/errors.ts';
import type { Id } from '../domain/ids.ts';
import type { Problems } from '../domain/problems.ts';
import type { Scope } from '../domain/scopes.ts';
import { isForSessions } from '../domain/scopes.ts';
import type { ValidationContext } from '../domain/values.ts';

/**
 * One row of the contract: the full wire definition of one operation. Routing, authentication, validation, the
 * handlers' types, `openapi.json` and the reference derive from it.
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
   * The required scope. `any key` needs none. The others are for callers without a key: `signed` for those whose
   * signature the operation itself verifies, `session` for a person who has signed in, `open` for one who has not.
   */
  readonly scope: Scope | 'any key' | 'signed' | 'session' | 'open';
  /** A scope that a key needs beside `scope`. */
  readonly furtherScope?: Scope;
  /** Scopes that a key also needs if the body has a member: from the member to its scope. */
  readonly memberScopes?: Readonly<Record<string, Scope>>;
  /** Every path parameter is a UUID; `invalid` is the code for one that is not. */
  readonly params: Readonly<Record<string, { readonly description: string; readonly invalid: ErrorCode }>>;
  readonly query?: TObject;
  /** Checks of the query beyond its schema, so that one answer reports every problem. */
  readonly checkQuery?: (query: Readonly<Record<string, unknown>>) => Problems;
  readonly body?: RequestBody;
  readonly answer: SuccessfulAnswer;
  /** The 400 code for an invalid query or body. */
  readonly schemaError: ErrorCode;
  /** Further refusals of the operation, beyond those of every operation. */
  readonly errors: readonly ErrorCode[];
  /** The 500 code. */
  readonly unknownError: ErrorCode;
  /** Whether `If-Match` is honoured. */
  readonly conditional?: true;
  /** Whether a person must have proven lately who they are. A key proves itself with each request. */
  readonly confirmed?: true;
  /**
   * When a repeat under an Idempotency-Key is refused: once the customer is deleted, because the answer shows it, or
   * once it is erased, because nothing is left to compare the repeat with.
   */
  readonly repeatEndsWith?: 'deletion' | 'erasure';
}

export interface RequestBody {
  /** The schema checks the shape only. `check` checks the values, so that one answer reports every problem. */
  readonly schema: TObject;
  readonly check: (body: unknown, validationContext: ValidationContext) => Problems;
  /**
   * Whether the operation itself handles the problems of `check`, because they depend on stored data: an unchanged
   * stored value is always valid, even if today's rules reject it.
   */
  readonly problemsDecidedLater?: true;
  /** Maximum bytes of the body, if it differs from the default. */
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
  /** The answer is made while it is sent, so it is not kept for a repeat. */
  readonly streamed?: true;
  /** Headers of this answer beside those of every answer. */
  readonly headers?: readonly AnswerHeader[];
}

export type AnswerHeader = 'ETag' | 'Link' | 'X-Total-Count';

/** Keeps a row's exact types while checking its form. */
export const operation = <const Row extends OperationRow>(row: Row): Row => row;

/** Whether a client that has the present version gets 304 for it (`If-None-Match`). */
export const isVersionedRead = ({ method, answer }: OperationRow): boolean =>
  method === 'GET' && (answer.headers ?? []).includes('ETag');

/** Whether a repeated request could have its effect twice, so that it accepts an Idempotency-Key. */
export const isRepeatable = (row: OperationRow): boolean =>
  row.method !== 'GET' &&
  !row.answer.streamed &&
  !['customers:read', 'ssn:reveal', 'signed', 'session', 'open'].includes(row.scope);

/** Whether the caller acts in one brand: with a key, or with a session and the name of the brand. */
export const isOfBrand = ({ scope }: OperationRow): boolean => !['signed', 'session', 'open'].includes(scope);

/** Whether there can be a key that may do it. */
export const isKeyed = (row: OperationRow): boolean => isOfBrand(row) && !isForSessions(row.scope as Scope);

/** Errors that every operation can answer. */
const commonErrors: readonly ErrorCode[] = [
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
  for (const code of callerErrors(row)) codes.add(code);
  // A caller who only asks how to sign in is told of no row that decides something.
  if (row.scope !== 'open' || row.body) codes.add('record_altered');
  if (row.method !== 'GET') for (const code of bodyErrors) codes.add(code);
  if (isRepeatable(row)) for (const code of idempotencyErrors) codes.add(code);
  if (row.repeatEndsWith) codes.add('customer_deleted');
  if (row.conditional) codes.add('precondition_failed');
  return [...codes];
}

/** What is answered to a caller who is not known, or may not do this. */
function callerErrors(row: OperationRow): readonly ErrorCode[] {
  if (row.scope === 'signed') return ['auth_err'];
  if (row.scope === 'open') return ['foreign_page'];
  if (row.scope === 'session') {
    const known = ['session_err', 'foreign_page', 'rate_limited'] as const;
    return row.confirmed ? [...known, 'confirmation_required'] : known;
  }
  const known = [
    ...(['auth_err', 'session_err', 'foreign_page', 'rate_limited'] as const),
    ...(['scope_err', 'passkey_required'] as const),
  ];
  return row.confirmed ? [...known, 'confirmation_required'] : known;
}

/** An unexpected body is read and refused. */
const bodyErrors = ['payload_too_large', 'unsupported_media_type'] as const;
const idempotencyErrors = ['idempotency_key_exists', 'idempotency_mismatch', 'idempotency_budget'] as const;

/** The input of a handler, typed by its row. */
export interface Input<Row extends OperationRow> {
  readonly params: { readonly [Name in keyof Row['params']]: Id<ParamKind<Name>> };
  readonly query: Row['query'] extends TObject ? Static<Row['query']> : undefined;
  readonly body: Row['body'] extends RequestBody ? Static<Row['body']['schema']> : undefined;
  /** The problems of `check`, if the row leaves them to the operation. */
  readonly deferredProblems: Problems;
  readonly ifMatch: Precondition;
}

/** Parameters whose names do not tell the type of their ids. */
interface ParamKinds {
  readonly identity: 'key';
  readonly bond_brand_id: 'brand';
  readonly review_id: 'kyc run';
  readonly verification_id: 'kyc run';
  readonly document_id: 'kyc document';
}
type ParamKind<Name> = Name extends keyof ParamKinds
  ? ParamKinds[Name]
  : Name extends `${infer Kind}_id`
    ? Kind
    : string;

/** RFC 9110 section 13.1.1: no precondition, any version, or one of these versions. */
export type Precondition = 'none' | 'any' | readonly number[];
