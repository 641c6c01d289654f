import { rowsOf } from './csv.ts';
import type { ImportSource, Line } from './source.ts';
import { longest } from './source.ts';

/**
 * Reads the lines of a file one after the other, with one in memory at a time. Skips empty lines.
 *
 * @throws OperatorError if the file cannot be read.
 */
export const linesOf = (source: ImportSource): AsyncGenerator<Line> =>
  source.format === 'csv' ? rowsOf(source) : jsonLinesOf(source);

async function* jsonLinesOf({ read }: ImportSource): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const finished = (): Line | undefined => {
    const whole = length > longest ? undefined : trimmed(withoutMark(number, Buffer.concat(parts)));
    const line = whole?.length === 0 ? undefined : lineOf(number, whole);
    number += 1;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of read()) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      const line = finished();
      if (line) yield line;
    }
    keep(chunk.subarray(from));
  }
  const last = finished();
  if (last) yield last;

  function keep(part: Buffer): void {
    length += part.length;
    if (length <= longest) parts.push(part);
  }
}

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
