import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm, stat } from 'node:fs/promises';
import type { DataLayout } from './data-layout.ts';

// One older copy is kept, so the log takes at most about twice this.
const maxLogBytes = 8 * 1024 * 1024;

// Root may write into another user's directory and must not follow a link from there.
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR, COPYFILE_EXCL } = constants;

/**
 * Opens PostgreSQL's log for appending. The server writes to the file itself, not to a pipe, so that it can log
 * and stop in order after this process was killed.
 */
export async function openLog(layout: DataLayout): Promise<FileHandle> {
  await trimLog(layout);
  const log = await open(layout.log, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600);
  // The owner of the directory must be able to open the log at the next start.
  const { uid, gid } = await stat(layout.root);
  if (process.getuid?.() === 0 && uid !== 0) await log.chown(uid, gid);
  return log;
}

/** Rotates a large log. Safe while the server runs, because the server only appends. */
export async function trimLog({ log }: DataLayout): Promise<void> {
  if ((await logSize({ log })) <= maxLogBytes) return;
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
