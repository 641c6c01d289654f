import { createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/domain/operator-error.ts';
import { openAnchorFile } from '../../src/vault/anchor-file.ts';
import { rootKeyFromFile, rootKeyFromText, versionOfLine } from '../../src/vault/key-source.ts';
import { addRootVersion, dropRootVersions } from '../../src/vault/root-key-file.ts';
import { scratchSeal } from '../../src/vault/scratch.ts';
import { isSignedBy } from '../../src/vault/signer.ts';
import {
  isAboutRecord,
  openedOrNothing,
  openVault,
  UnknownKeyVersion,
  VaultError,
} from '../../src/vault/vault.ts';
import { refusal } from './refusal.ts';
import { codeOf, newRoot } from './samples.ts';

/** What the vault writes to files, and what it signs: signed states, versions of the root key, scratch data. */

const directory = mkdtempSync(join(tmpdir(), 'clientele-files-'));
afterAll(() => rmSync(directory, { recursive: true }));
let path: string;
let count = 0;
beforeEach(() => {
  count += 1;
  path = join(directory, `${count}`, 'file');
});

const [a, b] = ['aaaaaaaa', 'bbbbbbbb'].map((start) => `${start}-0000-4000-8000-000000000000`) as [
  string,
  string,
];
const anchor = (brand: string, number: number) => `{"brand":"${brand}","number":${number},"signature":"s"}`;

describe('the file of signed states', () => {
  test('has the newest line of each brand, and all of them in their order', async () => {
    const anchors = openAnchorFile(path);
    expect([anchors.path, anchors.newest(a), anchors.all(a)]).toEqual([path, undefined, []]);
    for (const line of [anchor(a, 1), anchor(b, 1), anchor(a, 2)]) await anchors.append(line);
    expect([anchors.newest(a), anchors.newest(b)]).toEqual([anchor(a, 2), anchor(b, 1)]);
    expect(anchors.all(a)).toEqual([anchor(a, 1), anchor(a, 2)]);
    expect(readFileSync(path, 'latin1')).toBe(`${anchor(a, 1)}\n${anchor(b, 1)}\n${anchor(a, 2)}\n`);
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test('sees what another process appends, and forgets what is no longer there', async () => {
    const [one, other] = [openAnchorFile(path), openAnchorFile(path)];
    await one.append(anchor(a, 1));
    expect(other.newest(a)).toBe(anchor(a, 1));
    await one.append(anchor(a, 2));
    await one.append(anchor(b, 1));
    expect([other.newest(a), other.newest(b)]).toEqual([anchor(a, 2), anchor(b, 1)]);
    truncateSync(path, anchor(a, 1).length + 1);
    expect([other.newest(a), other.newest(b)]).toEqual([anchor(a, 1), undefined]);
  });

  test('passes over a line that was cut off, and continues on a new one', async () => {
    const anchors = openAnchorFile(path);
    await anchors.append(anchor(a, 1));
    appendFileSync(path, anchor(a, 2).slice(0, -5));
    expect(anchors.newest(a)).toBe(anchor(a, 1));
    await anchors.append(anchor(a, 3));
    expect([anchors.newest(a), anchors.all(a)]).toEqual([anchor(a, 3), [anchor(a, 1), anchor(a, 3)]]);
    expect(readFileSync(path, 'latin1').split('\n')).toHaveLength(4);
  });

  test('reads a line that is not whole yet once it is', async () => {
    const anchors = openAnchorFile(path);
    await anchors.append(anchor(a, 1));
    appendFileSync(path, anchor(a, 2).slice(0, 20));
    expect(anchors.newest(a)).toBe(anchor(a, 1));
    appendFileSync(path, `${anchor(a, 2).slice(20)}\n`);
    expect(anchors.newest(a)).toBe(anchor(a, 2));
  });

  test('may be larger than what is read at once', async () => {
    const anchors = openAnchorFile(path);
    await anchors.append(anchor(a, 0));
    const many = Array.from({ length: 15_000 }, (_, number) => anchor(number % 2 === 0 ? a : b, number));
    appendFileSync(path, `${many.join('\n')}\n`);
    expect(statSync(path).size).toBeGreaterThan(1_048_576);
    expect([anchors.newest(a), anchors.newest(b)]).toEqual([anchor(a, 14_998), anchor(b, 14_999)]);
    expect(anchors.all(b)).toHaveLength(7_500);
  });

  test('takes only whole lines about a brand', async () => {
    const anchors = openAnchorFile(path);
    await anchors.append(anchor(a, 1));
    for (const line of [
      `${anchor(a, 2)} `,
      `{"brand":"${a}"}`,
      anchor(a.slice(1), 3),
      `{"brand":"x${a}"}`,
      '',
    ])
      await anchors.append(line);
    expect(anchors.newest(a)).toBe(anchor(a, 1));
  });

  test('has the steps of an upgrade that are done', async () => {
    const anchors = openAnchorFile(path);
    expect(anchors.isDone('bind_rows')).toBe(false);
    await anchors.markDone('bind_rows');
    expect(readFileSync(path, 'latin1')).toBe('{"kind":"upgraded","step":"bind_rows"}\n');
    for (const line of ['{"kind":"upgraded","step":"x y"}', ' {"kind":"upgraded","step":"y"}'])
      await anchors.append(line);
    await anchors.append('{"kind":"upgraded","step":"z"} ');
    const steps = ['bind_rows', 'bind', 'x y', 'y', 'z'];
    expect(steps.map((step) => anchors.isDone(step))).toEqual([true, false, false, false, false]);
    expect(openAnchorFile(path).isDone('bind_rows')).toBe(true);
  });

  test('that is in no folder stops what depends on it, too', () => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    const below = openAnchorFile(join(path, 'file'));
    for (const read of [() => below.newest(a), () => below.all(a), () => below.isDone('x')])
      expect(read).toThrow(`The anchor file ${below.path} cannot be read (ENOTDIR).`);
  });

  test('that cannot be read stops what depends on it, with the next step', () => {
    mkdirSync(path, { recursive: true });
    for (const read of [() => openAnchorFile(path).newest(a), () => openAnchorFile(path).all(a)]) {
      const error = (() => {
        try {
          return read();
        } catch (thrown) {
          return thrown;
        }
      })() as OperatorError;
      expect(error).toBeInstanceOf(OperatorError);
      expect([error.name, error.cause]).toEqual(['AnchorFileError', expect.any(Error)]);
      expect(error.message).toBe(
        `The anchor file ${path} cannot be read (EISDIR). No audit trail is continued or signed until it can, because removed entries would not be noticed. Let the account of the service read it, or put a copy of it back (docs/audit.md).`,
      );
    }
  });
});

describe('the file of the root key', () => {
  const key = () => randomBytes(32).toString('base64');
  const made = (...lines: readonly string[]) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    return lines;
  };
  const linesNow = () => readFileSync(path, 'utf8').split('\n');

  test('gets a new version, and keeps the others as they are', () => {
    const [first, second] = made(key(), `v7:${key()}`);
    expect(addRootVersion(path)).toBe(8);
    const [one, two, three = '', end] = linesNow();
    expect([one, two, end]).toEqual([first, second, '']);
    expect(three).toMatch(/^v8:[A-Za-z0-9+/]{43}=$/);
    expect(rootKeyFromFile(path).load().versions).toEqual([1, 7, 8]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });

  test('gets exactly what the source of randomness gave, which is wiped then', () => {
    made(key());
    const drawn = Buffer.from(randomBytes(32));
    const written = drawn.toString('base64');
    addRootVersion(path, () => drawn);
    expect(linesNow()[1]).toBe(`v2:${written}`);
    expect(drawn.equals(Buffer.alloc(32))).toBe(true);
    expect(codeOf(() => addRootVersion(path, () => randomBytes(31)))).toBe('misuse');
  });

  test('loses versions, but never the one in use', () => {
    const [first, second, third] = made(key(), `v2:${key()}`, `v3:${key()}`);
    dropRootVersions(path, [2]);
    expect(linesNow()).toEqual([first, third, '']);
    expect(codeOf(() => dropRootVersions(path, [1, 3]))).toBe('misuse');
    expect(() => dropRootVersions(path, [3])).toThrow('The root key version in use is not to be destroyed.');
    dropRootVersions(path, [1, 2]);
    expect(linesNow()).toEqual([third, '']);
    expect(second).not.toBe(third);
    expect(['v12:x', 'x', 'v0:x', 'v2x', ''].map(versionOfLine)).toEqual([12, 1, 1, 1, 1]);
  });

  test('is replaced behind a link, and what an earlier attempt left is overwritten', () => {
    made(key());
    const link = join(path, '..', 'link');
    symlinkSync(path, link);
    writeFileSync(`${path}.next`, 'left over');
    expect(addRootVersion(link)).toBe(2);
    expect(linesNow()).toHaveLength(3);
    expect(existsSync(`${path}.next`)).toBe(false);
    expect(readdirSync(join(path, '..')).sort()).toEqual(['file', 'link']);
  });

  test('stays as it is where it cannot be changed', () => {
    const [line] = made(key());
    mkdirSync(join(`${path}.next`, 'in the way'), { recursive: true });
    expect(refusal(() => addRootVersion(path))).toMatch(
      new RegExp(`^The root key file ${path} cannot be changed \\([A-Z_]+\\)\\.$`),
    );
    expect(linesNow()).toEqual([line, '']);
  });

  test.runIf(process.getuid?.() === 0)('keeps its owner where root changes it', () => {
    for (const [uid, gid] of [
      [12_345, 0],
      [0, 23_456],
      [12_345, 23_456],
    ] as const) {
      made(key());
      chownSync(path, uid, gid);
      expect(addRootVersion(path)).toBe(2);
      const status = statSync(path);
      expect([status.uid, status.gid, status.mode & 0o777]).toEqual([uid, gid, 0o600]);
      rmSync(path);
    }
  });
});

describe('a signature', () => {
  const vault = openVault(newRoot());
  const { key } = vault.signer;
  const text = '{"kind":"checkpoint"';
  const signed = vault.signer.sign(text);
  const bytes = Buffer.from(text, 'latin1');

  test('is Ed25519, which anyone verifies', () => {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]);
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(verify(null, bytes, publicKey, Buffer.from(signed, 'base64'))).toBe(true);
    expect([key.length, signed.length]).toEqual([64, 88]);
    expect(isSignedBy(key, bytes, signed)).toBe(true);
    const wide = 'é';
    expect(isSignedBy(key, Buffer.from(wide, 'latin1'), vault.signer.sign(wide))).toBe(true);
  });

  test('is by one key, over one text, in one spelling', () => {
    const other = openVault(newRoot()).signer;
    expect(isSignedBy(other.key, bytes, signed)).toBe(false);
    expect(isSignedBy(key, Buffer.from(`${text} `), signed)).toBe(false);
    expect(isSignedBy(key, bytes, other.sign(text))).toBe(false);
    const spare = (last: string) => `${signed.slice(0, 85)}${last}==`;
    const spellings = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', spare);
    expect(spellings.filter((one) => isSignedBy(key, bytes, one))).toEqual([signed]);
    const wrong = [` ${signed}`, `${signed} `, signed.slice(0, -1), signed.slice(0, -2), '', `A${signed}`];
    for (const one of wrong) expect(isSignedBy(key, bytes, one)).toBe(false);
    for (const one of [key.toUpperCase(), ` ${key}`, `${key}0`, key.slice(1), ''])
      expect(isSignedBy(one, bytes, signed)).toBe(false);
  });

  test('of an older version of the root key is known by its key', () => {
    const [old, next] = [
      `v1:${randomBytes(32).toString('base64')}`,
      `v2:${randomBytes(32).toString('base64')}`,
    ];
    const before = openVault(rootKeyFromText(old, 'KEY').load());
    const after = openVault(rootKeyFromText(`${old}\n${next}`, 'KEY').load());
    expect(after.signer.key).not.toBe(before.signer.key);
    expect(after.signerOf(before.signer.key)?.sign(text)).toBe(before.signer.sign(text));
    expect(after.signerOf(after.signer.key)?.key).toBe(after.signer.key);
    expect(after.signerOf('0'.repeat(64))).toBeUndefined();
  });
});

