import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createRootKeyFile, rootKeyFromFile, rootKeyFromText } from '../../src/vault/key-source.ts';
import { openVault } from '../../src/vault/vault.ts';
import { refusal } from './refusal.ts';

const directory = mkdtempSync(join(tmpdir(), 'vault-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Chowning and changing the account need it. */
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

let path: string;
let count = 0;
beforeEach(() => {
  path = join(directory, `root-${++count}.key`);
});

function write(text: string, mode = 0o600): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

const load = () => rootKeyFromFile(path).load();
const key = () => randomBytes(32);

describe('a good root key file', () => {
  test.each([
    ['base64', () => key().toString('base64')],
    ['base64 and a line end', () => `${key().toString('base64')}\n`],
    ['hex', () => key().toString('hex')],
    ['upper case hex', () => `${key().toString('hex').toUpperCase()}\r\n`],
    ['a named first version', () => `v1:${key().toString('base64')}`],
  ])('in %s loads as version 1', (_, text) => {
    write(text());
    expect(load()).toEqual({ current: 1, versions: [1] });
  });

  test('may hold several versions, in any order, and the highest is current', () => {
    write(`v12:${key().toString('base64')}\n\nv2:${key().toString('hex')}\n${key().toString('base64')}\n`);
    expect(load()).toEqual({ current: 12, versions: [1, 2, 12] });
  });

  test('may be a link, as mounted secrets are', () => {
    write(key().toString('base64'));
    symlinkSync(path, `${path}.link`);
    expect(rootKeyFromFile(`${path}.link`).load().current).toBe(1);
  });

  test('gives the same keys in base64, in hex and from the environment', () => {
    const bytes = key();
    write(bytes.toString('hex'));
    const proof = openVault(load()).proof();
    const other = openVault(rootKeyFromText(bytes.toString('base64'), 'ROOT_KEY').load());
    expect(other.provesRoot(proof)).toBe(true);
  });
});

describe('a bad root key is refused with the command that makes a good one', () => {
  const weak: [string, string][] = [
    ['nothing', ''],
    ['blank lines', '\n \n'],
    ['a word', 'changeme'],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['16 bytes of hex', randomBytes(16).toString('hex')],
    ['base64 without its padding', randomBytes(32).toString('base64').replace('=', '')],
    ['base64url', `${Buffer.alloc(32, 0xfb).toString('base64url')}=`],
    ['all zero', Buffer.alloc(32).toString('base64')],
    ['all equal', 'ab'.repeat(32)],
    ['counting up', Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('hex')],
    ['counting down', Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i)).toString('base64')],
    ['sixteen bytes and no more', Buffer.concat(Array(8).fill(randomBytes(4))).toString('base64')],
    ['text', Buffer.from('The quick brown fox jumps over a').toString('base64')],
    ['hex of 16 bytes as text', Buffer.from(randomBytes(16).toString('hex')).toString('base64')],
    ['version 0', `v0:${randomBytes(32).toString('base64')}`],
    ['a good key and a bad one', `${randomBytes(32).toString('base64')}\nv2:changeme`],
  ];

  test.each(weak)('%s', (_, text) => {
    write(text);
    const message = refusal(load);
    expect(message).toContain(`umask 077; openssl rand -base64 32 > ${path}`);
    for (const secret of text.split(/\s+/).filter((piece) => piece.length > 8))
      expect(message).not.toContain(secret.replace(/^v\d+:/, ''));
    expect(refusal(() => rootKeyFromText(text, 'ROOT_KEY').load())).toMatch(
      /ROOT_KEY.*openssl rand -base64 32$/,
    );
  });

  test('a missing file', () => {
    expect(refusal(load)).toBe(
      `There is no root key file ${path}. Make one with: umask 077; openssl rand -base64 32 > ${path}`,
    );
  });

  test('a path with a space is quoted in the command', () => {
    path = join(directory, "it's a key");
    expect(refusal(load)).toContain(`> '${directory}/it'\\''s a key'`);
  });

  test.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777])(
    'a file of mode %o, open to others',
    (mode) => {
      write(key().toString('base64'), mode);
      const message = refusal(load);
      expect(message).toContain(`chmod 600 ${path}`);
      expect(message).toContain(mode.toString(8));
    },
  );

  test.runIf(isRoot)('a credential of systemd that anybody but root made', () => {
    write(key().toString('base64'), 0o440);
    // Root's own, which another account reads by an access list.
    expect(load().current).toBe(1);
    for (const [uid, gid] of [
      [0, nobody],
      [nobody, 0],
    ] as const) {
      chownSync(path, uid, gid);
      expect(refusal(load)).toContain('mode 440');
    }
  });

  test.runIf(isRoot)('a file that its account cannot close, and names another way', () => {
    write(key().toString('base64'), 0o440);
    chmodSync(directory, 0o711);
    chownSync(path, 0, nobody);
    process.setegid?.(nobody);
    process.seteuid?.(nobody);
    try {
      expect(refusal(load)).toContain('CLIENTELE_ROOT_KEY_COMMAND');
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
  });

  test.each([0o600, 0o400, 0o700])('while mode %o is the owner alone', (mode) => {
    write(key().toString('base64'), mode);
    expect(load().current).toBe(1);
  });

  test('a directory, and a file far too large', () => {
    mkdirSync(path, { mode: 0o700 });
    expect(refusal(load)).toContain('is not a root key file');
    path = `${path}.large`;
    write(`${key().toString('base64')}\n`.repeat(2000));
    expect(refusal(load)).toContain('is not a root key file');
  });

  test('with the file, the version and the whole next step', () => {
    const remedy = `Make one with: umask 077; openssl rand -base64 32 > ${path}`;
    write('');
    expect(refusal(load)).toBe(`The root key file ${path} is empty. ${remedy}`);
    write(`v7:${'00'.repeat(32)}`);
    expect(refusal(load)).toBe(
      `The root key file ${path}, version 7, is a placeholder, not a random key. ${remedy}`,
    );
    const closing = `If nobody else can have read it, close it with: chmod 600 ${path} (otherwise rotate the key).`;
    write(key().toString('hex'), 0o644);
    const open = `The root key file ${path} is open to others than its owner (mode 644). ${closing}`;
    expect(refusal(load)).toBe(open);
    if (!isRoot) return;
    chownSync(path, nobody, nobody);
    expect(refusal(load)).toBe(open);
  });

  test('one that cannot be opened, and none that is as large as it may be', () => {
    symlinkSync(path, path);
    expect(refusal(load)).toBe(`The root key file ${path} cannot be opened (ELOOP).`);
    path = `${path}.padded`;
    const text = key().toString('base64');
    write(text.padEnd(65_536, '\n'));
    expect(load().current).toBe(1);
    write(text.padEnd(65_537, '\n'));
    expect(refusal(load)).toContain('is not a root key file');
  });

  test('a version given twice', () => {
    write(`${key().toString('base64')}\nv1:${key().toString('base64')}`);
    expect(refusal(load)).toContain('version 1 twice');
  });
});

describe('creating a root key file', () => {
  test('creates one that loads, that only its owner can read, and that differs each time', () => {
    createRootKeyFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(load()).toEqual({ current: 1, versions: [1] });
    createRootKeyFile(`${path}.other`);
    expect(readFileSync(path, 'utf8')).not.toBe(readFileSync(`${path}.other`, 'utf8'));
  });

  test('never replaces an existing file', () => {
    write('kept');
    expect(refusal(() => createRootKeyFile(path))).toContain('EEXIST');
    symlinkSync(join(directory, 'nowhere'), `${path}.dangling`);
    expect(refusal(() => createRootKeyFile(`${path}.dangling`))).toContain('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  test('says which directory is missing', () => {
    expect(refusal(() => createRootKeyFile(join(path, 'deeper')))).toContain('ENOENT');
  });
});

test('a random key is not mistaken for a weak one', () => {
  for (let i = 0; i < 5_000; i++) rootKeyFromText(key().toString('base64'), 'ROOT_KEY').load();
});
