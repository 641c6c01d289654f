import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { tuple } from './encoding.ts';
import { type MacKey, macKey } from './mac.ts';

export const KEY_BYTES = 32;

/** HKDF-SHA256, extract and expand (RFC 5869). `bytes` of output; `info` of at most 1024 bytes. */
export function hkdf(secret: Buffer | KeyObject, salt: Buffer, info: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
}

const NO_SALT = Buffer.alloc(0);

/**
 * A 256-bit key for one named use. It needs no salt, because the secrets are uniformly random (RFC 5869 section
 * 3.1).
 */
export function deriveKey(secret: KeyObject, ...use: readonly string[]): KeyObject {
  return keyFromBytes(hkdf(secret, NO_SALT, tuple('clientele/1', ...use), KEY_BYTES));
}

/** The bytes as a key object. It wipes the bytes, so the key has no printable form afterwards. */
export function keyFromBytes(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

/** The same key for MACs alone. */
export const deriveMacKey = (secret: KeyObject, ...use: readonly string[]): MacKey =>
  macKey(hkdf(secret, NO_SALT, tuple('clientele/1', ...use), KEY_BYTES));
