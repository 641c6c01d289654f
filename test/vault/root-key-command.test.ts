import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { rootKeyFromCommand } from '../../src/vault/key-source.ts';
import { askCommand } from '../../src/vault/root-key-command.ts';
import { openVault } from '../../src/vault/vault.ts';
import { refusal } from './refusal.ts';

// A fake command line of a KMS, as a real program that is really started.

const directory = mkdtempSync(join(tmpdir(), 'root-key-command-'));
afterAll(() => rmSync(directory, { recursive: true }));

let path: string;
let count = 0;
beforeEach(() => {
  count += 1;
  path = join(directory, `kms-${count}`);
});

/** A program of these lines of shell. */
function program(...lines: readonly string[]): string {
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o700);
  return path;
}

const key = () => randomBytes(32).toString('base64');

describe('a command that prints root keys', () => {
  test('is given its arguments as they are, without a shell, and one line of JSON', () => {
    const seen = join(directory, 'seen');
    program(`printf '%s|' "$@" > ${seen}`, `cat >> ${seen}`, `echo ${key()}`);
    const argument = '$(touch pwned); `id` > x';
    expect(rootKeyFromCommand([path, '--name', argument]).load()).toEqual({ current: 1, versions: [1] });
    const [name, given, question = ''] = readFileSync(seen, 'utf8').split('|');
    expect([name, given]).toEqual(['--name', argument]);
    expect(JSON.parse(question)).toEqual({ protocol: 'clientele-root-key', version: 1, ask: 'root keys' });
    expect(existsSync('pwned')).toBe(false);
  });

  test('opens what another source of the same key has wrapped', () => {
    const text = key();
    program(`echo ${text}`);
    const one = openVault(rootKeyFromCommand([path]).load());
    const other = openVault(rootKeyFromCommand([program(`printf 'v1:%s' ${text}`)]).load());
    expect(other.provesRoot(one.proof())).toBe(true);
  });

  test('is asked once for all versions that rows have invented, and its failure takes no loaded key away', () => {
    const asked = join(directory, 'asked');
    const text = key();
    program(`echo >> ${asked}`, `echo ${text}`);
    let at = 0;
    const vault = openVault(rootKeyFromCommand([path], () => at).load());
    const own = vault.mac('event', ['one']);
    at += 60_000;
    program(`echo >> ${asked}`, 'exit 3');
    const invented = (version: number) => `${version}.${'A'.repeat(43)}=`;
    for (let version = 2; version < 100; version += 1) {
      expect(vault.missingVersionOf(invented(version))).toBe(version);
      expect(vault.isMac('event', ['one'], invented(version))).toBe(false);
    }
    expect(vault.signerOf('invented')).toBeUndefined();
    expect(vault.isMac('event', ['one'], own)).toBe(true);
    expect(readFileSync(asked, 'utf8')).toBe('\n\n');
  });

  test('may end without reading its input', () => {
    program('exec 0<&-', `echo ${key()}`);
    expect(rootKeyFromCommand([path]).load().versions).toEqual([1]);
  });

  test.each([
    ['nothing', 'true', /answer of CLIENTELE_ROOT_KEY_COMMAND is empty/],
    ['an error page', 'echo "<html>quota exceeded</html>"', /is not 32 bytes in base64 or hex/],
    ['a short key', 'echo c2hvcnQ=', /is not 32 bytes in base64 or hex/],
    ['a version twice', `echo ${key()} v1:${key()}`, /version 1 twice/],
    ['a failure', `echo ${key()}; exit 3`, /failed with exit code 3/],
    ['a signal', 'kill -TERM $$', /was ended by SIGTERM/],
    ['too much', 'head -c 70000 /dev/zero', /answered more than 65536 bytes/],
  ])('is refused with the next step for %s', (_what, line, sentence) => {
    program(line);
    const message = refusal(() => rootKeyFromCommand([path]).load());
    expect(message).toMatch(sentence);
    expect(message).toMatch(/Run it by hand|must print what a root key file contains|twice/);
    expect(message).not.toMatch(/quota|c2hvcnQ/);
  });

  test('is refused where it does not exist or may not run', () => {
    expect(refusal(() => askCommand([join(directory, 'none')]))).toMatch(/cannot be started \(ENOENT\)/);
    writeFileSync(path, '');
    expect(refusal(() => askCommand([path]))).toMatch(/cannot be started \(EACCES\)/);
  });

  test.each([
    ['the group may write to the program', () => chmodSync(path, 0o770), 'can be changed'],
    ['everybody may write to the program', () => chmodSync(path, 0o702), 'can be changed'],
    ['everybody may write to its folder', () => chmodSync(join(path, '..'), 0o707), 'is below the folder'],
    [
      'everybody may write to a folder above',
      () => chmodSync(join(path, '../..'), 0o707),
      'is below the folder',
    ],
    [
      'everybody may write to the folder of its link',
      () => {
        mkdirSync(join(path, '../open'));
        renameSync(path, `${path}-real`);
        symlinkSync(`${path}-real`, join(path, '../open/kms'));
        path = join(path, '../open/kms');
        chmodSync(join(path, '..'), 0o707);
      },
      'is below the folder',
    ],
    [
      'it is a link to a program that the group may write to',
      () => {
        renameSync(path, `${path}-real`);
        chmodSync(`${path}-real`, 0o720);
        symlinkSync(`${path}-real`, path);
      },
      'can be changed',
    ],
  ])('is not started where %s, with the next step', (_what, open, sentence) => {
    const folder = join(mkdtempSync(join(directory, 'open-')), 'inner');
    mkdirSync(folder);
    path = join(folder, 'kms');
    const ran = join(folder, 'ran');
    program(`touch ${ran}`, `echo ${key()}`);
    expect(rootKeyFromCommand([path]).load().versions).toEqual([1]);
    rmSync(ran);
    open();
    const message = refusal(() => rootKeyFromCommand([path]).load());
    expect(message).toContain(sentence);
    expect(message).toContain('by others than its owner');
    expect(message).toContain("chmod go-w '");
    expect(existsSync(ran)).toBe(false);
  });

  test('is ended where it is too slow, although a program of its own goes on', () => {
    const waits = join(directory, 'waits');
    program(`sleep 60 & echo $! > ${waits}; wait`, `echo ${key()}`);
    const start = performance.now();
    expect(refusal(() => askCommand([path], 1_000))).toMatch(/did not answer within 1 seconds/);
    expect(performance.now() - start).toBeLessThan(20_000);
    process.kill(Number(readFileSync(waits, 'utf8')));
  });
});

