import type { IncomingMessage } from 'node:http';
import type { Precondition } from '../contract/operation.ts';
import { Refusal } from '../domain/errors.ts';

/** The two headers of a key. Node would join a doubled one; two of either name no key at all. */
export function presentedKey(request: IncomingMessage): readonly [string | undefined, string | undefined] {
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

/** `If-Match`. A weak or foreign tag matches no version, as RFC 9110 section 13.1.1 has it. */
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

/** `Idempotency-Key`: at most 255 printable ASCII characters. */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x20-\x7e]{1,255}$/.test(header)) return header;
  throw new Refusal('input_error', {
    'Idempotency-Key': ['Must be between 1 and 255 printable ASCII characters.'],
  });
}

/** Whether a body can be read: JSON in UTF-8 and not compressed. */
export function isPlainJson(contentType: string | undefined): boolean {
  return (
    contentType !== undefined &&
    /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i.test(contentType)
  );
}

interface Weighed {
  readonly type: string;
  readonly quality: number;
}

function accepted(header: string | undefined): readonly Weighed[] {
  if (header === undefined) return [];
  return header.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
  });
}

/** Whether the client asks for plain text before JSON; where it likes both equally it gets JSON. */
export function prefersText(header: string | undefined): boolean {
  const all = accepted(header);
  const text = all.find((one) => one.type === 'text/plain')?.quality ?? 0;
  const json = Math.max(
    0,
    ...all
      .filter((one) => ['application/json', 'application/*', '*/*'].includes(one.type))
      .map((one) => one.quality),
  );
  return text > json;
}

/** Whether errors are wanted in the form of RFC 9457. */
export const wantsProblem = (header: string | undefined): boolean =>
  accepted(header).some((one) => one.type === 'application/problem+json' && one.quality > 0);
