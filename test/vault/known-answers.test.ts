import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createSecretKey,
  hkdfSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt } from '../../src/vault/aead.ts';
import { hkdf } from '../../src/vault/derive.ts';
import { rootKeyFromText } from '../../src/vault/key-source.ts';
import { macKey, macTextOnce } from '../../src/vault/mac.ts';
import { openVault, type SealContext } from '../../src/vault/vault.ts';
import wycheproof from '../fixtures/wycheproof-aes-gcm.json' with { type: 'json' };

const hex = (text: string) => Buffer.from(text, 'hex');

describe('AES-256-GCM agrees with Wycheproof', () => {
  test.each(wycheproof.tests)('$tcId $comment $result', (vector) => {
    const key = createSecretKey(hex(vector.key));
    const opened = decrypt(key, hex(vector.iv), hex(vector.aad), hex(vector.ct), hex(vector.tag));
    if (vector.result === 'invalid') {
      expect(opened).toBeUndefined();
      return;
    }
    expect(opened?.toString('hex')).toBe(vector.msg);
    const sealed = encrypt(key, hex(vector.iv), hex(vector.aad), hex(vector.msg));
    expect(sealed.ciphertext.toString('hex')).toBe(vector.ct);
    expect(sealed.tag.toString('hex')).toBe(vector.tag);
  });

  test('the fixture holds both kinds', () => {
    const count = (result: string) => wycheproof.tests.filter((vector) => vector.result === result).length;
    expect([count('valid'), count('invalid')]).toEqual([19, 27]);
  });
});

const run = (from: number, to: number) =>
  Buffer.from(Array.from({ length: to - from + 1 }, (_, i) => from + i));

