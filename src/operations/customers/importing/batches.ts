import { createHash, hash } from 'node:crypto';
import { linesOf } from './lines.ts';
import type { ImportSource, Line } from './source.ts';

/** Lines per look-up, and customers per transaction. */
const mostLines = 250;
/** Bytes after which a batch ends, whatever it has. Several are in memory at a time. */
const mostBytes = 1_048_576;

/**
 * Lines that are checked, sealed and written together. Their bytes stand behind one another, because a thread gets one
 * piece of memory with a small part of the work that an object for each line takes.
 */
export interface Batch {
  /** The number of each line. */
  readonly numbers: readonly number[];
  /** Where the bytes of each line end. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array;
  /** What is wrong with a line as a whole, by its place in the batch. Such a line has no bytes. */
  readonly problems: ReadonlyMap<number, string>;
}

/** A line with the digest that it is recognised by. */
export interface DigestedLine extends Line {
  /** SHA-256 of its bytes, hex. Only a keyed digest of it is stored. */
  readonly digest: string;
}

/** The lines of the file, in batches. */
export async function* batches(source: ImportSource): AsyncGenerator<Batch> {
  let lines: Line[] = [];
  let length = 0;
  for await (const some of linesOf(source))
    for (const line of some) {
      lines.push(line);
      length += line.bytes?.length ?? 0;
      if (lines.length < mostLines && length < mostBytes) continue;
      yield batchOf(lines);
      lines = [];
      length = 0;
    }
  if (lines.length > 0) yield batchOf(lines);
}

function batchOf(lines: readonly Line[]): Batch {
  const problems = new Map<number, string>();
  let length = 0;
  const ends = lines.map(({ bytes, problem }, place) => {
    if (problem !== undefined) problems.set(place, problem);
    length += bytes?.length ?? 0;
    return length;
  });
  const bytes = Buffer.allocUnsafeSlow(length);
  for (const [place, line] of lines.entries())
    if (line.bytes) bytes.set(line.bytes, (ends[place] ?? 0) - line.bytes.length);
  return { numbers: lines.map(({ number }) => number), ends, bytes, problems };
}

export function linesIn({ numbers, ends, bytes, problems }: Batch): readonly DigestedLine[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return numbers.map((number, place) => {
    const problem = problems.get(place);
    const line = all.subarray(ends[place - 1] ?? 0, ends[place]);
    const digest = hash('sha256', line);
    return problem === undefined
      ? { number, bytes: line, digest }
      : { number, bytes: undefined, problem, digest };
  });
}

/** The batch without the lines that are left out. */
export function without(batch: Batch, isLeftOut: (number: number) => boolean): Batch {
  if (!batch.numbers.some(isLeftOut)) return batch;
  return batchOf(linesIn(batch).filter(({ number }) => !isLeftOut(number)));
}

/** Tells whether a batch has the very lines that another one has. */
export const digestOf = ({ numbers, ends, bytes }: Batch): string =>
  createHash('sha256').update(`${numbers.join()} ${ends.join()} `).update(bytes).digest('hex');
