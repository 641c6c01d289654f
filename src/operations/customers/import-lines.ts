import { createReadStream } from 'node:fs';
import { OperatorError } from '../../domain/operator-error.ts';

/** Maximum bytes of a line: the same as of a request body. */
const longest = 64 * 1024;

/** A line of the file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** `undefined` if it is longer than the maximum. */
  readonly bytes: Buffer | undefined;
}

/**
 * Reads the lines of a file one after the other, with one in memory at a time. Skips empty lines.
 *
 * @throws OperatorError if the file cannot be read.
 */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const finished = (): Line | undefined => {
    const whole = length > longest ? undefined : trimmed(withoutMark(number, Buffer.concat(parts)));
    const line = whole?.length === 0 ? undefined : { number, bytes: whole };
    number += 1;
    parts = [];
    length = 0;
    return line;
  };
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
        keep(chunk.subarray(from, end));
        from = end + 1;
        const line = finished();
        if (line) yield line;
      }
      keep(chunk.subarray(from));
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    throw new OperatorError(
      `${path} cannot be read (${error.code}). Name a file with one JSON object a line.`,
    );
  }
  const last = finished();
  if (last) yield last;

  function keep(part: Buffer): void {
    length += part.length;
    if (length <= longest) parts.push(part);
  }
}

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
