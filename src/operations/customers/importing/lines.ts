import { rowsOf } from './csv.ts';
import type { ImportSource, Line } from './source.ts';
import { longest } from './source.ts';

/**
 * Reads the lines of a file in order, a few at a time. Skips empty lines.
 *
 * @throws OperatorError if the file cannot be read.
 */
export const linesOf = (source: ImportSource): AsyncGenerator<readonly Line[]> =>
  source.format === 'csv' ? rowsOf(source) : jsonLinesOf(source);

async function* jsonLinesOf({ read }: ImportSource): AsyncGenerator<readonly Line[]> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const finished = (): Line | undefined => {
    const bytes = length > longest ? undefined : trimmed(withoutMark(number, whole(parts)));
    const line = bytes?.length === 0 ? undefined : lineOf(number, bytes);
    number += 1;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of read()) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      const line = finished();
      if (line) lines.push(line);
    }
    keep(chunk.subarray(from));
    yield lines;
  }
  const last = finished();
  if (last) yield [last];

  function keep(part: Buffer): void {
    length += part.length;
    if (part.length > 0 && length <= longest) parts.push(part);
  }
}

/** A line that begins and ends in one chunk is not copied. */
const whole = (parts: readonly Buffer[]): Buffer =>
  parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);

const lineOf = (number: number, bytes: Buffer | undefined): Line =>
  bytes ? { number, bytes } : { number, bytes, problem: 'Longer than 64 KiB, which no body may be.' };

const byteOrderMark = Buffer.from('\ufeff');

/** Some programs put a byte order mark before the first line. The line is the same without it. */
const withoutMark = (number: number, bytes: Buffer): Buffer =>
  number === 1 && bytes.indexOf(byteOrderMark) === 0 ? bytes.subarray(byteOrderMark.length) : bytes;

/** Without surrounding white space; some files end lines with a carriage return. */
function trimmed(bytes: Buffer): Buffer {
  let [start, end] = [0, bytes.length];
  while (start < end && isBlank(bytes[start])) start += 1;
  while (end > start && isBlank(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;
