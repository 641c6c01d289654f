import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { nonces } from '../../src/vault/aead.ts';
import { keyFromBytes } from '../../src/vault/derive.ts';
import { rootKeyFromText } from '../../src/vault/key-source.ts';
import { openVault, UnknownKeyVersion } from '../../src/vault/vault.ts';
import { codeOf, newRoot, sealContext, withFlippedBit } from './samples.ts';

describe('keys have versions', () => {
  const vault = openVault(newRoot());
  const first = vault.newBrandKeys('brand-a');
  const second = [vault.newKey('brand-a', 'brand', 2), vault.newKey('brand-a', 'index', 2)];
  const before = vault.keyring('brand-a', first);
  const after = vault.keyring('brand-a', [...second, ...first]);

  test('a rotated keyring seals under the new key and opens what the old one sealed', () => {
    expect([before.sealVersion, before.indexVersion]).toEqual([1, 1]);
    expect([after.sealVersion, after.indexVersion]).toEqual([2, 2]);
    const old = before.seal(sealContext, 'old');
    expect(after.open(sealContext, old)).toBe('old');
    expect([after.versionOf(old), after.versionOf(after.seal(sealContext, 'new'))]).toEqual([1, 2]);
    expect([after.versionOf(''), after.versionOf('no record')]).toEqual([undefined, undefined]);
  });

  test('a keyring without a version reports which one', () => {
    const sealed = after.seal(sealContext, 'new');
    expect(() => before.open(sealContext, sealed)).toThrowError(UnknownKeyVersion);
    expect(() => before.open(sealContext, sealed)).toThrowError(expect.objectContaining({ version: 2 }));
    expect(() => before.indexAt(2, 'ssn', '1')).toThrowError(UnknownKeyVersion);
  });

  test('an index under an older key can still be computed', () => {
    expect(after.indexAt(1, 'ssn', '123456789')).toEqual(before.index('ssn', '123456789'));
    expect(after.index('ssn', '123456789')).not.toEqual(before.index('ssn', '123456789'));
    expect(after.indexAt(2, 'ssn', '123456789')).toEqual(after.index('ssn', '123456789'));
  });

  test('a new root version re-wraps every key and touches no record', () => {
    const [one, two] = [randomBytes(32).toString('base64'), `v2:${randomBytes(32).toString('base64')}`];
    const old = openVault(rootKeyFromText(one, 'ROOT_KEY').load());
    const both = openVault(rootKeyFromText(`${one}\n${two}`, 'ROOT_KEY').load());
    const last = openVault(rootKeyFromText(two, 'ROOT_KEY').load());
    expect([old.rootVersion, both.rootVersion, last.rootVersion]).toEqual([1, 2, 2]);
    const keys = old.newBrandKeys('brand-a');
    const sealed = old.keyring('brand-a', keys).seal(sealContext, 'kept');
    const rewrapped = keys.map((key) => both.rewrap('brand-a', key));
    expect(rewrapped.map((key) => key.rootVersion)).toEqual([2, 2]);
    expect(last.keyring('brand-a', rewrapped).open(sealContext, sealed)).toBe('kept');
    expect(both.keyring('brand-a', keys).open(sealContext, sealed)).toBe('kept');
    // The wrapped keys in an old backup are worth nothing once their root version is gone.
    expect(codeOf(() => last.keyring('brand-a', keys))).toBe('unknown_root_version');
    expect(codeOf(() => old.keyring('brand-a', rewrapped))).toBe('unknown_root_version');
  });

  test('a keyring needs a key of each kind, each version once', () => {
    expect(codeOf(() => vault.keyring('brand-a', []))).toBe('misuse');
    expect(codeOf(() => vault.keyring('brand-a', first.slice(0, 1)))).toBe('misuse');
    expect(codeOf(() => vault.keyring('brand-a', [...first, ...first]))).toBe('misuse');
    expect(codeOf(() => vault.keyring('brand-b', first))).toBe('unreadable');
  });
});

describe('another root key', () => {
  const [root, other] = [openVault(newRoot()), openVault(newRoot())];

  test('opens no brand', () => {
    expect(codeOf(() => other.keyring('brand-a', root.newBrandKeys('brand-a')))).toBe('unreadable');
  });

  test('is detected by the proof', () => {
    const proof = root.proof();
    expect(root.provesRoot(proof)).toBe(true);
    expect(root.proof()).not.toBe(proof);
    expect(other.provesRoot(proof)).toBe(false);
    const record = Buffer.from(proof, 'base64');
    for (let bit = 0; bit < record.length * 8; bit++) {
      expect(root.provesRoot(withFlippedBit(record, bit).toString('base64'))).toBe(false);
    }
    for (const text of ['', 'AQ==', 'no proof', `${proof}\n`]) expect(root.provesRoot(text)).toBe(false);
  });

  test('is not a wrapped key, and a wrapped key is not a proof', () => {
    const [key] = root.newBrandKeys('brand-a');
    expect(root.provesRoot(key?.wrapped ?? '')).toBe(false);
    expect(
      codeOf(() =>
        root.rewrap('brand-a', { kind: 'brand', version: 1, rootVersion: 1, wrapped: root.proof() }),
      ),
    ).toBe('unreadable');
  });

  test('cannot be forged', () => {
    expect(codeOf(() => openVault({ current: 1, versions: [1] }))).toBe('misuse');
  });
});

