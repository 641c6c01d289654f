import type { ErrorCode, ErrorType } from '../../domain/errors.ts';
import { errorCatalogue } from '../../domain/errors.ts';
import { errorsOf } from '../operation.ts';
import { operations } from '../table.ts';

/** One code of the catalogue, explained. */
export interface ExplainedError {
  readonly code: ErrorCode;
  readonly status: number;
  readonly type: ErrorType;
  readonly message: string;
  readonly help: string;
  /** The source of the code: names of operations, `every operation`, or `any address`. */
  readonly answeredBy: string;
}

/** The error codes with the operations that answer them, in the order of the catalogue. */
export function explainErrors(): readonly ExplainedError[] {
  return (Object.keys(errorCatalogue) as ErrorCode[]).map((code) => ({
    code,
    ...errorCatalogue[code],
    answeredBy: answeredBy(code),
  }));
}

function answeredBy(code: ErrorCode): string {
  const names = operations.filter((row) => errorsOf(row).includes(code)).map((row) => row.operationId);
  const isEverywhere = names.length === operations.length;
  if (isEverywhere) return transportErrors.includes(code) ? 'any address' : 'every operation';
  const anywhere = transportErrors.includes(code) ? ['any address'] : [];
  return [...anywhere, ...names].join(', ');
}

/**
 * Codes that are answered before an operation is known: unknown path or method, or a request that could not be
 * received. Every other code belongs to an operation.
 */
export const transportErrors: readonly ErrorCode[] = [
  'not_found',
  'method_not_allowed',
  'misdirected_request',
  'https_required',
  'metrics_auth',
  'request_timeout',
  'header_too_large',
  'unknown_request',
];
