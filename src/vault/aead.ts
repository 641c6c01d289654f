import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { VaultError } from './vault-error.ts';

// AES-256-GCM, only with 96-bit nonces and 128-bit tags (NIST SP 800-38D, sections 5.2.1 and 8.2).

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

const CIPHER = 'aes-256-gcm';
// By default Node accepts tags of four bytes, so the length is always set.
const OPTIONS = { authTagLength: TAG_BYTES } as const;

interface Encrypted {
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/**
 * Encrypts under a 256-bit key. The nonce must be new for the key: a repeated nonce allows forgery and reveals
 * plaintext.
 */
export function encrypt(key: KeyObject, nonce: Buffer, aad: Buffer, plain: Buffer): Encrypted {
  const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS);
  cipher.setAAD(aad);
  const ciphertext = cipher.update(plain);
  // GCM streams, so final() returns no bytes. It completes the tag.
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
}

/** The plaintext, or undefined if key, nonce, associated data, ciphertext and tag do not match. */
export function decrypt(
  key: KeyObject,
  nonce: Buffer,
  aad: Buffer,
  ciphertext: Buffer,
  tag: Buffer,
): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS);
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  const plain = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    // These bytes are not authentic, so they are wiped and not returned.
    plain.fill(0);
    return undefined;
  }
  return plain;
}

/** A source of randomness. The caller owns the returned buffers: the vault wipes those that it turns into keys. */
export type Random = (bytes: number) => Buffer;

// 682 nonces, a little under 8 KiB. Requesting 12 bytes at a time from the system takes longer than the encryption.
const POOLED_NONCES = 682;

/** A source of random 96-bit nonces. */
export const nonces = (random: Random): (() => Buffer) => pooled(random, NONCE_BYTES, POOLED_NONCES);

/**
 * A source of random bytes, drawn from a pool that is refilled when empty. Each part is a view into memory that is
 * handed out once and never written again but by its owner, who may wipe it.
 */
export function pooled(random: Random, bytes: number, count: number): () => Buffer {
  let pool: Buffer = Buffer.alloc(0);
  let next = 0;
  return () => {
    if (next === pool.length) {
      pool = randomBytesExactly(random, count * bytes);
      next = 0;
    }
    const part = pool.subarray(next, next + bytes);
    next += bytes;
    return part;
  };
}

/** Bytes from the given source. Throws `misuse` if it returns another number of bytes. */
export function randomBytesExactly(random: Random, bytes: number): Buffer {
  const drawn = random(bytes);
  if (drawn.length !== bytes)
    throw new VaultError('misuse', `The random source gave ${drawn.length} bytes for ${bytes}.`);
  return drawn;
}
