import { hash, type KeyObject } from 'node:crypto';

// HMAC-SHA256 at its full 32 bytes (RFC 2104), as two hashes: of the key's inner pad and the message, and of its outer pad
// and the first hash. A change makes many MACs of short texts. `createHmac` takes a third longer for each, and makes an
// object of the cryptographic library that the garbage collector has to release.
//
// A pad is as good as its key. So pads are in memory that nothing else shares, and are wiped when they are of no more use.

/** Bytes of a block of SHA-256. A key has as many, with zeros behind it. */
const BLOCK = 64;
const HASH = 32;

/** A key for MACs. Its bytes are in no property of it, and are wiped when nothing refers to it any more. */
export interface MacKey {
  /** 32 bytes. */
  mac(message: Buffer): Buffer;
  /** The same in base64. */
  macText(message: Buffer): string;
}

const wipedLater = new FinalizationRegistry<Buffer>((pads) => pads.fill(0));

/** The key of these bytes, which are wiped. */
export function macKey(secret: Buffer): MacKey {
  const pads = Buffer.allocUnsafeSlow(2 * BLOCK);
  writePads(pads, secret);
  secret.fill(0);
  const key: MacKey = {
    mac: (message) => Buffer.from(hmac(pads, message, 'binary'), 'binary'),
    macText: (message) => hmac(pads, message, 'base64'),
  };
  wipedLater.register(key, pads);
  return key;
}

// A customer's own key makes its MACs one after the other, in one turn of the event loop. Its pads are wiped after that.
const lastPads = Buffer.allocUnsafeSlow(2 * BLOCK);
let lastKey: KeyObject | undefined;
function forget(): void {
  lastPads.fill(0);
  lastKey = undefined;
}

/** The MAC under a key that is not kept, in base64. */
export function macTextOnce(key: KeyObject, message: Buffer): string {
  if (key !== lastKey) {
    const secret = key.export();
    writePads(lastPads, secret);
    secret.fill(0);
    if (lastKey === undefined) queueMicrotask(forget);
    lastKey = key;
  }
  return hmac(lastPads, message, 'base64');
}

/** The inner pad and the outer pad of a key. */
function writePads(pads: Buffer, secret: Buffer): void {
  const key = secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret;
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = key[at] ?? 0;
    pads[at] = 0x36 ^ byte;
    pads[BLOCK + at] = 0x5c ^ byte;
  }
}

/** Bytes of messages that are written in place. */
const USUAL = 4_096;
const inner = Buffer.allocUnsafeSlow(BLOCK + USUAL);
const outer = Buffer.allocUnsafeSlow(BLOCK + HASH);

/** Nothing waits in between, so one place for the blocks is enough. */
function hmac(pads: Buffer, message: Buffer, encoding: 'base64' | 'binary'): string {
  const length = BLOCK + message.length;
  const blocks = message.length > USUAL ? Buffer.allocUnsafeSlow(length) : inner;
  pads.copy(blocks, 0, 0, BLOCK);
  message.copy(blocks, BLOCK);
  pads.copy(outer, 0, BLOCK);
  outer.write(hash('sha256', blocks.subarray(0, length), 'binary'), BLOCK, 'binary');
  const made = hash('sha256', outer, encoding);
  blocks.fill(0, 0, length);
  outer.fill(0);
  return made;
}
