import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nonces } from '../../src/vault/aead.ts';
import { takeKey } from '../../src/vault/derive.ts';
import { bytesToText, fromBase64, textToBytes, tuple } from '../../src/vault/encoding.ts';
import { type RootKeys, rootKeyFromText } from '../../src/vault/key-source.ts';
import {
  type IndexKind,
  type Keyring,
  openVault,
  type SealContext,
  UnknownKeyVersion,
  VaultError,
} from '../../src/vault/vault.ts';

const newRoot = (): RootKeys => rootKeyFromText(randomBytes(32).toString('base64'), 'ROOT_KEY').load();
const place: SealContext = {
  purpose: 'profile',
  recordId: '7d2f6a4e-0000-4000-8000-000000000001',
  sealNumber: 3,
};

function newRing(): Keyring {
  const vault = openVault(newRoot());
  return vault.keyring('brand-a', vault.newBrandKeys('brand-a'));
}

/** The code of the VaultError that the call throws; 'opened' where it does not. */
function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof VaultError) return error.code;
    throw error;
  }
  return 'opened';
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

// Any sequence of UTF-16 code units, most of them ill-formed, beside proper text of every script.
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('\ud800', '\udc00', '\ufffd', '\u00ff', '\ufeff', 'a'))
    .map((units) => units.join('')),
);
const anyPlace = fc.record({
  purpose: fc.constantFrom<SealContext['purpose']>('profile', 'ssn', 'document', 'event', 'idempotency'),
  recordId: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 255 }),
  sealNumber: fc.integer({ min: 0, max: 0xffffffff }),
});

