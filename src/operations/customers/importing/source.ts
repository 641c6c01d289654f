import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OperatorError } from '../../../domain/operator-error.ts';
import { spooledBytes, spoolFile } from '../../../store/spool.ts';
import { scratchSeal } from '../../../vault/scratch.ts';

/** JSON, one object a line; or a table with a header row. */
export type ImportFormat = 'ndjson' | 'csv';

/** Maximum bytes of a line: the same as of a request body. */
export const longest = 64 * 1024;

/** A line of the file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** `undefined` if there is a problem with the line as a whole. */
  readonly bytes: Buffer | undefined;
  readonly problem?: string;
}

/** What is imported: it is read once to be checked, and once to be written. */
export interface ImportSource {
  readonly name: string;
  readonly format: ImportFormat;
  /** The content, unpacked. @throws OperatorError if it cannot be read. */
  read(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** A pipe or standard input, and the folder that may keep its content, sealed. */
export interface ImportStream {
  readonly content: AsyncIterable<Buffer>;
  readonly folder: string;
}

/** @throws OperatorError if the file holds something else than the format says. */
export async function openSource(
  name: string,
  format: ImportFormat,
  stream: ImportStream | undefined,
): Promise<ImportSource> {
  const { read, close } = stream ? await spooled(stream) : fromFile(name);
  try {
    const isPacked = isGzip(await headOf(readable(name, read)));
    const source = { name, format, read: readable(name, isPacked ? unpacked(read) : read), close };
    refuseOtherForm(source, await headOf(source.read));
    return source;
  } catch (error) {
    await close();
    throw error;
  }
}

type Content = Pick<ImportSource, 'read' | 'close'>;

const fromFile = (name: string): Content => ({
  read: () => createReadStream(name),
  close: async () => undefined,
});

async function spooled({ content, folder }: ImportStream): Promise<Content> {
  const scratch = scratchSeal();
  const file = await spoolFile(folder, scratch.seal(content));
  return {
    read: () => scratch.open(spooledBytes(file)),
    close: () => file.close(),
  };
}

const unpacked = (read: Content['read']): Content['read'] =>
  function unpack() {
    const gunzip = createGunzip();
    // The reader meets the error, too.
    pipeline(read(), gunzip, () => undefined);
    return gunzip;
  };

async function headOf(read: Content['read']): Promise<Buffer> {
  for await (const head of read()) return head;
  return Buffer.alloc(0);
}

const readable = (name: string, read: Content['read']): Content['read'] =>
  async function* content() {
    try {
      yield* read();
    } catch (error) {
      throw unreadable(name, error);
    }
  };

/** An error of the file system or of gzip as a sentence; every other error as it is. */
function unreadable(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (String(error.code).startsWith('Z_'))
    return new OperatorError(`${name} is damaged or cut off: it does not unpack (${error.code}).`);
  if (!('syscall' in error)) return error;
  return new OperatorError(
    `${name} cannot be read (${error.code}). Name a file with one JSON object a line.`,
  );
}

/** One sentence about the whole file instead of an error for each of its lines. */
function refuseOtherForm({ name, format }: ImportSource, head: Buffer): void {
  const hint = otherEncoding(head) ?? (format === 'csv' ? undefined : otherForm(head));
  const wanted =
    format === 'csv'
      ? 'With --format csv import takes comma-separated values, in UTF-8 (docs/importing.md).'
      : 'Import takes one JSON object a line, in UTF-8 (docs/importing.md).';
  if (hint !== undefined) throw new OperatorError(`${name} ${hint} ${wanted}`);
}

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

function otherEncoding(head: Buffer): string | undefined {
  if (isGzip(head)) return 'is compressed twice. Unpack it once.';
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return 'is a ZIP file or a spreadsheet.';
  const mark = head.toString('latin1', 0, 2);
  if (mark === '\xff\xfe' || mark === '\xfe\xff')
    return 'is in UTF-16. Convert it: iconv -f utf-16 -t utf-8 FILE | clientele import - --brand NAME';
  return undefined;
}

function otherForm(head: Buffer): string | undefined {
  const [first = ''] = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/\r?\n/, 1);
  if (/^\[\s*(?:\{|$)/.test(first) || first.trim() === '{')
    return "is one JSON text over several lines or a JSON array. Split it: jq -c '.[]?' FILE | clientele import - --brand NAME";
  if (/^[^{["]*[,;\t]/.test(first) || /^"[^"]*"[,;\t]/.test(first))
    return 'looks like CSV: its first line is not JSON and has separators. For a table with a header row say --format csv.';
  return undefined;
}
