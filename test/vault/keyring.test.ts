import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newestIndexForm } from '../../src/domain/customers/index-forms.ts';
import { createRootKeyFile, rootKeyFromText } from '../../src/vault/key-source.ts';
import type { SealContext, WrappedKey } from '../../src/vault/vault.ts';
import { openVault, UnknownKeyVersion } from '../../src/vault/vault.ts';
import { refusal } from './refusal.ts';
import { codeOf, newKeyring, newRoot, sealContext } from './samples.ts';

/** What a keyring does with its versions, with bound values and with the keys of customers, and what it says. */

const saidBy = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'opened';
};
const root = newRoot();
const vault = openVault(root);
const place = `The profile record ${sealContext.recordId} of brand brand-a, seal 3, does not open.`;

describe('a keyring of several versions', () => {
  const brandKeys = [1, 3, 2].map((version) => vault.newKey('brand-a', 'brand', version));
  const indexKeys = [2, 10, 1].map((version) => vault.newKey('brand-a', 'index', version));
  const keyring = vault.keyring('brand-a', [...brandKeys, ...indexKeys]);

  test('seals and indexes under the newest, and lists them in order', () => {
    expect([keyring.brandId, keyring.sealVersion, keyring.indexVersion]).toEqual(['brand-a', 3, 10]);
    expect(keyring.indexVersions).toEqual([1, 2, 10]);
    expect(Object.isFrozen(keyring) && Object.isFrozen(keyring.indexVersions)).toBe(true);
    expect(keyring.versionOf(keyring.seal(sealContext, 'x'))).toBe(3);
    expect(keyring.index('ssn', 'x').equals(keyring.indexAt(10, 'ssn', 'x'))).toBe(true);
    expect(keyring.indexAt(1, 'ssn', 'x').equals(keyring.indexAt(2, 'ssn', 'x'))).toBe(false);
    expect(keyring.indexAt(1, 'ssn', 'x').equals(keyring.indexAt(1, 'email', 'x'))).toBe(false);
  });

  test('seals a record again under the newest, as text or as bytes, and nothing that does not open', () => {
    const first = vault.keyring('brand-a', [...brandKeys.slice(0, 1), ...indexKeys]);
    const text = first.seal(sealContext, 'text');
    const bytes = first.sealBytes(sealContext, Buffer.from('text'));
    const [again, moved] = [keyring.reseal(sealContext, text), keyring.reseal(sealContext, bytes)];
    expect([keyring.versionOf(text), keyring.versionOf(String(again))]).toEqual([1, 3]);
    expect(keyring.open(sealContext, String(again))).toBe('text');
    expect(Buffer.isBuffer(moved) && keyring.openBytes(sealContext, moved).toString()).toBe('text');
    expect(codeOf(() => keyring.reseal({ ...sealContext, sealNumber: 4 }, text))).toBe('unreadable');
    for (const damaged of ['', 'no base64!', text.slice(0, 8), 'AAAA'.repeat(20)])
      expect([keyring.versionOf(damaged), saidBy(() => keyring.open(sealContext, damaged))]).toEqual([
        undefined,
        place,
      ]);
  });

  test('names the version that it does not have', () => {
    const first = vault.keyring('brand-a', [...brandKeys.slice(0, 1), ...indexKeys.slice(2)]);
    const versionAndMessage = (call: () => unknown): unknown => {
      try {
        return call();
      } catch (error) {
        return error instanceof UnknownKeyVersion ? [error.version, error.message] : error;
      }
    };
    const missing = (what: string, version: number) => [
      version,
      `${what} of brand brand-a names key version ${version}, which is not loaded.`,
    ];
    const newer = keyring.seal(sealContext, 'x');
    expect(versionAndMessage(() => first.open(sealContext, newer))).toEqual(missing('A profile record', 3));
    expect(versionAndMessage(() => first.indexAt(2, 'ssn', 'x'))).toEqual(missing('A ssn index', 2));
    expect(versionAndMessage(() => first.indexFormAt(2))).toEqual(missing('An index', 2));
  });

  test('knows the forms of each index key, which the key itself is sealed with', () => {
    const old = vault.newKey('brand-a', 'index', 1, 1);
    const both = vault.keyring('brand-a', [...brandKeys, old, vault.newKey('brand-a', 'index', 2)]);
    expect([both.indexFormAt(1), both.indexFormAt(2)]).toEqual([1, newestIndexForm]);
    expect([old.indexForm, vault.newKey('brand-a', 'brand', 1).indexForm]).toEqual([undefined, undefined]);
    expect(vault.newKey('brand-a', 'index', 1).indexForm).toBe(newestIndexForm);
    // The copy beside the key decides nothing.
    const claimed = { ...old, indexForm: newestIndexForm };
    expect(vault.keyring('brand-a', [...brandKeys, claimed]).indexFormAt(1)).toBe(1);
    expect(vault.rewrap('brand-a', claimed).indexForm).toBeUndefined();
  });
});

