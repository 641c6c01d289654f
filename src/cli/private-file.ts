import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { OperatorError } from '../domain/operator-error.ts';

/**
 * Writes a new file that only its owner can read. It appears under its name when it is complete and on disk.
 * If the work fails, no file is left.
 */
export async function writePrivateFile<Result>(
  path: string,
  work: (write: (text: string) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const partial = `${path}.partial`;
  const file = await create(path, partial);
  try {
    const result = await work(async (text) => {
      await file.write(text);
    });
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