describe('a MAC of a row', () => {
  const [one, two] = [1, 2].map((version) => `v${version}:${randomBytes(32).toString('base64')}`) as [
    string,
    string,
  ];
  const first = openVault(rootKeyFromText(one, 'KEY').load());
  const both = openVault(rootKeyFromText(`${one}\n${two}`, 'KEY').load());
  const mac = first.mac('event', ['a', 'bc']);

  test('names its version, and proves its use and its fields alone', () => {
    expect(mac).toMatch(/^1\.[A-Za-z0-9+/]{43}=$/);
    expect(both.mac('event', ['a', 'bc'])).toMatch(/^2\./);
    for (const vault of [first, both]) expect(vault.isMac('event', ['a', 'bc'], mac)).toBe(true);
    expect(first.mac('event', ['a', 'bc'])).toBe(mac);
    expect(first.isMac('event', ['ab', 'c'], mac)).toBe(false);
    expect(first.isMac('event', ['a', 'bc', ''], mac)).toBe(false);
    expect(first.isMac('journal row', ['a', 'bc'], mac)).toBe(false);
    expect(first.isMac('trail head', ['a', 'bc'], mac)).toBe(false);
    expect(openVault(newRoot()).isMac('event', ['a', 'bc'], mac)).toBe(false);
  });

  test('in another spelling proves nothing', () => {
    const wrong = [
      mac.slice(2),
      `0${mac}`,
      ` ${mac}`,
      `${mac}\n`,
      `${mac}=`,
      mac.slice(0, -1),
      mac.replace('.', ':'),
      `01${mac.slice(1)}`,
      '',
    ];
    for (const text of wrong) {
      expect(first.isMac('event', ['a', 'bc'], text)).toBe(false);
      expect(first.missingVersionOf(text)).toBeUndefined();
    }
  });

  test('of a version that is not loaded may be right, and the version is named', () => {
    const later = both.mac('event', ['a']);
    expect(first.isMac('event', ['a'], later)).toBe(false);
    expect([first.missingVersionOf(later), both.missingVersionOf(later)]).toEqual([2, undefined]);
    expect(first.missingVersionOf(mac)).toBeUndefined();
  });
});

