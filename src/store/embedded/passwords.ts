import { createHmac, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataLayout } from './data-layout.ts';

/** Starts and stops the server, and makes the other two roles. Nothing else connects as it. */
export const superuser = 'clientele';
/** Owns the database and its tables: migrations and restores connect as it. */
export const ownerRole = 'clientele_owner';
/** Owns nothing: requests, background work and commands connect as it. */
export const appRole = 'clientele_app';

export type RoleName = typeof superuser | typeof ownerRole | typeof appRole;

/** The passwords of the roles of one cluster. */
export interface Passwords {
  of(role: RoleName): string;
}

const secretBytes = 32;

/** New passwords, and the secret that they are derived from. */
export function makePasswords(): { readonly secret: string; readonly passwords: Passwords } {
  const secret = randomBytes(secretBytes).toString('base64url');
  return { secret, passwords: derivedFrom(secret) };
}

const derivedFrom = (secret: string): Passwords => ({
  of: (role) => createHmac('sha256', secret).update(role).digest('base64url'),
});

/** The passwords of a data directory; undefined if it has none, or if others than its owner could read them. */
export async function readPasswords({ secret: path }: DataLayout): Promise<Passwords | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (!file) return undefined;
  try {
    if (((await file.stat()).mode & 0o077) !== 0) return undefined;
    const secret = (await file.readFile('utf8')).trim();
    return Buffer.from(secret, 'base64url').length === secretBytes ? derivedFrom(secret) : undefined;
  } finally {
    await file.close();
  }
}

/**
 * Puts a file in place of another, whole or not at all. A new file and a rename, so that root follows no link of the
 * account that owns the folder.
 */
export async function replaceFile(
  path: string,
  mode: number,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', mode);
  try {
    await fill(file);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Stores a secret for the owner of the data directory alone, and returns once it is on disk. */
export async function storeSecret({ secret: path, root }: DataLayout, secret: string): Promise<void> {
  await replaceFile(path, 0o600, async (file) => {
    await file.writeFile(`${secret}\n`);
    const { uid, gid } = await stat(root);
    if (process.getuid?.() === 0 && uid !== 0) await file.chown(uid, gid);
  });
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}
