import type { ErrorCode, FieldProblems } from '../domain/errors.ts';
import { errorCatalogue, Refusal } from '../domain/errors.ts';
import { asciiJson } from '../domain/text.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly retryAfter: number | undefined;
}

/** A refusal in the form that the client asked for: Bond's four members, or RFC 9457. */
export function errorAnswer(refusal: Refusal, asProblem: boolean): ErrorAnswer {
  const entry = errorCatalogue[refusal.code];
  const { status } = entry;
  const body = asProblem
    ? problem(refusal)
    : { Message: refusal.detail, Status: status, Code: refusal.code, Type: entry.type };
  return {
    status,
    type: `application/${asProblem ? 'problem+json' : 'json'}; charset=utf-8`,
    body: asciiJson(body),
    retryAfter: refusal.retryAfter,
  };
}

function problem({ code, detail }: Refusal): object {
  const { status, message } = errorCatalogue[code];
  const base = { type: `/docs/errors#${code}`, title: message, status };
  if (typeof detail === 'string') return { ...base, detail, code };
  return { ...base, detail: message, code, errors: fieldList(detail) };
}

const fieldList = (problems: FieldProblems) =>
  Object.entries(problems).flatMap(([field, sentences]) => sentences.map((detail) => ({ field, detail })));

/** The code of our error catalogue for each error of Fastify. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'input_error',
  FST_ERR_BAD_URL: 'input_error',
  FST_ERR_ASYNC_CONSTRAINT: 'input_error',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

/** The refusal for a thrown error. `undefined`: the error is a fault of the service. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const code = error instanceof Error && 'code' in error ? frameworkCodes[String(error.code)] : undefined;
  return code && new Refusal(code);
}

/** The refusal for an error of Node's parser, before there is a request. */
export function refusalOfParser(code: string): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('header_too_large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('request_timeout');
  if (code === 'HPE_INVALID_METHOD') return new Refusal('method_not_allowed');
  return new Refusal('input_error');
}
