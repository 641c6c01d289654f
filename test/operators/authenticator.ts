import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { BrandClient } from '../world.ts';

/** An authenticator in software: real keys and real signatures, and every wrong answer that a test asks for. */
export interface Authenticator {
  readonly id: string;
  /** How often it has signed. A test turns it back to play a copy. */
  counter: number;
  /** What `navigator.credentials.create` would answer. */
  attest(challenge: Challenge, wrong?: Wrong): Attested;
  /** What `navigator.credentials.get` would answer. */
  assert(challenge: Challenge, wrong?: Wrong): Asserted;
}

export interface Challenge {
  readonly challenge: string;
  readonly host: string;
  readonly origin: string;
}

/** What differs from an answer as it has to be. */
export interface Wrong {
  readonly origin?: string;
  readonly host?: string;
  readonly type?: string;
  readonly isVerified?: boolean;
  readonly id?: string;
  /** Signs with another key than the registered one. */
  readonly withOtherKey?: boolean;
}

interface Attested {
  readonly id: string;
  readonly client_data: string;
  readonly attestation: string;
  readonly transports: readonly ['internal'];
}
interface Asserted {
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly signature: string;
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export function newAuthenticator({ counts = true }: { readonly counts?: boolean } = {}): Authenticator {
  const keys = newKeys();
  const credential = randomBytes(16);
  const id = credential.toString('base64url');
  const count = (authenticator: Authenticator) => {
    if (counts) authenticator.counter += 1;
    return authenticator.counter;
  };
  return {
    id,
    counter: 0,
    attest(challenge, wrong = {}) {
      const attested = Buffer.concat([
        Buffer.alloc(16),
        Buffer.from([0, credential.length]),
        credential,
        coseKey(keys.publicKey),
      ]);
      const data = authenticatorData(challenge, { counter: count(this), attested, ...wrong });
      return {
        id: wrong.id ?? id,
        client_data: clientData('webauthn.create', challenge, wrong).toString('base64url'),
        attestation: attestationObject(data).toString('base64url'),
        transports: ['internal'],
      };
    },
    assert(challenge, wrong = {}) {
      const data = authenticatorData(challenge, { counter: count(this), ...wrong });
      const client = clientData('webauthn.get', challenge, wrong);
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
      const { privateKey } = wrong.withOtherKey ? newKeys() : keys;
      return {
        id: wrong.id ?? id,
        client_data: client.toString('base64url'),
        authenticator_data: data.toString('base64url'),
        signature: sign('sha256', signed, privateKey).toString('base64url'),
      };
    },
  };
}

function clientData(type: string, { challenge, origin }: Challenge, wrong: Wrong): Buffer {
  const data = { type: wrong.type ?? type, challenge, origin: wrong.origin ?? origin, crossOrigin: false };
  return Buffer.from(JSON.stringify(data));
}

/** WebAuthn level 3, section 6.1: the hash of the RP ID, the flags, the counter, and the new credential. */
function authenticatorData(
  { host }: Challenge,
  { counter, attested, ...wrong }: Wrong & { readonly counter: number; readonly attested?: Buffer },
): Buffer {
  const flags = 0x01 | (wrong.isVerified === false ? 0 : 0x04) | (attested ? 0x40 : 0);
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(counter, 1);
  const hash = createHash('sha256')
    .update(wrong.host ?? host)
    .digest();
  return Buffer.concat([hash, head, attested ?? Buffer.alloc(0)]);
}

// The little of CBOR (RFC 8949) that an attestation takes.
const cborBytes = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 255]),
    bytes,
  ]);
const cborText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);

/** A key of P-256 for ES256 (RFC 9052 section 7). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]);
  const point = (label: number, part: string) =>
    Buffer.concat([Buffer.from([label]), cborBytes(Buffer.from(part, 'base64url'))]);
  return Buffer.concat([head, point(0x21, x), point(0x22, y)]);
}

const attestationObject = (data: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0xa3]),
    ...[cborText('fmt'), cborText('none'), cborText('attStmt'), Buffer.from([0xa0])],
    ...[cborText('authData'), cborBytes(data)],
  ]);

export async function newChallenge(brand: BrandClient): Promise<Challenge> {
  const given = await brand.call('POST', '/passkey-challenges', { headers: {} });
  if (given.status === 201) return given.json;
  // In live all tests of a world are one source.
  await brand.sql('delete from sign_in_failures');
  return (await brand.call('POST', '/passkey-challenges', { headers: {} })).json;
}

/** Registers a new authenticator for the person of a session. */
export async function withPasskey(
  brand: BrandClient,
  headers: Readonly<Record<string, string>>,
  options: { readonly counts?: boolean } = {},
): Promise<Authenticator> {
  const authenticator = newAuthenticator(options);
  const body = { name: 'My laptop', passkey: authenticator.attest(await newChallenge(brand)) };
  const added = await brand.call('POST', '/passkeys', { body, headers });
  if (added.status !== 201) throw new Error(`The passkey was not added: ${added.text}`);
  return authenticator;
}
