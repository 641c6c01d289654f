import { createSecretKey, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Purpose, SealContext, WrappedKey } from '../../src/vault/vault.ts';

// Every record is tried at every other record's place. The harness is only worth something if it can fail, so
// the same matrix then runs over a vault with planted faults and has to find exactly those.

const dimensions = ['brand', 'record', 'purpose', 'version', 'seal'] as const;
type Dimension = (typeof dimensions)[number];
type RecordContext = { brand: string; place: SealContext; version: number };

const purposes: readonly Purpose[] = ['profile', 'ssn', 'document', 'event', 'idempotency'];
const contexts: readonly RecordContext[] = ['brand-a', 'brand-b'].flatMap((brand) =>
  ['record-1', 'record-2'].flatMap((recordId) =>
    purposes.flatMap((purpose) =>
      [1, 2].flatMap((version) =>
        [1, 2].map((sealNumber) => ({ brand, version, place: { purpose, recordId, sealNumber } })),
      ),
    ),
  ),
);

function differing(a: RecordContext, b: RecordContext): Dimension[] {
  const same: Record<Dimension, boolean> = {
    brand: a.brand === b.brand,
    record: a.place.recordId === b.place.recordId,
    purpose: a.place.purpose === b.place.purpose,
    version: a.version === b.version,
    seal: a.place.sealNumber === b.place.sealNumber,
  };
  return dimensions.filter((dimension) => !same[dimension]);
}

/** Every non-empty combination of the given dimensions, as the matrix names them. */
function combinations(of: readonly Dimension[]): string[] {
  const all: Dimension[][] = [[]];
  for (const one of of) all.push(...all.map((set) => [...set, one]));
  return all.filter((set) => set.length > 0).map((set) => set.join('+'));
}

/** Seals at every context and opens at every context; the moves that opened, and how much was tried. */
async function tryAllSwaps(): Promise<{ breaches: string[]; refused: number; opened: number }> {
  vi.resetModules();
  const { openVault, VaultError } = await import('../../src/vault/vault.ts');
  const { rootKeyFromText } = await import('../../src/vault/key-source.ts');
  const vault = openVault(rootKeyFromText(randomBytes(32).toString('hex'), 'ROOT_KEY').load());
  const keyrings = new Map(
    ['brand-a', 'brand-b'].map((brand) => {
      const first = vault.newBrandKeys(brand);
      const both = [...first, vault.newKey(brand, 'brand', 2)];
      return [brand, [undefined, vault.keyring(brand, first), vault.keyring(brand, both)]];
    }),
  );
  const sealed = contexts.map((context) => {
    const keyring = keyrings.get(context.brand)?.[context.version];
    if (keyring === undefined) throw new Error('no keyring');
    return keyring.seal(context.place, `text of ${JSON.stringify(context)}`);
  });
  const breaches = new Set<string>();
  let refused = 0;
  let opened = 0;
  contexts.forEach((from, i) => {
    for (const to of contexts) {
      const moved = Buffer.from(sealed[i] ?? '', 'base64');
      // The version is the one coordinate that a record carries: moving it means rewriting its header.
      moved.writeUInt32BE(to.version, 1);
      try {
        const text = keyrings.get(to.brand)?.[2]?.open(to.place, moved.toString('base64'));
        if (from === to && text === `text of ${JSON.stringify(from)}`) opened++;
        else breaches.add(differing(from, to).join('+'));
      } catch (error) {
        if (!(error instanceof VaultError) || error.code !== 'unreadable') throw error;
        refused++;
      }
    }
  });
  return { breaches: [...breaches].sort(), refused, opened };
}

afterEach(() => {
  vi.doUnmock('../../src/vault/aead.ts');
  vi.doUnmock('../../src/vault/derive.ts');
  vi.resetModules();
});

test('a record opens only in its own place', async () => {
  const { breaches, refused, opened } = await tryAllSwaps();
  expect(breaches).toEqual([]);
  expect(opened).toBe(contexts.length);
  expect(refused).toBe(contexts.length * (contexts.length - 1));
});

