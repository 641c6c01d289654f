import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../domain/operator-error.ts';

/**
 * Keeps what can be read only once in a file that can be read again. The file has no name, so it is gone when it is
 * closed, even if this process is killed.
 *
 * @throws OperatorError if the folder takes no file, or has no room.
 */
export async function spoolFile(folder: string, content: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `.input-${randomBytes(8).toString('hex')}`);
    file = await open(path, 'wx+', 0o600);
    await rm(path);
    for await (const bytes of content) await file.writeFile(bytes);
    return file;
  } catch (error) {
    await file?.close();
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined;
    if (code === undefined) throw error;
    throw new OperatorError(
      `What comes from a pipe is kept in ${folder} while it is used, and that failed (${code}). Name a file instead of the pipe.`,
    );
  }
}

const pieceBytes = 64 * 1024;

/** The content of such a file, from its beginning, as often as it is asked for. */
export async function* spooledBytes(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
