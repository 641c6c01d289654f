import { createReadStream } from 'node:fs';
import { OperatorError } from '../../domain/operator-error.ts';
import { spooledBytes, spoolFile } from '../../store/spool.ts';
import { scratchSeal } from '../../vault/scratch.ts';

/** What is imported: it is read once to be checked, and once to be written. */
export interface ImportSource {
  readonly name: string;
  read(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** A pipe or standard input, and the folder that may keep its content, sealed. */
export interface ImportStream {
  readonly content: AsyncIterable<Buffer>;
  readonly folder: string;
}

/** @throws OperatorError if the file holds something else than one JSON object a line. */
export async function openSource(name: string, stream: ImportStream | undefined): Promise<ImportSource> {
  const source = stream ? await spooled(name, stream) : fromFile(name);
  try {
    for await (const head of source.read()) {
      refuseOtherForm(name, head);
      break;
    }
    return source;
  } catch (error) {
    await source.close();
    throw unreadable(name, error);
  }
}

const fromFile = (name: string): ImportSource => ({
  name,
  read: () => createReadStream(name),
  close: async () => undefined,
});

async function spooled(name: string, { content, folder }: ImportStream): Promise<ImportSource> {
  const scratch = scratchSeal();
  const file = await spoolFile(folder, scratch.seal(content));
  return {
    name,
    read: () => scratch.open(spooledBytes(file)),
    close: () => file.close(),
  };
}

/** An error of the file system as a sentence; every other error as it is. */
const unreadable = (name: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error && 'code' in error
    ? new OperatorError(`${name} cannot be read (${error.code}). Name a file with one JSON object a line.`)
    : error;

const wanted = 'Import takes one JSON object a line, in UTF-8 (docs/importing.md).';

/** One sentence about the whole file instead of an error for each of its lines. */
function refuseOtherForm(name: string, head: Buffer): void {
  const hint = otherForm(head);
  if (hint !== undefined) throw new OperatorError(`${name} ${hint} ${wanted}`);
}

function otherForm(head: Buffer): string | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b)
    return 'is compressed. Unpack it on the way: gunzip -c FILE | clientele import - --brand NAME';
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return 'is a ZIP file or a spreadsheet.';
  const mark = head.toString('latin1', 0, 2);
  if (mark === '\xff\xfe' || mark === '\xfe\xff')
    return 'is in UTF-16. Convert it: iconv -f utf-16 -t utf-8 FILE | clientele import - --brand NAME';
  const [first = ''] = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/\r?\n/, 1);
  if (/^\[\s*(?:\{|$)/.test(first) || first.trim() === '{')
    return "is one JSON text over several lines or a JSON array. Split it: jq -c '.[]?' FILE | clientele import - --brand NAME";
  if (/^[^{["]*[,;\t]/.test(first) || /^"[^"]*"[,;\t]/.test(first))
    return 'looks like CSV: its first line is not JSON and has separators.';
  return undefined;
}

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
export async function* linesOf({ name, read }: ImportSource): AsyncGenerator<Line> {
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
  } catch (error) {
    throw unreadable(name, error);
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