describe('the matrix detects a planted fault', () => {
  test('associated data ignored: records and seals swap, the rest is held by the keys', async () => {
    plantAssociatedData(() => Buffer.alloc(0));
    expect((await tryAllSwaps()).breaches).toEqual(combinations(['record', 'seal']).sort());
  });

  test('associated data ignored and one key for all: everything swaps', async () => {
    plantAssociatedData(() => Buffer.alloc(0));
    plantOneKey();
    expect((await tryAllSwaps()).breaches).toEqual(combinations(dimensions).sort());
  });

  test('one key for all: nothing swaps, the associated data holds', async () => {
    plantOneKey();
    expect((await tryAllSwaps()).breaches).toEqual([]);
  });

  test.each([
    { part: 1, dimension: 'purpose' },
    { part: 2, dimension: 'brand' },
    { part: 3, dimension: 'record' },
    { part: 4, dimension: 'version' },
    { part: 5, dimension: 'seal' },
  ])(
    'one key for all and no $dimension in the associated data: that swaps, alone',
    async ({ part, dimension }) => {
      plantAssociatedData((aad) => without(part, aad));
      plantOneKey();
      expect((await tryAllSwaps()).breaches).toEqual([dimension]);
    },
  );

  function plantAssociatedData(weaken: (aad: Buffer) => Buffer): void {
    vi.doMock('../../src/vault/aead.ts', async (original) => {
      const real = await original<typeof import('../../src/vault/aead.ts')>();
      return {
        ...real,
        encrypt: ((key, nonce, aad, plain) =>
          real.encrypt(key, nonce, weaken(aad), plain)) satisfies typeof real.encrypt,
        decrypt: ((key, nonce, aad, ciphertext, tag) =>
          real.decrypt(key, nonce, weaken(aad), ciphertext, tag)) satisfies typeof real.decrypt,
      };
    });
  }

  function plantOneKey(): void {
    const one = createSecretKey(randomBytes(32));
    vi.doMock('../../src/vault/derive.ts', async (original) => {
      const real = await original<typeof import('../../src/vault/derive.ts')>();
      return { ...real, deriveKey: (() => one) satisfies typeof real.deriveKey };
    });
  }

  /** The length-prefixed tuple without one of its parts. */
  function without(part: number, aad: Buffer): Buffer {
    const parts: Buffer[] = [];
    for (let at = 0; at < aad.length; ) {
      const end = at + 4 + aad.readUInt32BE(at);
      parts.push(aad.subarray(at, end));
      at = end;
    }
    return Buffer.concat(parts.filter((_, i) => i !== part));
  }
});

test('a wrapped key unwraps only as itself', async () => {
  const { openVault, VaultError } = await import('../../src/vault/vault.ts');
  const { rootKeyFromText } = await import('../../src/vault/key-source.ts');
  const line = randomBytes(32).toString('base64');
  const older = openVault(rootKeyFromText(line, 'ROOT_KEY').load());
  const newer = openVault(
    rootKeyFromText(`${line}\nv2:${randomBytes(32).toString('hex')}`, 'ROOT_KEY').load(),
  );
  const keys = ['brand-a', 'brand-b'].flatMap((brand) =>
    (['brand', 'index'] as const).flatMap((kind) =>
      [1, 2].flatMap((version) =>
        [older, newer].map((vault) => ({ brand, key: vault.newKey(brand, kind, version) })),
      ),
    ),
  );
  let refused = 0;
  for (const [i, real] of keys.entries()) {
    for (const [j, claimed] of keys.entries()) {
      const bytes = Buffer.from(real.key.wrapped, 'base64');
      const moved: WrappedKey = { ...claimed.key, wrapped: real.key.wrapped };
      bytes.writeUInt32BE(claimed.key.rootVersion, 1);
      const forged: WrappedKey = { ...claimed.key, wrapped: bytes.toString('base64') };
      for (const key of [moved, forged]) {
        if (i === j) {
          expect(newer.rewrap(claimed.brand, key)).toMatchObject({ kind: key.kind, version: key.version });
          continue;
        }
        try {
          newer.rewrap(claimed.brand, key);
          expect.fail(`${JSON.stringify(real)} unwrapped as ${JSON.stringify(claimed)}`);
        } catch (error) {
          if (!(error instanceof VaultError) || error.code !== 'unreadable') throw error;
          refused++;
        }
      }
    }
  }
  expect(refused).toBe(2 * 16 * 15);
});
