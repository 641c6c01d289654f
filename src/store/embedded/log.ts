import { chown, copyFile, type FileHandle, open, stat, truncate } from 'node:fs/promises';
import type { Place } from './place.ts';

// Bytes; with the one older copy that is kept, the log never takes much more than twice this.
const largest = 8 * 1024 * 1024;

/**
 * Opens PostgreSQL's log for appending. The server gets the file itself and not a pipe to this process, so that
 * it can go on writing (and stop in an orderly way) when this process has been killed.
 */
export async function openLog(place: Place): Promise<FileHandle> {
  await trimLog(place);
  const log = await open(place.log, 'a', 0o600);
  // Root opens the file for an owner who must be able to open it himself next time.
  const { uid, gid } = await stat(place.root);
  if (process.getuid?.() === 0 && uid !== 0) await chown(place.log, uid, gid);
  return log;
}

/** Moves a log that has grown large aside; also while the server runs, because it only ever appends. */
export async function trimLog({ log }: Place): Promise<void> {
  if ((await logSize({ log })) <= largest) return;
  await copyFile(log, `${log}.1`);
  await truncate(log, 0);
}

/** Bytes in the log. */
export async function logSize({ log }: Pick<Place, 'log'>): Promise<number> {
  return (await stat(log).catch(() => undefined))?.size ?? 0;
}

/** What was logged since the log had `size` bytes; at most its last 16 KiB. */
export async function logSince({ log }: Place, size: number): Promise<string> {
  const file = await open(log, 'r');
  try {
    const end = (await file.stat()).size;
    const start = Math.max(Math.min(size, end), end - 16_384);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
