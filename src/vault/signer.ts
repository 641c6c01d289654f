import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type RootKeys, rootSubkeys } from './key-source.ts';
import { VaultError } from './vault-error.ts';

/**
 * Signs text that others can verify without a secret: Ed25519 (RFC 8032). A public key has 32 bytes, as short as a
 * fingerprint, so its 64 hex digits also serve as its name.
 */
export interface Signer {
  /** The public key of the current root version. */
  readonly key: string;
  /** The signature over ASCII text, 64 bytes as 88 characters of base64. */
  sign(text: string): string;
}

// The fixed bytes that RFC 8410 puts around an Ed25519 seed and around a public key.
const SEED_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * A signer whose key is derived from the root key, so that it is not stored anywhere. Each root version has its own
 * key. The public key beside a signature verifies it, also for an older version.
 */
export function makeSigner(root: RootKeys): Signer {
  const seed = rootSubkeys(root, 'sign').get(root.current);
  if (seed === undefined) throw new VaultError('misuse', 'The current root version is not among the keys.');
  return signerFrom(seed);
}

/** The signers of all loaded root versions, by their public keys. */
export const signersOf = (root: RootKeys): ReadonlyMap<string, Signer> =>
  new Map([...rootSubkeys(root, 'sign').values()].map(signerFrom).map((signer) => [signer.key, signer]));

function signerFrom(seed: KeyObject): Signer {
  const { key, secret } = keyPair(seed);
  return Object.freeze({
    key,
    sign: (text: string) => sign(null, Buffer.from(text, 'latin1'), secret).toString('base64'),
  });
}

function keyPair(seed: KeyObject): { readonly secret: KeyObject; readonly key: string } {
  const bytes = seed.export();
  const der = Buffer.concat([SEED_HEAD, bytes]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  bytes.fill(0);
  der.fill(0);
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { secret, key: spki.subarray(PUBLIC_HEAD.length).toString('hex') };
}

const publicKey = /^[0-9a-f]{64}$/;
const signature = /^[A-Za-z0-9+/]{86}==$/;

/**
 * Whether a signature over these bytes is by this key. Only canonical base64 is accepted: Node's decoder ignores
 * spare bits, and an edited signature text would stay unnoticed.
 */
export function isSignedBy(key: string, text: Uint8Array, signed: string): boolean {
  if (!publicKey.test(key) || !signature.test(signed)) return false;
  const bytes = Buffer.from(signed, 'base64');
  if (bytes.toString('base64') !== signed) return false;
  const spki = Buffer.concat([PUBLIC_HEAD, Buffer.from(key, 'hex')]);
  return verify(null, text, createPublicKey({ key: spki, format: 'der', type: 'spki' }), bytes);
}
