import type { IncomingMessage } from 'node:http';
import type { Precondition } from '../contract/operation.ts';
import { Refusal } from '../domain/errors.ts';

/** The two headers of a key. Node joins repeated headers; a repeated header names no key. */
export function keyHeadersOf(request: IncomingMessage): readonly [string | undefined, string | undefined] {
  let identity: string | undefined;
  let authorization: string | undefined;
  let doubled = false;
  const raw = request.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.length === 8 && name.toLowerCase() === 'identity') {
      doubled ||= identity !== undefined;
      identity = raw[index + 1];
    } else if (name.length === 13 && name.toLowerCase() === 'authorization') {
      doubled ||= authorization !== undefined;
      authorization = raw[index + 1];
    }
  }
  return doubled ? [undefined, undefined] : [identity, authorization];
}

/** The strong entity tag of a row version (RFC 9110 section 8.8.3). */
export const etagOf = (version: number): string => `"${version}"`;

/** Whether `If-None-Match` names the version, by weak comparison (RFC 9110 section 13.1.2). */
export function isKnownVersion(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etagOf(version)) || header.trim() === '*';
}

/** How many `Host` lines a request has. Node keeps the first of them. */
export const hostLines = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.filter((name, at) => at % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host').length;

/** `If-Match`. A weak or foreign tag matches no version (RFC 9110 section 13.1.1). */
export function preconditionOf(header: string | undefined): Precondition {
  if (header === undefined) return 'none';
  if (header.trim() === '*') return 'any';
  const versions: number[] = [];
  for (const tag of header.split(',')) {
    const version = /^"([1-9][0-9]{0,9})"$/.exec(tag.trim())?.[1];
    if (version !== undefined && Number(version) < 2 ** 31) versions.push(Number(version));
  }
  return versions;
}

/** The names that a caller or a proxy gave a request, for the log. */
export interface Correlation {
  /** Of the trace that the request belongs to, and of the span that sent it (W3C Trace Context). */
  readonly traceId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly clientRequestId: string | undefined;
}

const traceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;
/** A UUID, 32 hexadecimal digits or a ULID. Other texts could be personal data, which the log must not have. */
const generatedId =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;

export function correlationOf({ headers }: IncomingMessage): Correlation {
  const [, traceId, parentSpanId] = traceparent.exec(String(headers['traceparent'] ?? '')) ?? [];
  const sent = String(headers['x-request-id'] ?? '');
  return { traceId, parentSpanId, clientRequestId: generatedId.test(sent) ? sent : undefined };
}

/** `Idempotency-Key`: one header of 1 to 255 printable ASCII characters. Node joins repeated headers. */
export function idempotencyKeyOf({ rawHeaders, headers }: IncomingMessage): string | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  const lines = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'idempotency-key');
  if (lines.length > 1) throw new Refusal('input_error', { 'Idempotency-Key': ['Send one, not several.'] });
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw new Refusal('input_error', {
    'Idempotency-Key': ['Must be between 1 and 255 printable ASCII characters.'],
  });
}

/** Whether a body is JSON in UTF-8. Parameters other than the charset have no meaning (RFC 8259 section 11). */
export function isPlainJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  return type === 'application/json' && parameters.every(isNoOtherCharset);
}

const isNoOtherCharset = (parameter: string): boolean =>
  !/^charset\s*=/.test(parameter) || /^charset\s*=\s*"?utf-?8"?$/.test(parameter);

interface MediaRange {
  readonly range: string;
  readonly quality: number;
}

function mediaRanges(header: string): readonly MediaRange[] {
  return header.split(',').map((part) => {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const written = parameters.find((parameter) => parameter.startsWith('q='));
    return { range, quality: written === undefined ? 1 : Number(written.slice(2)) || 0 };
  });
}

/** The quality that a client gives a media type, from the most specific matching range (RFC 9110 section 12.5.1). */
function qualityOf(ranges: readonly MediaRange[], type: string): number {
  const fitting = [type, `${type.split('/')[0]}/*`, '*/*'];
  for (const wanted of fitting) {
    const found = ranges.find(({ range }) => range === wanted);
    if (found) return found.quality;
  }
  return 0;
}

/** Whether the client prefers plain text to JSON. On equal quality it gets JSON. */
export function prefersText(header: string | undefined): boolean {
  const ranges = mediaRanges(header ?? '*/*');
  return qualityOf(ranges, 'text/plain') > qualityOf(ranges, 'application/json');
}

/**
 * Whether the client wants errors in the form of RFC 9457: it prefers that form to JSON, or names it with equal
 * quality.
 */
export function wantsProblem(header: string | undefined): boolean {
  const ranges = mediaRanges(header ?? '*/*');
  const problem = qualityOf(ranges, 'application/problem+json');
  const json = qualityOf(ranges, 'application/json');
  const isNamed = ranges.some(({ range }) => range === 'application/problem+json');
  return problem > json || (isNamed && problem > 0 && problem === json);
}

/** The `Accept` header in the bytes of a request that could not be parsed. It decides the form of the refusal. */
export function acceptIn(bytes: Buffer | undefined): string | undefined {
  const head = bytes?.subarray(0, mostHeadBytes).toString('latin1').split('\r\n\r\n', 1)[0];
  return head?.match(/(?:^|\n)accept:[ \t]*([^\r\n]*)/i)?.[1];
}

/** Headers have at most 16 KiB. The search ends after this many bytes. */
const mostHeadBytes = 64 * 1024;