describe('a bound value', () => {
  const keyring = newKeyring();
  const texts = [
    undefined,
    '',
    '[1]',
    'é'.repeat(512),
    'x'.repeat(1_023),
    'x'.repeat(1_024),
    'x'.repeat(1_025),
    'x'.repeat(5_000),
  ];
  const bound = (text: string | undefined, more: Partial<SealContext> = {}): SealContext => ({
    ...sealContext,
    ...more,
    bound: text,
  });

  test.each(texts)('%#: the record opens beside it, and beside no other', (text) => {
    const sealed = keyring.seal(bound(text), 'text');
    const respelled = text ? [`~${text.slice(1)}`, `${text.slice(0, -1)}~`] : [];
    for (const other of [...texts, `${text}x`, `${text}`.slice(0, -1), ...respelled])
      expect(codeOf(() => keyring.open(bound(other), sealed))).toBe(other === text ? 'opened' : 'unreadable');
  });

  test('leaves nothing behind for the next record, whatever the lengths of their ids', () => {
    const contexts = ['x', 'x'.repeat(255), 'record', 'recor'].flatMap((recordId) =>
      texts.map((text) => bound(text, { recordId, sealNumber: recordId.length })),
    );
    const sealed = contexts.map((context) => keyring.seal(context, context.recordId));
    const shuffled = contexts.map((context, index) => ({ context, index })).reverse();
    for (const { context, index } of shuffled)
      expect(keyring.open(context, sealed[index] ?? '')).toBe(context.recordId);
  });

  test('at the ends of what a place may be', () => {
    for (const sealNumber of [0, 1, 2 ** 32 - 1]) {
      const context = { ...sealContext, sealNumber };
      expect(keyring.open(context, keyring.seal(context, 'text'))).toBe('text');
    }
    const message = 'A record id is 1 to 255 ASCII characters.';
    expect(saidBy(() => keyring.seal({ ...sealContext, recordId: '' }, 'x'))).toBe(message);
    expect(saidBy(() => keyring.seal({ ...sealContext, sealNumber: -1 }, 'x'))).toBe(
      'A seal number is an integer from 0 to 4294967295.',
    );
  });
});

describe('the key of a customer', () => {
  const keyring = newKeyring();
  const { sealed, key } = keyring.newCustomerKey(sealContext);
  const opened = keyring.customerKey(sealContext, sealed);
  const note: SealContext = { ...sealContext, recordId: 'note', sealNumber: 1 };

  test('makes digests that only show equality, by name', () => {
    expect(key.digest('a', 'x')).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(opened.digest('a', 'x')).toBe(key.digest('a', 'x'));
    const all = [key.digest('a', 'x'), key.digest('b', 'x'), key.digest('a', 'y'), key.digest('ax', '')];
    expect(new Set(all).size).toBe(4);
    expect(keyring.newCustomerKey(sealContext).key.digest('a', 'x')).not.toBe(key.digest('a', 'x'));
  });

  test('seals under the brand’s key as well, and opens in its own place alone', () => {
    const text = key.seal(note, 'Grüße');
    expect(opened.open(note, text)).toBe('Grüße');
    expect(keyring.versionOf(text)).toBe(keyring.sealVersion);
    expect(keyring.open(note, text)).not.toContain('Grüße');
    for (const other of [{ recordId: 'other' }, { sealNumber: 2 }, { purpose: 'ssn' as const }])
      expect(codeOf(() => opened.open({ ...note, ...other }, text))).toBe('unreadable');
    const stranger = keyring.newCustomerKey(sealContext).key;
    const message = 'The profile record note of brand brand-a, seal 1, does not open.';
    expect(saidBy(() => stranger.open(note, text))).toBe(message);
    expect(saidBy(() => opened.open(note, keyring.seal(note, 'no record')))).toBe(message);
    expect(saidBy(() => opened.open(note, keyring.seal(note, Buffer.alloc(40).toString('base64'))))).toBe(
      message,
    );
    expect(codeOf(() => keyring.customerKey(note, sealed))).toBe('unreadable');
  });

  test('binds each part of the place within the brand’s seal, too', () => {
    const inner = keyring.open(note, key.seal(note, 'text'));
    for (const other of [{ recordId: 'other' }, { sealNumber: 2 }, { purpose: 'ssn' as const }]) {
      const place = { ...note, ...other };
      expect(codeOf(() => opened.open(place, keyring.seal(place, inner)))).toBe('unreadable');
    }
    expect(opened.open(note, keyring.seal(note, inner))).toBe('text');
  });
});

