import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToText, fromBase64, textToBytes, tuple } from '../../src/vault/encoding.ts';
import { type IndexKind, openVault, type SealContext } from '../../src/vault/vault.ts';
import { codeOf, newKeyring, newRoot, sealContext, withFlippedBit } from './samples.ts';

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

describe('a sealed value opens unchanged', () => {
  const keyring = newKeyring();

  test('any text at any place', () => {
    fc.assert(
      fc.property(anyPlace, anyText, (at, text) => {
        expect(keyring.open(at, keyring.seal(at, text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes, and bytes do not open as text', () => {
    fc.assert(
      fc.property(anyPlace, fc.uint8Array(), (at, bytes) => {
        expect(keyring.openBytes(at, keyring.sealBytes(at, Buffer.from(bytes))).equals(bytes)).toBe(true);
      }),
    );
    for (const bytes of ['ff', 'ff00', 'ff6100', 'c3', '61ff', 'eda080'])
      expect(
        codeOf(() =>
          keyring.open(
            sealContext,
            keyring.sealBytes(sealContext, Buffer.from(bytes, 'hex')).toString('base64'),
          ),
        ),
      ).toBe('unreadable');
  });

  test('texts short, long and around the pool sizes of buffers', () => {
    for (const length of [0, 1, 15, 16, 17, 4063, 4064, 4096, 8192, 70_000, 3_000_000]) {
      const text = 'ü'.repeat(length);
      expect(keyring.open(sealContext, keyring.seal(sealContext, text))).toBe(text);
    }
  });

  test('two seals of one text share only the header', () => {
    const [one, two] = [keyring.seal(sealContext, 'same'), keyring.seal(sealContext, 'same')].map((sealed) =>
      Buffer.from(sealed, 'base64'),
    );
    expect(one?.subarray(0, 5)).toEqual(two?.subarray(0, 5));
    expect(one?.subarray(5)).not.toEqual(two?.subarray(5));
  });
});

describe('a sealed record with anything changed does not open', () => {
  const keyring = newKeyring();
  const sealed = keyring.seal(sealContext, '{"first_name":"Ada"}');
  const record = Buffer.from(sealed, 'base64');
  const open = (text: string) => codeOf(() => keyring.open(sealContext, text));

  test('any single bit', () => {
    const answers = Array.from({ length: record.length * 8 }, (_, bit) => {
      const changed = withFlippedBit(record, bit);
      return [open(changed.toString('base64')), codeOf(() => keyring.openBytes(sealContext, changed))];
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
    for (const text of ['', 'a', 'ab'].map((more) =>
      keyring.seal(sealContext, `{"first_name":"Ada"}${more}`),
    )) {
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
      expect(codeOf(() => keyring.openBytes(sealContext, record.subarray(0, length)))).toBe('unreadable');
      expect(open(record.subarray(0, length).toString('base64'))).toBe('unreadable');
      expect(open(record.subarray(length + 1).toString('base64'))).not.toBe('opened');
    }
    for (let length = 0; length < sealed.length; length++)
      expect(open(sealed.slice(0, length))).toBe('unreadable');
    for (const more of ['=', ' ', '\n', 'A', 'AAAA', '\0']) {
      expect(open(sealed + more)).toBe('unreadable');
      expect(open(more + sealed)).toBe('unreadable');
    }
    expect(codeOf(() => keyring.openBytes(sealContext, Buffer.concat([record, Buffer.alloc(1)])))).toBe(
      'unreadable',
    );
  });

  test('the unchanged record still opens', () => {
    expect(keyring.open(sealContext, sealed)).toBe('{"first_name":"Ada"}');
  });
});

describe('a blind index', () => {
  const kinds: IndexKind[] = ['ssn', 'email', 'phone', 'name_dob', 'idempotency_key', 'fingerprint'];

  test('has 32 bytes, is equal for equal values, and differs by kind and brand', () => {
    const vault = openVault(newRoot());
    const keyrings = ['brand-a', 'brand-b'].map((brand) => vault.keyring(brand, vault.newBrandKeys(brand)));
    const indexes = keyrings.flatMap((keyring) => kinds.map((kind) => keyring.index(kind, '123456789')));
    expect(indexes.every((index) => index.length === 32)).toBe(true);
    expect(new Set(indexes.map((index) => index.toString('hex'))).size).toBe(indexes.length);
    expect(keyrings[0]?.index('ssn', '123456789')).toEqual(indexes[0]);
  });

  test('differs for any two different texts', () => {
    const keyring = newKeyring();
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

  test('text and bytes convert into each other', () => {
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

describe('an ambiguous place is refused', () => {
  const keyring = newKeyring();
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
    expect(codeOf(() => keyring.seal({ ...sealContext, ...part }, 'text'))).toBe('misuse');
    expect(codeOf(() => keyring.open({ ...sealContext, ...part }, keyring.seal(sealContext, 'text')))).toBe(
      'misuse',
    );
    // A refused place must leave nothing behind in the associated data of the next one.
    expect(keyring.open(sealContext, keyring.seal(sealContext, 'text'))).toBe('text');
  });

  test('an invalid brand or key version is refused', () => {
    const vault = openVault(newRoot());
    for (const brand of ['', 'ü', 'x'.repeat(256)])
      expect(codeOf(() => vault.newBrandKeys(brand))).toBe('misuse');
    for (const version of [0, -1, 1.5, 2 ** 32])
      expect(codeOf(() => vault.newKey('a', 'brand', version))).toBe('misuse');
  });
});
