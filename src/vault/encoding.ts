import { VaultError } from './vault-error.ts';

// Every encoding here is injective: two different values never have the same bytes, and a value has only one
// encoding.

/** The longest brand or record id, in characters and in bytes. */
export const LONGEST_ID = 255;

/** Refuses a brand or record id that is not 1 to 255 ASCII characters. Throws `misuse`. */
export function checkId(what: string, id: string): void {
  // Only ASCII has one byte per character, so ids cannot collide in UTF-8 and their length is known.
  if (id.length === 0 || id.length > LONGEST_ID || Buffer.byteLength(id) !== id.length)
    throw new VaultError('misuse', `A ${what} is 1 to ${LONGEST_ID} ASCII characters.`);
}

/** Checks for an integer from `least` to 2^32-1, which four bytes can hold. Throws `misuse`. */
export function checkUint32(what: string, value: number, least: 0 | 1): void {
  if (value >>> 0 !== value || value < least)
    throw new VaultError('misuse', `A ${what} is an integer from ${least} to 4294967295.`);
}

/**
 * The parts as one string of bytes. Each part follows its length (u32, big endian); numbers are u32 big endian.
 * Without the lengths, ('ab', 'c') and ('a', 'bc') would have the same encoding.
 */
export function tuple(...parts: readonly (string | number)[]): Buffer {
  let length = 0;
  for (const part of parts) length += 4 + (typeof part === 'number' ? 4 : Buffer.byteLength(part));
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    const body =
      typeof part === 'number' ? bytes.writeUInt32BE(part, at + 4) - at - 4 : bytes.write(part, at + 4);
    bytes.writeUInt32BE(body, at);
    at += 4 + body;
  }
  return bytes;
}

/**
 * The bytes of canonical base64 (RFC 4648 section 4, padded), or undefined for any other text. Node's decoder skips
 * unknown characters, reads `-` as `+` and ignores spare bits. Comparing the re-encoded bytes detects all of these.
 */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const UTF16_MARK = 0xff;

/**
 * Text as bytes: UTF-8. If a lone surrogate makes that lossy, the byte 0xff (which UTF-8 never has) and then
 * UTF-16LE. Every JavaScript string therefore has its own bytes.
 */
export function textToBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  // As many bytes as code units means ASCII, which needs no further check.
  if (bytes.length === text.length || !/\p{Surrogate}/u.test(text)) return bytes;
  return Buffer.concat([Buffer.from([UTF16_MARK]), Buffer.from(text, 'utf16le')]);
}

/** The inverse of `textToBytes`; undefined for bytes that no text encodes to. */
export function bytesToText(bytes: Buffer): string | undefined {
  const text = bytes[0] === UTF16_MARK ? bytes.toString('utf16le', 1) : bytes.toString('utf8');
  // The decoder writes U+FFFD for invalid bytes. Only then, or after the mark, is a second check needed.
  const doubtful = bytes[0] === UTF16_MARK || text.includes('\ufffd');
  return doubtful && !textToBytes(text).equals(bytes) ? undefined : text;
}
