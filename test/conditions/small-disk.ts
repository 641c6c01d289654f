import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own in memory, which a test may fill or close for writing. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space that is left. */
  fill(): void;
  empty(): void;
  /** Only while no file is open for writing. */
  closeForWriting(): void;
  openForWriting(): void;
  remove(): Promise<void>;
}

const mount = (...options: string[]): boolean => spawnSync('mount', options).status === 0;

/** The reason why no file system can be mounted here, if there is one: it takes root, and a container may forbid it. */
export const noMount: string | undefined = await reasonAgainst();

async function reasonAgainst(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting takes root on Linux';
  const disk = await openSmallDisk(1).catch(() => undefined);
  await disk?.remove();
  return disk ? undefined : 'this container may not mount';
}

export async function openSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-disk-'));
  if (!mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder)) {
    await rm(folder, { recursive: true });
    throw new Error('Nothing can be mounted here.');
  }
  await chmod(folder, 0o755);
  const filler = join(folder, 'filler');
  const block = Buffer.alloc(65_536);
  return {
    folder,
    fill() {
      for (;;) {
        try {
          writeFileSync(filler, block, { flag: 'a' });
        } catch {
          return;
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
    closeForWriting: () => {
      if (!mount('-o', 'remount,ro', folder)) throw new Error('A file on it is open for writing.');
    },
    openForWriting: () => void mount('-o', 'remount,rw', folder),
    async remove() {
      spawnSync('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
