import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Random, randomBytesExactly } from './aead.ts';
import { KEY_BYTES } from './derive.ts';
import { rootKeyFromFile, versionOfLine } from './key-source.ts';
import { VaultError } from './vault-error.ts';

// Changes Clientele's own root key file. It never writes an operator's file.

/** Adds a random key as the next version. Returns its number when it is on disk. Throws `root_key`. */
export function addRootVersion(path: string, random: Random = randomBytes): number {
  const version = rootKeyFromFile(path).load().current + 1;
  const key = randomBytesExactly(random, KEY_BYTES);
  rewrite(path, (lines) => [...lines, `v${version}:${key.toString('base64')}`]);
  key.fill(0);
  return version;
}

/**
 * Destroys versions: replaces the file by one without them. The file system may keep old blocks. Throws `root_key`.
 */
export function dropRootVersions(path: string, versions: readonly number[]): void {
  const { current } = rootKeyFromFile(path).load();
  if (versions.includes(current))
    throw new VaultError('misuse', 'The root key version in use is not to be destroyed.');
  rewrite(path, (lines) => lines.filter((line) => !versions.includes(versionOfLine(line))));
}

/** Replaces the file atomically: a reader finds the old or the new file, also after a power cut. */
function rewrite(path: string, change: (lines: readonly string[]) => readonly string[]): void {
  const file = realpathSync(path);
  const lines = readFileSync(file, 'utf8')
    .split(/\s+/)
    .filter((line) => line !== '');
  const next = `${file}.next`;
  try {
    rmSync(next, { force: true });
    write(next, `${change(lines).join('\n')}\n`, file);
    renameSync(next, file);
    sync(dirname(file));
  } catch (error) {
    discard(next);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new VaultError('root_key', `The root key file ${path} cannot be changed (${code}).`);
  }
}

/** Removes what was written, if that is possible: the error that it is removed for says more than one of the removal. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Writes a new file with the mode and the owner of the file that it replaces. */
function write(path: string, text: string, like: string): void {
  const model = openSync(like, constants.O_RDONLY);
  const { uid, gid } = fstatSync(model);
  closeSync(model);
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const made = fstatSync(file);
    // A command that root runs must not take the key away from the user that the server runs as.
    if (made.uid !== uid || made.gid !== gid) fchownSync(file, uid, gid);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function sync(directory: string): void {
  const opened = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
