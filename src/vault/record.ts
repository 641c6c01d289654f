import type { KeyObject } from 'node:crypto';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aead.ts';

// The format of every sealed record, wrapped key and root proof: format and cipher (1 byte) | key version (u32, big
// endian) | nonce (12) | ciphertext | tag (16)

/** Format 1, AES-256-GCM. A new format or cipher gets a new number. */
export const FORMAT = 0x01;

const VERSION_AT = 1;
const NONCE_AT = VERSION_AT + 4;
const BODY_AT = NONCE_AT + NONCE_BYTES;

/** Seals bytes under the given key and writes its version into the header. */
export function sealRecord(
  key: KeyObject,
  version: number,
  nonce: Buffer,
  aad: Buffer,
  plain: Buffer,
): Buffer {
  const { ciphertext, tag } = encrypt(key, nonce, aad, plain);
  const record = Buffer.allocUnsafe(BODY_AT + ciphertext.length + TAG_BYTES);
  record[0] = FORMAT;
  record.writeUInt32BE(version, VERSION_AT);
  record.set(nonce, NONCE_AT);
  record.set(ciphertext, BODY_AT);
  record.set(tag, BODY_AT + ciphertext.length);
  return record;
}

/** The key version that a record names; undefined for bytes that are not a record. It is not authenticated. */
export function recordVersion(record: Buffer): number | undefined {
  if (record.length < BODY_AT + TAG_BYTES || record[0] !== FORMAT) return undefined;
  return record.readUInt32BE(VERSION_AT);
}

/** Opens a record that `recordVersion` has recognised; undefined if the tag is not valid. */
export function openRecord(key: KeyObject, aad: Buffer, record: Buffer): Buffer | undefined {
  const tagAt = record.length - TAG_BYTES;
  const nonce = record.subarray(NONCE_AT, BODY_AT);
  return decrypt(key, nonce, aad, record.subarray(BODY_AT, tagAt), record.subarray(tagAt));
}
