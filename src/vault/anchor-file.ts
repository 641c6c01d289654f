import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperatorError } from '../domain/operator-error.ts';

/**
 * The last signed state of each audit trail, outside of the database: a file that is only appended to. A person who
 * can write every table cannot take a line out of it.
 */
export interface AnchorFile {
  readonly path: string;
  /** The newest line about a brand. Sees what other processes have appended. @throws OperatorError for an unreadable file */
  newest(brandId: string): string | undefined;
  /** Every line about a brand, the oldest first. Reads the whole file. */
  all(brandId: string): readonly string[];
  /** Resolves when the line is on the disk. */
  append(line: string): Promise<void>;
  /** Whether a step of an upgrade is in the file as done. @throws OperatorError for an unreadable file */
  isDone(step: string): boolean;
  /** Writes down that a step of an upgrade is done. Resolves when that is on the disk. */
  markDone(step: string): Promise<void>;
}

/** The file of anchors is there, but cannot be read. */
class AnchorFileError extends OperatorError {
  override readonly name = 'AnchorFileError';
}

/** Opens the file at its first use. Several processes of a machine may append to one file. */
export function openAnchorFile(path: string): AnchorFile {
  const lines = new Map<string, string>();
  const steps = new Set<string>();
  let read = 0;

  /** Reads the complete lines that were appended since the last call. */
  function catchUp(): void {
    withExisting(path, (file) => {
      if (fstatSync(file).size < read) {
        lines.clear();
        read = 0;
      }
      read = readLines(file, read, (line) => {
        const [brandId, step] = [brandOf(line), stepOf(line)];
        if (brandId !== undefined) lines.set(brandId, line);
        if (step !== undefined) steps.add(step);
      });
    });
  }

  const anchors: AnchorFile = {
    path,
    newest(brandId) {
      catchUp();
      return lines.get(brandId);
    },
    all(brandId) {
      const found: string[] = [];
      withExisting(path, (file) =>
        readLines(file, 0, (line) => {
          if (brandOf(line) === brandId) found.push(line);
        }),
      );
      return found;
    },
    async append(line) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, 'a+', 0o600);
      try {
        const { size } = await file.stat();
        const last = Buffer.alloc(1, '\n');
        if (size > 0) await file.read(last, 0, 1, size - 1);
        const isCut = last.toString() !== '\n';
        await file.appendFile(`${isCut ? '\n' : ''}${line}\n`, 'latin1');
        await file.sync();
      } finally {
        await file.close();
      }
    },
    isDone(step) {
      catchUp();
      return steps.has(step);
    },
    markDone: (step) => anchors.append(`{"kind":"upgraded","step":"${step}"}`),
  };
  return anchors;
}

/** The brand of a complete line. A line that was cut off has another end, and is about nothing. */
const brandOf = (line: string): string | undefined => /"brand":"([0-9a-f-]{36})".*"\}$/.exec(line)?.[1];

/** The step of an upgrade that a line says is done. It is about no brand, so no anchor. */
const stepOf = (line: string): string | undefined => /^\{"kind":"upgraded","step":"(\w+)"\}$/.exec(line)?.[1];

/** Bytes that are read at once. The file may be larger than the longest string. */
const pieceBytes = 1_048_576;

/** Passes on each complete line from a position on. Returns where the last complete line ends. */
function readLines(file: number, from: number, each: (line: string) => void): number {
  const piece = Buffer.alloc(Math.min(pieceBytes, fstatSync(file).size - from));
  let [read, rest] = [from, ''];
  for (;;) {
    const length = readSync(file, piece, 0, piece.length, read);
    if (length === 0) return read - rest.length;
    read += length;
    const lines = (rest + piece.toString('latin1', 0, length)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) each(line);
  }
}

function withExisting(path: string, work: (file: number) => void): void {
  try {
    const file = openExisting(path);
    if (file === undefined) return;
    try {
      work(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new AnchorFileError(
      `The anchor file ${path} cannot be read${codeOf(error)}. No audit trail is continued or signed until it can, because removed entries would not be noticed. Let the account of the service read it, or put a copy of it back (docs/audit.md).`,
      { cause: error },
    );
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