describe('an error of the vault', () => {
  test('is about a record, or about the root key or a bug', () => {
    const codes = [
      'unreadable',
      'unknown_key_version',
      'unknown_root_version',
      'root_key',
      'misuse',
    ] as const;
    expect(codes.map((code) => isAboutRecord(new VaultError(code, 'x')))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(isAboutRecord(new Error('unreadable'))).toBe(false);
    const unknown = new UnknownKeyVersion(7, 'A record');
    expect([unknown.name, unknown.code, unknown.version, unknown.message]).toEqual([
      'UnknownKeyVersion',
      'unknown_key_version',
      7,
      'A record names key version 7, which is not loaded.',
    ]);
    expect(new VaultError('misuse', 'x').name).toBe('VaultError');
  });

  test('alone means that there is nothing to open', () => {
    expect(openedOrNothing(() => 7)).toBe(7);
    const fail = (error: Error) => () => {
      throw error;
    };
    expect(openedOrNothing(fail(new VaultError('unreadable', 'x')))).toBeUndefined();
    expect(() => openedOrNothing(fail(new Error('x')))).toThrow('x');
  });
});

test('scratch data is sealed on the disk, and only its own seal opens it', async () => {
  const content = Array.from({ length: 5 }, (_, index) => Buffer.alloc(1_000 + index, index));
  const gathered = async (chunks: AsyncIterable<Uint8Array>) => {
    const all: Uint8Array[] = [];
    for await (const chunk of chunks) all.push(chunk);
    return Buffer.concat(all);
  };
  async function* stream(chunks: readonly Buffer[]) {
    yield* chunks;
  }
  const seal = scratchSeal();
  const sealed = await gathered(seal.seal(stream(content)));
  const plain = Buffer.concat(content);
  expect(sealed).toHaveLength(plain.length);
  expect(sealed.includes(plain.subarray(1_100, 1_132))).toBe(false);
  expect((await gathered(seal.open(stream([sealed.subarray(0, 7), sealed.subarray(7)])))).equals(plain)).toBe(
    true,
  );
  expect((await gathered(scratchSeal().open(stream([sealed])))).equals(plain)).toBe(false);
});