describe('the vault says', () => {
  const [brand, index] = vault.newBrandKeys('brand-a') as [WrappedKey, WrappedKey];

  test('what is wrong with the keys of a brand', () => {
    const of = (...keys: readonly WrappedKey[]) => saidBy(() => vault.keyring('brand-a', keys));
    expect(of()).toBe('Brand brand-a was given no brand key.');
    expect(of(brand)).toBe('Brand brand-a was given no index key.');
    expect(of(brand, brand, index)).toBe('Brand brand-a has the brand key version 1 twice.');
    expect(of(brand, { ...index, version: 2 })).toBe(
      'The index key of brand brand-a, version 2, does not open.',
    );
    expect(of({ ...brand, rootVersion: 7 }, index)).toBe(
      'The brand key of brand brand-a, version 1, is under root key version 7, which is not loaded.',
    );
    expect(codeOf(() => vault.keyring('brand-a', [{ ...brand, rootVersion: 7 }, index]))).toBe(
      'unknown_root_version',
    );
    expect(of({ ...brand, kind: 'index' }, { ...index, kind: 'brand' })).toMatch(/does not open/);
    expect(of({ ...brand, wrapped: 'x' }, index)).toMatch(/does not open/);
    expect([brand.kind, brand.version, brand.rootVersion]).toEqual(['brand', 1, 1]);
    expect([index.kind, index.version, vault.rootVersion, vault.rootVersions]).toEqual(['index', 1, 1, [1]]);
  });

  test('what is wrong with an id, a version or a source of randomness', () => {
    expect(saidBy(() => vault.newBrandKeys(''))).toBe('A brand id is 1 to 255 ASCII characters.');
    expect(saidBy(() => vault.newKey('a', 'brand', 0))).toBe(
      'A key version is an integer from 1 to 4294967295.',
    );
    const short = openVault(root, { random: (bytes) => Buffer.alloc(bytes - 1) });
    expect(saidBy(() => short.newKey('a', 'brand', 1))).toBe('The random source gave 31 bytes for 32.');
    expect(saidBy(() => openVault({ current: 1, versions: [1] }))).toBe('Root keys come from a key source.');
    expect(codeOf(() => vault.newKey('x'.repeat(255), 'brand', 2 ** 32 - 1))).toBe('opened');
  });

  test('what is wrong with a root key in the environment, and never its text', () => {
    const remedy = 'Make one with: openssl rand -base64 32';
    const good = randomBytes(32).toString('base64');
    const said = (text: string) => refusal(() => rootKeyFromText(text, 'KEY').load());
    const bytes = (make: (index: number) => number) =>
      Buffer.from(Array.from({ length: 32 }, (_, index) => make(index) & 0xff)).toString('base64');
    const first = 'The root key in KEY, version 1,';
    const placeholder = `${first} is a placeholder, not a random key. ${remedy}`;
    const repeats = `${first} repeats itself too much to be random. ${remedy}`;
    const spells = `${first} spells text, so it was not drawn at random. ${remedy}`;
    expect(said(' \n')).toBe(`The root key in KEY is empty. ${remedy}`);
    expect(said('x')).toBe(`${first} is not 32 bytes in base64 or hex. ${remedy}`);
    expect(said(`${good}\nv12:x`)).toBe(
      `The root key in KEY, version 12, is not 32 bytes in base64 or hex. ${remedy}`,
    );
    expect(said(`${good} v1:${good}`)).toBe('The root key in KEY has version 1 twice.');
    for (const step of [0, 1, 3, 255]) expect(said(bytes((index) => 200 + index * step))).toBe(placeholder);
    // Fifteen different bytes are too few, sixteen may be chance.
    expect(said(bytes((index) => ((index * 7) % 15) * 17))).toBe(repeats);
    expect(
      rootKeyFromText(
        bytes((index) => ((index * 7) % 16) * 15),
        'KEY',
      ).load().current,
    ).toBe(1);
    expect(said(bytes((index) => 0x20 + ((index * 37) % 95)))).toBe(spells);
    expect(said(Buffer.from('~ quick brown fox jumps over 0 z').toString('base64'))).toBe(spells);
    for (const odd of [0x1f, 0x7f]) {
      const text = bytes((index) => (index === 9 ? odd : 0x20 + ((index * 37) % 95)));
      expect(rootKeyFromText(text, 'KEY').load().current).toBe(1);
    }
  });

  test('what keeps a file of a root key from being made', () => {
    const nowhere = '/nowhere/root.key';
    expect(refusal(() => createRootKeyFile(nowhere))).toBe(
      `The root key file ${nowhere} cannot be made (ENOENT).`,
    );
  });
});
