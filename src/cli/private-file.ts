import { createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { OperatorError } from '../domain/operator-error.ts';
import { isStream } from './streams.ts';

export type Write = (piece: string | Uint8Array) => Promise<void>;

/** Writes to standard output (`-`), to a pipe or device that is there, or to a new file. */
export function writeTo<Result>(path: string, work: (write: Write) => Promise<Result>): Promise<Result> {
  if (path === '-') return writeStream(process.stdout, 'Standard output', work);
  if (isStream(path)) return writeStream(createWriteStream(path), path, work);
  return writePrivateFile(path, work);
}

async function writeStream<Result>(
  stream: NodeJS.WritableStream,
  name: string,
  work: (write: Write) => Promise<Result>,
): Promise<Result> {
  // Each write reports its own error. A reader that leaves early gets an incomplete file, so that is a failure here.
  stream.removeAllListeners('error').on('error', () => undefined);
  const result = await work(
    (piece) =>
      new Promise((resolve, reject) => {
        stream.write(piece, (error) =>
          error
            ? reject(new OperatorError(`${name} was closed before everything was written. Do it again.`))
            : resolve(),
        );
      }),
  );
  if (stream !== process.stdout) stream.end();
  return result;
}

/**
 * Writes a new file that only its owner can read. It appears under its name when it is complete and on disk.
 * If the work fails, no file is left.
 */
async function writePrivateFile<Result>(
  path: string,
  work: (write: Write) => Promise<Result>,
): Promise<Result> {
  const partial = `${path}.partial`;
  const file = await create(path, partial);
  try {
    const result = await work((piece) => file.appendFile(piece));
    await file.sync();
    await file.close();
    await rename(partial, path);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

async function create(path: string, partial: string): Promise<FileHandle> {
  for (const name of [path, partial]) {
    const existing = await open(name, 'r').catch(() => undefined);
    await existing?.close();
    if (existing)
      throw new OperatorError(`The file ${name} exists. Choose another name, or remove that file.`);
  }
  try {
    return await open(partial, 'wx', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new OperatorError(`The file ${path} cannot be written (${code}). Choose another place for it.`);
  }
}
