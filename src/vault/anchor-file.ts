import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * The last signed state of each audit trail, outside of the database: a file that is only appended to. A person who
 * can write every table cannot take a line out of it.
 */
export interface AnchorFile {
  readonly path: string;
  /** The newest line about a brand. Sees what other processes have appended. */
  newest(brandId: string): string | undefined;
  /** Every line about a brand, the oldest first. Reads the whole file. */
  all(brandId: string): readonly string[];
  /** Returns when the line is on the disk. */
  append(line: string): void;
}

/** Opens the file at its first use. Several processes of a machine may append to one file. */
export function openAnchorFile(path: string): AnchorFile {
  const lines = new Map<string, string>();
  let read = 0;

  /** Reads the complete lines that were appended since the last call. */
  function catchUp(): void {
    const file = openExisting(path);
    if (file === undefined) return;
    try {
      const { size } = fstatSync(file);
      if (size < read) {
        lines.clear();
        read = 0;
      }
      const bytes = Buffer.alloc(size - read);
      const length = readSync(file, bytes, 0, bytes.length, read);
      const end = bytes.subarray(0, length).lastIndexOf('\n') + 1;
      for (const line of bytes.toString('latin1', 0, end).split('\n')) {
        const brandId = brandOf(line);
        if (brandId !== undefined) lines.set(brandId, line);
      }
      read += end;
    } finally {
      closeSync(file);
    }
  }

  return {
    path,
    newest(brandId) {
      catchUp();
      return lines.get(brandId);
    },
    all: (brandId) =>
      existsSync(path)
        ? readFileSync(path, 'latin1')
            .split('\n')
            .slice(0, -1)
            .filter((line) => brandOf(line) === brandId)
        : [],
    append(line) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const file = openSync(path, 'a+', 0o600);
      try {
        const { size } = fstatSync(file);
        const last = Buffer.alloc(1);
        const isCut = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
        writeSync(file, `${isCut ? '\n' : ''}${line}\n`, null, 'latin1');
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}

const brandOf = (line: string): string | undefined => /"brand":"([0-9a-f-]{36})"/.exec(line)?.[1];

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
