import type { ValidateFunction } from 'ajv';
import type { Api, Operation } from './document.ts';
import type { OutgoingRequest, Received } from './send.ts';

/** What HTTP itself puts on an answer, and what SECURITY.md promises of every one. */
const ordinary = new Set([
  'content-type',
  'content-length',
  'transfer-encoding',
  'date',
  'connection',
  'keep-alive',
  'cache-control',
  'x-content-type-options',
]);
/** Headers that only some answers of a status carry; every other that the document names is always there. */
const sometimes = new Set(['ratelimit', 'ratelimit-policy', 'idempotent-replayed', 'retry-after', 'allow']);

/**
 * All that is wrong with an answer, as one sentence that is the same for all faults of one kind; `undefined`
 * where the answer is what the document says.
 */
export function faultOf(
  api: Api,
  operation: Operation | undefined,
  sent: OutgoingRequest,
  got: Received,
): string | undefined {
  const where = `${operation?.operationId ?? 'no operation'} ${got.status}`;
  const wrong = transportFault(got) ?? (operation ? answerFault(operation, sent, got) : strayFault(api, got));
  const reason = wrong ?? echoFault(sent, got) ?? mediaFault(operation, sent, got);
  return reason === undefined ? undefined : `${where}: ${reason}`;
}

function transportFault({ status, headers }: Received): string | undefined {
  if (status >= 500) return 'a fault of the server';
  if (!headers.get('x-request-id')) return 'no X-Request-Id';
  if (headers.get('x-content-type-options') !== 'nosniff') return 'no X-Content-Type-Options';
  if (headers.get('cache-control') !== 'no-store') return 'no Cache-Control: no-store';
  return undefined;
}

const mediaOf = ({ headers }: Received): string => headers.get('content-type')?.split(';')[0] ?? '';

function answerFault(operation: Operation, sent: OutgoingRequest, got: Received): string | undefined {
  if (got.status < 400 && sent.mustFail) return 'the document allows no such request';
  const documented = operation.answers.get(got.status);
  if (!documented) return `the status is not in the document (${codeOf(got)})`;
  for (const name of got.headers.keys()) {
    if (!ordinary.has(name) && !documented.headers.has(name))
      return `the header ${name} is not in the document`;
  }
  for (const name of documented.headers) {
    if (!sometimes.has(name) && !got.headers.has(name)) return `the header ${name} is missing`;
  }
  if (documented.media.size === 0)
    return got.text === '' && mediaOf(got) === '' ? undefined : 'the document has no body for this status';
  const validate = documented.media.get(mediaOf(got));
  if (!validate) return `the media type ${mediaOf(got)} is not in the document`;
  const misshapen = bodyFault(validate, got);
  if (misshapen !== undefined) return misshapen;
  if (got.status < 400) return undefined;
  const code = codeOf(got);
  return documented.codes.has(code) ? undefined : `the code ${code} is not in the document`;
}

/** Answers of addresses and methods that are no operation's. */
function strayFault(api: Api, got: Received): string | undefined {
  if (![400, 401, 404, 405, 413, 415].includes(got.status)) return 'something is where nothing should be';
  if (got.status === 405 && !got.headers.get('allow')) return 'no Allow';
  const validate = api.errors.get(mediaOf(got));
  return validate ? bodyFault(validate, got) : `an error as ${mediaOf(got)}`;
}

function bodyFault(validate: ValidateFunction, got: Received): string | undefined {
  const value = mediaOf(got) === 'text/plain' ? got.text : parsed(got.text);
  if (value === undefined) return 'the body is not JSON';
  if (!validate(value)) {
    const [error] = validate.errors ?? [];
    const path = error?.instancePath.replaceAll(/\/\d+/g, '/*') ?? '';
    const member = (error?.params as { additionalProperty?: string })?.additionalProperty ?? '';
    return `the body is not as its schema: ${path} ${error?.message} ${member}`;
  }
  const { Status, status } = value as { Status?: unknown; status?: unknown };
  const inside = mediaOf(got) === 'application/problem+json' ? status : (Status ?? got.status);
  return got.status >= 400 && inside !== got.status ? 'the body names another status' : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function codeOf({ text }: Received): string {
  const body = parsed(text) as { Code?: string; code?: string } | undefined;
  return String(body?.Code ?? body?.code);
}

function echoFault({ marker }: OutgoingRequest, { status, headers, text }: Received): string | undefined {
  const wanted = marker.toLowerCase();
  if (status >= 400 && text.toLowerCase().includes(wanted)) return 'an error shows a value that was sent';
  for (const value of headers.values())
    if (value.toLowerCase().includes(wanted)) return 'a header shows a value that was sent';
  return undefined;
}

/** What `Accept` asks for, by RFC 9110 section 12.5.1: the most specific range decides, and q weighs. */
function quality(accept: string, type: string): number {
  const [kind] = type.split('/');
  let best = { rank: 0, quality: 0 };
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const rank = [undefined, '*/*', `${kind}/*`, type].lastIndexOf(range);
    const written = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    if (rank > best.rank) best = { rank, quality: written === undefined ? 1 : Number(written) || 0 };
  }
  return best.quality;
}

function mediaFault(
  operation: Operation | undefined,
  sent: OutgoingRequest,
  got: Received,
): string | undefined {
  const accepts = sent.headers.filter(([name]) => name.toLowerCase() === 'accept').map(([, value]) => value);
  if (accepts.length === 0) return undefined;
  const accept = accepts.join(', ');
  const json = quality(accept, 'application/json');
  const offered = operation?.answers.get(got.status)?.media;
  if (got.status >= 400) {
    const problem = quality(accept, 'application/problem+json');
    const isAskedFor = /application\/problem\+json/i.test(accept);
    const wanted = problem > json || (isAskedFor && problem > 0 && problem === json);
    return wanted === (mediaOf(got) === 'application/problem+json')
      ? undefined
      : 'an error of the form not asked for';
  }
  if (!offered?.has('text/plain')) return undefined;
  const wanted = quality(accept, 'text/plain') > json;
  return wanted === (mediaOf(got) === 'text/plain') ? undefined : 'an answer of the form not asked for';
}