describe('what is sealed opens as it was', () => {
  const keyring = newRing();

  test('any text at any place', () => {
    fc.assert(
      fc.property(anyPlace, anyText, (at, text) => {
        expect(keyring.open(at, keyring.seal(at, text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes, and bytes do not pass for text', () => {
    fc.assert(
      fc.property(anyPlace, fc.uint8Array(), (at, bytes) => {
        expect(keyring.openBytes(at, keyring.sealBytes(at, Buffer.from(bytes))).equals(bytes)).toBe(true);
      }),
    );
    for (const bytes of ['ff', 'ff00', 'ff6100', 'c3', '61ff', 'eda080'])
      expect(
        codeOf(() =>
          keyring.open(place, keyring.sealBytes(place, Buffer.from(bytes, 'hex')).toString('base64')),
        ),
      ).toBe('unreadable');
  });

  test('texts short, long and around the pool sizes of buffers', () => {
    for (const length of [0, 1, 15, 16, 17, 4063, 4064, 4096, 8192, 70_000, 3_000_000]) {
      const text = 'ü'.repeat(length);
      expect(keyring.open(place, keyring.seal(place, text))).toBe(text);
    }
  });

  test('two seals of one text have nothing in common but the header', () => {
    const [one, two] = [keyring.seal(place, 'same'), keyring.seal(place, 'same')].map((sealed) =>
      Buffer.from(sealed, 'base64'),
    );
    expect(one?.subarray(0, 5)).toEqual(two?.subarray(0, 5));
    expect(one?.subarray(5)).not.toEqual(two?.subarray(5));
  });
});

describe('a sealed record with anything changed does not open', () => {
  const keyring = newRing();
  const sealed = keyring.seal(place, '{"first_name":"Ada"}');
  const record = Buffer.from(sealed, 'base64');
  const open = (text: string) => codeOf(() => keyring.open(place, text));

  test('any single bit', () => {
    const answers = Array.from({ length: record.length * 8 }, (_, bit) => {
      const changed = flipped(record, bit);
      return [open(changed.toString('base64')), codeOf(() => keyring.openBytes(place, changed))];
    });
    // A changed version asks for a key that is not there, everything else fails its tag or its format.
    const version = (bit: number) => bit >= 8 && bit < 40;
    expect(answers).toEqual(
      answers.map((_, bit) => Array(2).fill(version(bit) ? 'unknown_key_version' : 'unreadable')),
    );
  });

  test('any character of its base64, to any other reading of it', () => {
    // Node's decoder reads '-' as '+' and U+0141 as 'A', skips blanks, and drops the spare bits at the end.
    const others = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \n.\u0141'];
    let tried = 0;
    for (const text of ['', 'a', 'ab'].map((more) => keyring.seal(place, `{"first_name":"Ada"}${more}`))) {
      for (let at = 0; at < text.length; at++) {
        const lookalike = String.fromCharCode(text.charCodeAt(at) + 0x100);
        for (const other of [...others, lookalike]) {
          if (other === text[at]) continue;
          expect(open(text.slice(0, at) + other + text.slice(at + 1))).not.toBe('opened');
          tried++;
        }
      }
    }
    expect(tried).toBeGreaterThan(10_000);
  });

  test('cut short or made longer, by bytes or by characters', () => {
    for (let length = 0; length < record.length; length++) {
      expect(codeOf(() => keyring.openBytes(place, record.subarray(0, length)))).toBe('unreadable');
      expect(open(record.subarray(0, length).toString('base64'))).toBe('unreadable');
      expect(open(record.subarray(length + 1).toString('base64'))).not.toBe('opened');
    }
    for (let length = 0; length < sealed.length; length++)
      expect(open(sealed.slice(0, length))).toBe('unreadable');
    for (const more of ['=', ' ', '\n', 'A', 'AAAA', '\0']) {
      expect(open(sealed + more)).toBe('unreadable');
      expect(open(more + sealed)).toBe('unreadable');
    }
    expect(codeOf(() => keyring.openBytes(place, Buffer.concat([record, Buffer.alloc(1)])))).toBe(
      'unreadable',
    );
  });

  test('while the record itself still opens', () => {
    expect(keyring.open(place, sealed)).toBe('{"first_name":"Ada"}');
  });
});

describe('keys have versions', () => {
  const vault = openVault(newRoot());
  const first = vault.newBrandKeys('brand-a');
  const second = [vault.newKey('brand-a', 'brand', 2), vault.newKey('brand-a', 'index', 2)];
  const before = vault.keyring('brand-a', first);
  const after = vault.keyring('brand-a', [...second, ...first]);

  test('a rotated keyring seals under the new key and opens what the old one sealed', () => {
    expect([before.sealVersion, before.indexVersion]).toEqual([1, 1]);
    expect([after.sealVersion, after.indexVersion]).toEqual([2, 2]);
    const old = before.seal(place, 'old');
    expect(after.open(place, old)).toBe('old');
    expect([after.versionOf(old), after.versionOf(after.seal(place, 'new'))]).toEqual([1, 2]);
    expect([after.versionOf(''), after.versionOf('no record')]).toEqual([undefined, undefined]);
  });

  test('a keyring that has not heard of a version says which', () => {
    const sealed = after.seal(place, 'new');
    expect(() => before.open(place, sealed)).toThrowError(UnknownKeyVersion);
    expect(() => before.open(place, sealed)).toThrowError(expect.objectContaining({ version: 2 }));
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
    const sealed = old.keyring('brand-a', keys).seal(place, 'kept');
    const rewrapped = keys.map((key) => both.rewrap('brand-a', key));
    expect(rewrapped.map((key) => key.rootVersion)).toEqual([2, 2]);
    expect(last.keyring('brand-a', rewrapped).open(place, sealed)).toBe('kept');
    expect(both.keyring('brand-a', keys).open(place, sealed)).toBe('kept');
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

  test('is told apart by the proof', () => {
    const proof = root.proof();
    expect(root.provesRoot(proof)).toBe(true);
    expect(root.proof()).not.toBe(proof);
    expect(other.provesRoot(proof)).toBe(false);
    const record = Buffer.from(proof, 'base64');
    for (let bit = 0; bit < record.length * 8; bit++) {
      expect(root.provesRoot(flipped(record, bit).toString('base64'))).toBe(false);
    }
    for (const text of ['', 'AQ==', 'no proof', `${proof}\n`]) expect(root.provesRoot(text)).toBe(false);
  });

  test('is not a wrapped key, nor the other way about', () => {
    const [key] = root.newBrandKeys('brand-a');
    expect(root.provesRoot(key?.wrapped ?? '')).toBe(false);
    expect(
      codeOf(() =>
        root.rewrap('brand-a', { kind: 'brand', version: 1, rootVersion: 1, wrapped: root.proof() }),
      ),
    ).toBe('unreadable');
  });

  test('cannot be made up', () => {
    expect(codeOf(() => openVault({ current: 1, versions: [1] }))).toBe('misuse');
  });
});

test('a wrapped key with any bit changed does not unwrap', () => {
  const vault = openVault(newRoot());
  const key = vault.newKey('brand-a', 'brand', 1);
  const record = Buffer.from(key.wrapped, 'base64');
  for (let bit = 0; bit < record.length * 8; bit++) {
    const wrapped = flipped(record, bit).toString('base64');
    expect(codeOf(() => vault.rewrap('brand-a', { ...key, wrapped }))).toBe('unreadable');
  }
  expect(codeOf(() => vault.rewrap('brand-a', { ...key, wrapped: `${key.wrapped}\n` }))).toBe('unreadable');
  expect(codeOf(() => vault.rewrap('brand-a', key))).toBe('opened');
});

describe('a blind index', () => {
  const kinds: IndexKind[] = ['ssn', 'email', 'phone', 'name_dob', 'idempotency_key', 'fingerprint'];

  test('is 32 bytes, the same for the same value, and no other for another kind or brand', () => {
    const vault = openVault(newRoot());
    const keyrings = ['brand-a', 'brand-b'].map((brand) => vault.keyring(brand, vault.newBrandKeys(brand)));
    const indexes = keyrings.flatMap((keyring) => kinds.map((kind) => keyring.index(kind, '123456789')));
    expect(indexes.every((index) => index.length === 32)).toBe(true);
    expect(new Set(indexes.map((index) => index.toString('hex'))).size).toBe(indexes.length);
    expect(keyrings[0]?.index('ssn', '123456789')).toEqual(indexes[0]);
  });

  test('differs for any two different texts', () => {
    const keyring = newRing();
    fc.assert(
      fc.property(anyText, anyText, (one, two) => {
        expect(keyring.index('email', one).equals(keyring.index('email', two))).toBe(one === two);
      }),
      { numRuns: 2000 },
    );
    expect(keyring.index('email', '\ud800')).not.toEqual(keyring.index('email', '\ufffd'));
  });
});

describe('one value has one encoding', () => {
  test('tuples of different parts differ', () => {
    const parts = fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        expect(tuple(...one).equals(tuple(...two))).toBe(JSON.stringify(one) === JSON.stringify(two));
      }),
    );
    expect(tuple('ab', 'c')).not.toEqual(tuple('a', 'bc'));
    expect(tuple('a', 1).toString('hex')).toBe('00000001610000000400000001');
  });

  test('text and bytes translate into each other', () => {
    fc.assert(fc.property(anyText, (text) => bytesToText(textToBytes(text)) === text));
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = bytesToText(Buffer.from(bytes));
        return text === undefined || textToBytes(text).equals(bytes);
      }),
    );
    expect(bytesToText(Buffer.from('\ufffd'))).toBe('\ufffd');
  });

  test('base64 is read in its one canonical form', () => {
    expect(fromBase64('QQ==')).toEqual(Buffer.from('A'));
    for (const text of ['QR==', 'QQ', 'QQ=', 'Q Q==', 'QQ==\n', '-_-_', 'QQ==QQ==', '\u0151Q==', '='])
      expect(fromBase64(text)).toBeUndefined();
  });
});

describe('nonces', () => {
  test('do not repeat in 100,000 seals, over purposes and brands', () => {
    const vault = openVault(newRoot());
    const keyrings = ['brand-a', 'brand-b'].map((brand) => vault.keyring(brand, vault.newBrandKeys(brand)));
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) {
      const sealed = keyrings[i % 2]?.sealBytes(
        i % 3 ? place : { ...place, purpose: 'ssn' },
        Buffer.alloc(0),
      );
      seen.add(sealed?.toString('latin1', 5, 17) ?? '');
    }
    expect(seen.size).toBe(100_000);
  });

  test('are handed out once each, and stay as they were when the pool is refilled', () => {
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

  test('a random source that gives too little is refused', () => {
    const vault = openVault(newRoot(), { random: () => Buffer.alloc(8) });
    expect(codeOf(() => vault.newBrandKeys('brand-a'))).toBe('misuse');
    expect(codeOf(() => vault.proof())).toBe('misuse');
  });
});

describe('a place that cannot be told from another is refused', () => {
  const keyring = newRing();
  test.each<Partial<SealContext>>([
    { recordId: '' },
    { recordId: 'ü' },
    { recordId: '\ud800' },
    { recordId: 'x'.repeat(256) },
    { sealNumber: -1 },
    { sealNumber: 0.5 },
    { sealNumber: Number.NaN },
    { sealNumber: 2 ** 32 },
  ])('%o', (part) => {
    expect(codeOf(() => keyring.seal({ ...place, ...part }, 'text'))).toBe('misuse');
    expect(codeOf(() => keyring.open({ ...place, ...part }, keyring.seal(place, 'text')))).toBe('misuse');
    // A refused place must leave nothing behind in the associated data of the next one.
    expect(keyring.open(place, keyring.seal(place, 'text'))).toBe('text');
  });

  test('and so is a brand or a key version', () => {
    const vault = openVault(newRoot());
    for (const brand of ['', 'ü', 'x'.repeat(256)])
      expect(codeOf(() => vault.newBrandKeys(brand))).toBe('misuse');
    for (const version of [0, -1, 1.5, 2 ** 32])
      expect(codeOf(() => vault.newKey('a', 'brand', version))).toBe('misuse');
  });
});

describe('no key shows', () => {
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
  keyring.seal(place, 'text');
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
      () => keyring.open(place, 'AAAA'),
      () => keyring.open({ ...place, sealNumber: 9 }, keyring.seal(place, 'a secret text')),
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

  test('in memory that the vault is done with', () => {
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
    const key = takeKey(bytes);
    expect(bytes).toEqual(Buffer.alloc(32));
    expect(key.export()).not.toEqual(bytes);
  });

  test('and this test would notice one that did', () => {
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
