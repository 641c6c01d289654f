import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';

/** A file that a command was given, under the name that messages use. */
export interface Input {
  readonly name: string;
  /** Set for standard input, a pipe or a device: it can be read only once. */
  readonly stream: Readable | undefined;
}

/** `-` is standard input. */
export function inputOf(path: string): Input {
  if (path === '-') return { name: 'standard input', stream: process.stdin };
  const name = resolve(path);
  if (!isStream(name)) return { name, stream: undefined };
  // The reader gets the error, also one from before it reads.
  return { name, stream: createReadStream(name).on('error', () => undefined) };
}

/** Whether a path is there, and neither a file nor a folder. */
export function isStream(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