// RFC 5869, appendix A.1 to A.3.
const hkdfVectors = [
  {
    name: 'A.1',
    secret: Buffer.alloc(22, 0x0b),
    salt: run(0x00, 0x0c),
    info: run(0xf0, 0xf9),
    output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2',
    secret: run(0x00, 0x4f),
    salt: run(0x60, 0xaf),
    info: run(0xb0, 0xff),
    output:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
      '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71' +
      'cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3',
    secret: Buffer.alloc(22, 0x0b),
    salt: Buffer.alloc(0),
    info: Buffer.alloc(0),
    output: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

test.each(hkdfVectors)('HKDF-SHA256 agrees with RFC 5869 $name', ({ secret, salt, info, output }) => {
  expect(hkdf(secret, salt, info, output.length / 2).toString('hex')).toBe(output);
  expect(hkdf(createSecretKey(secret), salt, info, output.length / 2).toString('hex')).toBe(output);
});

// RFC 4231, sections 4.2 to 4.8; 4.6 truncates, which the vault never does.
const macVectors = [
  {
    name: '4.2',
    key: Buffer.alloc(20, 0x0b),
    message: Buffer.from('Hi There'),
    output: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    name: '4.3',
    key: Buffer.from('Jefe'),
    message: Buffer.from('what do ya want for nothing?'),
    output: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    name: '4.4',
    key: Buffer.alloc(20, 0xaa),
    message: Buffer.alloc(50, 0xdd),
    output: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    name: '4.5',
    key: run(0x01, 0x19),
    message: Buffer.alloc(50, 0xcd),
    output: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  {
    name: '4.7',
    key: Buffer.alloc(131, 0xaa),
    message: Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
    output: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
  {
    name: '4.8',
    key: Buffer.alloc(131, 0xaa),
    message: Buffer.from(
      'This is a test using a larger than block-size key and a larger than block-size data. ' +
        'The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    output: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  },
];

test.each(macVectors)('HMAC-SHA256 agrees with RFC 4231 $name', ({ key, message, output }) => {
  expect(macKey(Buffer.from(key)).mac(message).toString('hex')).toBe(output);
  expect(macTextOnce(createSecretKey(key), message)).toBe(hex(output).toString('base64'));
});

describe('HMAC-SHA256', () => {
  const random = Array.from({ length: 4 }, () => randomBytes(32));
  const keys = random.map((secret) => ({
    secret,
    kept: macKey(Buffer.from(secret)),
    once: createSecretKey(secret),
  }));

  test('agrees with the one of the library for every length, whatever keys come in between', () => {
    for (let length = 0; length < 6_000; length += length < 200 ? 1 : 61) {
      const message = randomBytes(length);
      for (const { secret, kept, once } of keys) {
        const expected = createHmac('sha256', secret).update(message).digest('base64');
        expect(kept.mac(message).toString('base64')).toBe(expected);
        expect(kept.macText(message)).toBe(expected);
        expect(macTextOnce(once, message)).toBe(expected);
      }
    }
  });

  test('wipes the bytes of its key, and shows none of them', () => {
    const secret = Buffer.alloc(32, 0x61);
    const shown = inspect(macKey(secret), { showHidden: true, depth: null });
    expect(secret.equals(Buffer.alloc(32))).toBe(true);
    expect(shown).not.toMatch(/Buffer|61|57|3d/);
  });
});

describe('the pads of a key', () => {
  /** Where an inner pad of a key of 32 bytes stands: its second half is the same for every key. */
  const padsIn = (memory: ArrayBufferLike) => Buffer.from(memory).indexOf(Buffer.alloc(32, 0x36));

  test('are not in the memory that short buffers share, whatever the length of the message', () => {
    const key = macKey(randomBytes(32));
    for (const length of [10, 1_500, 3_000, 5_000]) {
      key.macText(Buffer.alloc(length));
      expect(padsIn(Buffer.from('short').buffer), `${length} bytes`).toBe(-1);
    }
    // Planted: pads in that memory are found.
    const planted = Buffer.allocUnsafe(64).fill(0x36);
    expect(padsIn(planted.buffer)).toBeGreaterThanOrEqual(0);
    planted.fill(0);
  });
});

describe("records of today's format always open", () => {
  // These were not copied from a run: another program, on another library, built them from the written format.
  const brandId = '6f1c1bd1-0000-4000-8000-00000000000a';
  const recordId = '0c5d1f8e-0000-4000-8000-000000000001';
  const golden = {
    root: 'lIi8iIgGB3ZpIy9MtwPvOs5K7txHu6qrakstQCK8r94=',
    brand: 'AQAAAAG0BxGojHA5dW+4pzh7wxmghB4TPFDJ6KOPlk5Mqvlg8twGWp+kaI/9zolX9xzM5zq8MNGN3giOXXlnKC4=',
    index: 'AQAAAAEn6r4sD+WgNGyn4KFgqQINOUGPCpuHdf5TWMnLKubdwR+ooqayEUIwaEMeEre1FJdoIAwAcLZqaHnBPE8=',
    profile:
      'AQAAAAEErcD8dk9SjUM+v1tDP5HWVAg2Yhb61mwMz4A1IvTeeN+oU4wQ5JMS3PLq2KpGnf0VTIqMZaHHXKuKRG9DkFgLDovDedds1Q==',
    ssn: 'AQAAAAHAPf+jhTZnMgeiEoF6M1TgMzK2co7zYtMGINtoxKAjrk/Yayk=',
    event: 'AQAAAAFhLO9fqpvHpNW5vi/C/1BB/UjJB5Wspz7F17TCHlispKI=',
    document: 'AQAAAAHbEs8aiBhdEo2ZIuA3qtStHXyzNCGWCf8RIS3ypuVt',
    email: 'eb35275565db508525289a5502a94c2fb141e130282bb0f19840d157acc0aac9',
    proof: 'AQAAAAHmvNMrB7bH8g8nlo5R9N6hdxsWjeFhwP7yprGymHopjk2AUtia/dsI8hOlkR0s',
  };
  const profile = { purpose: 'profile', recordId, sealNumber: 7 } satisfies SealContext;
  const ssn = { purpose: 'ssn', recordId, sealNumber: 1 } satisfies SealContext;
  const event = { purpose: 'event', recordId, sealNumber: 0 } satisfies SealContext;
  const document = { purpose: 'document', recordId, sealNumber: 4294967295 } satisfies SealContext;
  const profileText = '{"first_name":"Ada","last_name":"L\\u00f6v"}';
  const wrapped = (['brand', 'index'] as const).map((kind) => {
    return { kind, version: 1, rootVersion: 1, wrapped: golden[kind] };
  });

  test('the same randomness seals to the same bytes', () => {
    const vault = openVault(rootKeyFromText(golden.root, 'ROOT_KEY').load(), { random: stream() });
    // The golden index key is one with the first forms, as older versions made it.
    const keys = [vault.newKey(brandId, 'brand', 1), vault.newKey(brandId, 'index', 1, 1)];
    expect(keys).toEqual(wrapped);
    const keyring = vault.keyring(brandId, keys);
    expect(keyring.seal(profile, profileText)).toBe(golden.profile);
    expect(keyring.seal(ssn, 'Löv ✓')).toBe(golden.ssn);
    expect(keyring.seal(event, 'a\ud800')).toBe(golden.event);
    expect(keyring.sealBytes(document, hex('00ff01')).toString('base64')).toBe(golden.document);
    expect(keyring.index('email', 'ada@example.com').toString('hex')).toBe(golden.email);
    expect(vault.proof()).toBe(golden.proof);
  });

  test('the golden records open', () => {
    const vault = openVault(rootKeyFromText(golden.root, 'ROOT_KEY').load());
    const keyring = vault.keyring(brandId, wrapped);
    expect(keyring.open(profile, golden.profile)).toBe(profileText);
    expect(keyring.open(ssn, golden.ssn)).toBe('Löv ✓');
    expect(keyring.open(event, golden.event)).toBe('a\ud800');
    expect(keyring.openBytes(document, Buffer.from(golden.document, 'base64')).toString('hex')).toBe(
      '00ff01',
    );
    expect(vault.provesRoot(golden.proof)).toBe(true);
  });

  /** SHA-256 of a counter, end to end: bytes that any language can repeat. */
  function stream(): (bytes: number) => Buffer {
    let counter = 0;
    let ready = Buffer.alloc(0);
    return (bytes) => {
      while (ready.length < bytes) {
        const block = Buffer.alloc(4);
        block.writeUInt32BE(counter++);
        ready = Buffer.concat([ready, createHash('sha256').update(block).digest()]);
      }
      const drawn = Buffer.from(ready.subarray(0, bytes));
      ready = ready.subarray(bytes);
      return drawn;
    };
  }
});

describe('keys are derived as the format says, here with nothing but HKDF, HMAC and AES', () => {
  const root = createHash('sha256').update('a root key').digest();
  const vault = () => openVault(rootKeyFromText(root.toString('base64'), 'ROOT_KEY').load());
  const u32 = (value: number) =>
    Buffer.from([value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 0xff));
  const parts = (...values: readonly (string | number)[]) =>
    Buffer.concat(
      values.flatMap((value) => {
        const bytes = typeof value === 'number' ? u32(value) : Buffer.from(value);
        return [u32(bytes.length), bytes];
      }),
    );
  const derived = (secret: Buffer, ...use: readonly string[]) =>
    Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), parts('clientele/1', ...use), 32));
  const hmac = (key: Buffer, message: Buffer) => createHmac('sha256', key).update(message).digest('base64');

  test.each(['journal row', 'trail head', 'event'] as const)('for the MAC of a %s', (use) => {
    const expected = hmac(derived(derived(root, 'root', 'mac'), use), parts('a', 'bc', ''));
    expect(vault().mac(use, ['a', 'bc', ''])).toBe(`1.${expected}`);
  });

  test('for the signature', () => {
    const der = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      derived(root, 'root', 'sign'),
    ]);
    const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    expect(vault().signer.sign('text')).toBe(sign(null, Buffer.from('text'), secret).toString('base64'));
  });

  test('for the key of a customer', () => {
    const drawn = Buffer.alloc(32, 5);
    const random = (bytes: number) => Buffer.alloc(bytes, 5);
    const opened = openVault(rootKeyFromText(root.toString('base64'), 'ROOT_KEY').load(), { random });
    const keyring = opened.keyring('brand', opened.newBrandKeys('brand'));
    const note: SealContext = { purpose: 'profile', recordId: 'note', sealNumber: 9 };
    const { key } = keyring.newCustomerKey(note);
    expect(key.digest('a', 'x')).toBe(hmac(drawn, parts('a', 'x')));
    const inner = Buffer.from(keyring.open(note, key.seal(note, 'text')), 'base64');
    expect(inner.subarray(0, 5).toString('hex')).toBe('0100000001');
    const cipher = createDecipheriv(
      'aes-256-gcm',
      derived(drawn, 'customer', 'brand'),
      inner.subarray(5, 17),
    );
    cipher.setAAD(parts(1, 'profile', 'brand', 'note', 9)).setAuthTag(inner.subarray(-16));
    expect(cipher.update(inner.subarray(17, -16)).toString() + cipher.final().toString()).toBe('text');
  });
});