describe('a new version', () => {
  test('is asked for once, however many rows name versions that nobody has made', async () => {
    const ran = join(directory, `rows-${count}`);
    program(`echo x >> ${ran}`, `echo ${key()}`);
    let moment = 0;
    const source = rootKeyFromCommand([path], () => {
      moment += 60_000;
      return moment;
    });
    const runs = () => readFileSync(ran, 'utf8').length / 2;
    const vault = openVault(source.load());
    const rows = (version: number) => {
      const mac = `${version}.${'A'.repeat(43)}=`;
      for (let row = 0; row < 5; row += 1) {
        expect(vault.missingVersionOf(mac)).toBe(version);
        expect(vault.isMac('event', ['a'], mac)).toBe(false);
      }
    };
    rows(8);
    rows(9);
    expect(runs()).toBe(2);
    await Promise.resolve();
    rows(8);
    expect(runs()).toBe(3);
  });

  test('is not asked for again within a moment of the process’s clock', () => {
    const ran = join(directory, `ran-${count}`);
    program(`echo x >> ${ran}`, `echo ${key()}`);
    const source = rootKeyFromCommand([path]);
    expect(source.load().versions).toEqual(source.load().versions);
    expect(readFileSync(ran, 'utf8')).toBe('x\n');
  });

  test('is found when it is needed, and an old one is gone when the command no longer prints it', () => {
    let now = 0;
    const [first, second] = [key(), key()];
    program(`echo v1:${first}`);
    const vault = openVault(rootKeyFromCommand([path], () => now).load());
    const brandId = '8f0f6d1f-3f9a-4c11-8a5c-c2f5c2ef14f2';
    const wrapped = vault.newKey(brandId, 'brand', 1);
    program(`echo v1:${first} v2:${second}`);
    now = 31_000;
    vault.reload();
    expect([vault.rootVersion, vault.rootVersions]).toEqual([2, [1, 2]]);
    const next = vault.rewrap(brandId, wrapped);
    expect(next.rootVersion).toBe(2);
    program(`echo v2:${second}`);
    now = 62_000;
    vault.reload();
    expect(vault.rootVersions).toEqual([2]);
    expect(() => vault.rewrap(brandId, wrapped)).toThrow(/version 1, which is not loaded/);
  });

  test('that nobody has made does not run the command again and again, nor does a failure', () => {
    let now = 0;
    const runs = join(directory, 'runs');
    program(`echo run >> ${runs}`, `echo ${key()}`);
    const source = rootKeyFromCommand([path], () => now);
    const times = () => readFileSync(runs, 'utf8').split('\n').length - 1;
    for (let at = 0; at < 20; at += 1) source.load();
    expect(times()).toBe(1);
    now = 30_000;
    source.load();
    expect(times()).toBe(2);
    program(`echo run >> ${runs}`, 'exit 1');
    now = 60_000;
    for (let at = 0; at < 5; at += 1) expect(() => source.load()).toThrow(/exit code 1/);
    expect(times()).toBe(3);
  });
});

test('the setting is words or a JSON array, begins with an absolute path, and stands alone', () => {
  const commandOf = (text: string) => readConfig({ CLIENTELE_ROOT_KEY_COMMAND: text }).rootKeyCommand;
  expect(commandOf(' /usr/bin/aws  kms decrypt ')).toEqual(['/usr/bin/aws', 'kms', 'decrypt']);
  expect(commandOf('["/opt/my tool", "a b"]')).toEqual(['/opt/my tool', 'a b']);
  for (const wrong of ['aws kms decrypt', './kms', '["kms"]', '[1]', '[', '[]', ' '])
    expect(() => commandOf(wrong), wrong).toThrow(/absolute path of a program/);
  expect(() =>
    readConfig({ CLIENTELE_ROOT_KEY_COMMAND: '/bin/true', CLIENTELE_ROOT_KEY_FILE: '/x' }),
  ).toThrow('CLIENTELE_ROOT_KEY_FILE and CLIENTELE_ROOT_KEY_COMMAND exclude each other: set one of them.');
});