test('a wrapped key with any bit changed does not unwrap', () => {
  const vault = openVault(newRoot());
  const key = vault.newKey('brand-a', 'brand', 1);
  const record = Buffer.from(key.wrapped, 'base64');
  for (let bit = 0; bit < record.length * 8; bit++) {
    const wrapped = withFlippedBit(record, bit).toString('base64');
    expect(codeOf(() => vault.rewrap('brand-a', { ...key, wrapped }))).toBe('unreadable');
  }
  expect(codeOf(() => vault.rewrap('brand-a', { ...key, wrapped: `${key.wrapped}\n` }))).toBe('unreadable');
  expect(codeOf(() => vault.rewrap('brand-a', key))).toBe('opened');
});

describe('nonces', () => {
  test('do not repeat in 100,000 seals, over purposes and brands', () => {
    const vault = openVault(newRoot());
    const keyrings = ['brand-a', 'brand-b'].map((brand) => vault.keyring(brand, vault.newBrandKeys(brand)));
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      const sealed = keyrings[i % 2]?.sealBytes(
        i % 3 ? sealContext : { ...sealContext, purpose: 'ssn' },
        Buffer.alloc(0),
      );
      seen.add(sealed?.toString('latin1', 5, 17) ?? '');
    }
    expect(seen.size).toBe(100_000);
  });

  test('are used once each, and do not change when the pool is refilled', () => {
    let drawn = 0;
    const next = nonces((bytes) => {
      drawn += bytes;
      return randomBytes(bytes);
    });
    const views = Array.from({ length: 3000 }, next);
    const copies = views.map((nonce) => nonce.toString('hex'));
    for (let i = 0; i < 3000; i++) next();
    expect(views.map((nonce) => nonce.toString('hex'))).toEqual(copies);
    expect(new Set(copies).size).toBe(3000);
    expect(copies.every((nonce) => nonce.length === 24)).toBe(true);
    expect(drawn).toBeGreaterThanOrEqual(6000 * 12);
  });

  test('a random source that returns too few bytes is refused', () => {
    const vault = openVault(newRoot(), { random: () => Buffer.alloc(8) });
    expect(codeOf(() => vault.newBrandKeys('brand-a'))).toBe('misuse');
    expect(codeOf(() => vault.proof())).toBe('misuse');
  });
});

describe('no key is visible', () => {
  const rootBytes = randomBytes(32);
  const drawn: Buffer[] = [];
  const random = (bytes: number) => {
    const given = randomBytes(bytes);
    if (bytes === 32) drawn.push(Buffer.from(given));
    return given;
  };
  const root = rootKeyFromText(rootBytes.toString('base64'), 'ROOT_KEY').load();
  const vault = openVault(root, { random });
  const keys = vault.newBrandKeys('brand-a');
  const keyring = vault.keyring('brand-a', keys);
  keyring.seal(sealContext, 'text');
  keyring.index('ssn', '1');

  /** Every way in which a developer might print a thing without meaning to. */
  function printed(thing: unknown): string {
    const deep = {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      getters: true,
      maxArrayLength: null,
    } as const;
    return [JSON.stringify(thing), String(thing), inspect(thing), inspect(thing, deep)].join('\n');
  }

  function shows(text: string, key: Buffer): boolean {
    const spellings = [
      key.toString('base64').slice(0, 42),
      key.toString('base64url').slice(0, 42),
      key.toString('hex'),
      [...key].join(','),
      inspect(key).slice(8, 60),
      inspect(new Uint8Array(key)).replaceAll(/\s+/g, ' ').slice(17, 80),
    ];
    return spellings.some(
      (spelling) => text.replaceAll(/\s+/g, ' ').includes(spelling) || text.includes(spelling),
    );
  }

  test('in the root keys, the vault, a keyring or a wrapped key', () => {
    expect(drawn.length).toBe(2);
    for (const thing of [root, vault, keyring, keys]) {
      const text = printed(thing);
      for (const key of [rootBytes, ...drawn]) expect(shows(text, key)).toBe(false);
      expect(text).not.toContain('KeyObject');
    }
    expect(JSON.parse(JSON.stringify(keyring))).toEqual({
      brandId: 'brand-a',
      sealVersion: 1,
      indexVersion: 1,
      indexVersions: [1],
    });
    expect(JSON.parse(JSON.stringify(vault))).toMatchObject({ rootVersion: 1, rootVersions: [1] });
  });

  test('in an error', () => {
    for (const call of [
      () => keyring.open(sealContext, 'AAAA'),
      () => keyring.open({ ...sealContext, sealNumber: 9 }, keyring.seal(sealContext, 'a secret text')),
      () => vault.keyring('brand-b', keys),
    ]) {
      try {
        call();
        expect.fail('was not refused');
      } catch (error) {
        const text = printed(error);
        for (const key of [rootBytes, ...drawn]) expect(shows(text, key)).toBe(false);
        expect(text).not.toContain('a secret text');
        expect(text).not.toContain(keys[0]?.wrapped);
      }
    }
  });

  test('in memory that the vault has released', () => {
    const given: Buffer[] = [];
    const fresh = openVault(newRoot(), {
      random: (bytes) => {
        const buffer = randomBytes(bytes);
        if (bytes === 32) given.push(buffer);
        return buffer;
      },
    });
    fresh.newBrandKeys('brand-a');
    expect(given).toEqual([Buffer.alloc(32), Buffer.alloc(32)]);
    const bytes = randomBytes(32);
    const key = keyFromBytes(bytes);
    expect(bytes).toEqual(Buffer.alloc(32));
    expect(key.export()).not.toEqual(bytes);
  });

  test('the test finds a planted key', () => {
    const [key] = drawn;
    if (key === undefined) return expect.fail('no key was drawn');
    for (const leak of [
      { key },
      [key],
      { key: key.toString('hex') },
      key.toString('base64'),
      new Uint8Array(key),
    ])
      expect(shows(printed(leak), key)).toBe(true);
    return undefined;
  });
});
