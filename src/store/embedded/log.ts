import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm, stat } from 'node:fs/promises';
import type { DataLayout } from './data-layout.ts';

// Bytes; with the one older copy that is kept, the log never takes much more than twice this.
const largest = 8 * 1024 * 1024;

// Root may write into a directory of another user's, who must not be able to point it at a file elsewhere.
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR, COPYFILE_EXCL } = constants;

/**
 * Opens PostgreSQL's log for appending. The server gets the file itself and not a pipe to this process, so that
 * it can go on writing (and stop in an orderly way) when this process has been killed.
 */
export async function openLog(place: DataLayout): Promise<FileHandle> {
  await trimLog(place);
  const log = await open(place.log, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600);
  // The owner of the directory must be able to open it himself next time.
  const { uid, gid } = await stat(place.root);
  if (process.getuid?.() === 0 && uid !== 0) await log.chown(uid, gid);
  return log;
}

/** Moves a log that has grown large aside; also while the server runs, because it only ever appends. */
export async function trimLog({ log }: DataLayout): Promise<void> {
  if ((await logSize({ log })) <= largest) return;
  const file = await open(log, O_NOFOLLOW | O_RDWR);
  try {
    await rm(`${log}.1`, { force: true });
    await copyFile(log, `${log}.1`, COPYFILE_EXCL);
    await file.truncate(0);
  } finally {
    await file.close();
  }
}

/** Bytes in the log. */
export async function logSize({ log }: Pick<DataLayout, 'log'>): Promise<number> {
  return (await stat(log).catch(() => undefined))?.size ?? 0;
}

/** What was logged since the log had `size` bytes; at most its last 16 KiB. */
export async function logSince({ log }: DataLayout, size: number): Promise<string> {
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
