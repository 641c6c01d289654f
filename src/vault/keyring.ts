import type { KeyObject } from 'node:crypto';
import type { Purpose, SealContext } from '../domain/sealed-columns.ts';
import type { CustomerKey } from './customer-key.ts';
import { customerKeyOf } from './customer-key.ts';
import { deriveKey, deriveMacKey } from './derive.ts';
import { bytesToText, checkId, checkUint32, fromBase64, LONGEST_ID, textToBytes, tuple } from './encoding.ts';
import type { MacKey } from './mac.ts';
import { FORMAT, openRecord, recordVersion, sealRecord } from './record.ts';
import { UnknownKeyVersion, VaultError } from './vault-error.ts';

/**
 * The kind of value of a blind index. Each kind has its own key, so equal values of two kinds have different
 * indexes.
 */
export type IndexKind = 'ssn' | 'email' | 'phone' | 'name_dob' | 'idempotency_key' | 'fingerprint' | 'lookup';

/** One brand's keys. Callers use them and cannot read them. */
export interface Keyring {
  readonly brandId: string;
  /** The newest brand key version, which seals new records. */
  readonly sealVersion: number;
  /** The newest index key version, which `index` uses. */
  readonly indexVersion: number;
  /** Every index key version of the keyring, ascending. During a rotation, a look-up uses each of them. */
  readonly indexVersions: readonly number[];
  /** The number of the forms that the values of an index key have; the key is sealed with it. */
  indexFormAt(version: number): number;
  /** Any text, sealed in a context, as base64. */
  seal(context: SealContext, text: string): string;
  /**
   * The text of a sealed record. Throws `unreadable`, or `UnknownKeyVersion` if this keyring lacks the record's
   * key.
   */
  open(context: SealContext, sealed: string): string;
  /** Like `seal`, for bytes. */
  sealBytes(context: SealContext, bytes: Buffer): Buffer;
  /** Like `open`, for bytes. */
  openBytes(context: SealContext, sealed: Buffer): Buffer;
  /** A new random key of one customer: its sealed form, and the key. */
  newCustomerKey(context: SealContext): { readonly sealed: string; readonly key: CustomerKey };
  /** Opens a key of one customer. Throws like `open`. */
  customerKey(context: SealContext, sealed: string): CustomerKey;
  /** The same record under the newest key, in the same context. The plaintext stays in here. */
  reseal(context: SealContext, sealed: string | Buffer): string | Buffer;
  /** The key version a record names, unauthenticated: good for finding what a rotation has still to re-seal. */
  versionOf(sealed: string): number | undefined;
  /** The blind index of a normalised value, 32 bytes, under the newest index key. */
  index(kind: IndexKind, normalised: string): Buffer;
  /** Like `index`, under an older key. Throws `UnknownKeyVersion`. */
  indexAt(version: number, kind: IndexKind, normalised: string): Buffer;
}

/** Versions and their keys, at least one. */
type KeyVersions = ReadonlyMap<number, KeyObject>;

/** The keyring over one brand's unwrapped keys. */
export function makeKeyring(
  brandId: string,
  brandKeys: KeyVersions,
  indexKeys: KeyVersions,
  indexForms: ReadonlyMap<number, number>,
  nextNonce: () => Buffer,
  newSecret: () => Buffer,
): Keyring {
  const sealVersion = Math.max(...brandKeys.keys());
  const indexVersions = Object.freeze([...indexKeys.keys()].sort((a, b) => a - b));
  const indexVersion = Math.max(...indexVersions);
  const { purposeKey, indexKey } = derivedKeys(brandId, brandKeys, indexKeys);

  function indexFormAt(version: number): number {
    const form = indexForms.get(version);
    if (form === undefined) throw new UnknownKeyVersion(version, `An index of brand ${brandId}`);
    return form;
  }

  const unreadable = (context: SealContext) => unreadableRecord(brandId, context);

  function sealBytes(context: SealContext, bytes: Buffer): Buffer {
    const { key, aad } = purposeKey(context.purpose, sealVersion);
    return sealRecord(key, sealVersion, nextNonce(), aad(context), bytes);
  }

  function openBytes(context: SealContext, sealed: Buffer | undefined): Buffer {
    const version = sealed && recordVersion(sealed);
    if (sealed === undefined || version === undefined) throw unreadable(context);
    const { key, aad } = purposeKey(context.purpose, version);
    const plain = openRecord(key, aad(context), sealed);
    if (plain === undefined) throw unreadable(context);
    return plain;
  }

  const sealText = (context: SealContext, text: string): string =>
    sealBytes(context, textToBytes(text)).toString('base64');

  function openText(context: SealContext, sealed: string): string {
    const text = bytesToText(openBytes(context, fromBase64(sealed)));
    if (text === undefined) throw unreadable(context);
    return text;
  }

  const outer = { brandId, nextNonce, seal: sealText, open: openText, unreadable };

  const indexAt = (version: number, kind: IndexKind, normalised: string): Buffer =>
    indexKey(kind, version).mac(textToBytes(normalised));

  return Object.freeze({
    brandId,
    sealVersion,
    indexVersion,
    indexVersions,
    indexFormAt,
    sealBytes,
    openBytes,
    seal: sealText,
    open: openText,
    newCustomerKey: (context: SealContext) => {
      const secret = newSecret();
      const sealed = sealBytes(context, secret).toString('base64');
      return { sealed, key: customerKeyOf(secret, outer) };
    },
    customerKey: (context: SealContext, sealed: string) =>
      customerKeyOf(openBytes(context, fromBase64(sealed)), outer),
    reseal: (context: SealContext, sealed: string | Buffer) => {
      const isText = typeof sealed === 'string';
      const plain = openBytes(context, isText ? fromBase64(sealed) : sealed);
      const again = sealBytes(context, plain);
      plain.fill(0);
      return isText ? again.toString('base64') : again;
    },
    versionOf,
    index: (kind: IndexKind, normalised: string) => indexAt(indexVersion, kind, normalised),
    indexAt,
  });
}

function versionOf(sealed: string): number | undefined {
  const record = fromBase64(sealed);
  return record && recordVersion(record);
}

function unreadableRecord(brandId: string, { purpose, recordId, sealNumber }: SealContext): VaultError {
  return new VaultError(
    'unreadable',
    `The ${purpose} record ${recordId} of brand ${brandId}, seal ${sealNumber}, does not open.`,
  );
}

/** The keys that are derived from one brand's keys, at first use, and kept. */
function derivedKeys(brandId: string, brandKeys: KeyVersions, indexKeys: KeyVersions) {
  const purposeKeys = new Map<number, Map<Purpose, PurposeKey>>();
  const derivedIndexKeys = new Map<string, MacKey>();

  function purposeKey(purpose: Purpose, version: number): PurposeKey {
    return purposeKeys.get(version)?.get(purpose) ?? derivePurposeKey(purpose, version);
  }

  function derivePurposeKey(purpose: Purpose, version: number): PurposeKey {
    const brandKey = brandKeys.get(version);
    if (brandKey === undefined)
      throw new UnknownKeyVersion(version, `A ${purpose} record of brand ${brandId}`);
    const key = deriveKey(brandKey, 'purpose', purpose, brandId);
    const made = { key, aad: associatedData(purpose, brandId, version) };
    const ofVersion = purposeKeys.get(version) ?? new Map<Purpose, PurposeKey>();
    purposeKeys.set(version, ofVersion.set(purpose, made));
    return made;
  }

  function indexKey(kind: IndexKind, version: number): MacKey {
    const name = `${kind}/${version}`;
    const known = derivedIndexKeys.get(name);
    if (known !== undefined) return known;
    const secret = indexKeys.get(version);
    if (secret === undefined) throw new UnknownKeyVersion(version, `A ${kind} index of brand ${brandId}`);
    const key = deriveMacKey(secret, 'index', kind, brandId);
    derivedIndexKeys.set(name, key);
    return key;
  }

  return { purposeKey, indexKey };
}

interface PurposeKey {
  readonly key: KeyObject;
  readonly aad: (context: SealContext) => Buffer;
}

/** Bytes of bound values that are written in place. A longer text takes a copy. */
const usualBound = 1_024;

/**
 * The associated data of a context: the tuple (format, purpose, brand, record id, key version, seal number), and
 * after it the text of what the record is bound to, where it is. All but record id, seal number and this text is
 * the same for every record of a purpose, so it is written once. The result is valid until the next call, which is
 * long enough, because sealing and opening never wait.
 */
function associatedData(
  purpose: Purpose,
  brandId: string,
  version: number,
): (context: SealContext) => Buffer {
  const start = tuple(FORMAT, purpose, brandId);
  const end = tuple(version, 0);
  const idAt = start.length + 4;
  const buffer = Buffer.alloc(idAt + LONGEST_ID + end.length + 4 + usualBound);
  buffer.set(start);
  let written = buffer.subarray(0, 0);
  let idLength = 0;
  return ({ recordId, sealNumber, bound }) => {
    checkId('record id', recordId);
    checkUint32('seal number', sealNumber, 0);
    if (recordId.length !== idLength) {
      idLength = recordId.length;
      buffer.writeUInt32BE(idLength, start.length);
      buffer.set(end, idAt + idLength);
      written = buffer.subarray(0, idAt + idLength + end.length);
    }
    written.write(recordId, idAt, 'latin1');
    written.writeUInt32BE(sealNumber, written.length - 4);
    return bound === undefined ? written : withBound(buffer, written, bound);
  };
}

/** The same data and the text after it, which starts with its length. */
function withBound(buffer: Buffer, written: Buffer, bound: string): Buffer {
  const length = Buffer.byteLength(bound);
  if (length > usualBound) return Buffer.concat([written, tuple(bound)]);
  const at = written.length;
  buffer.writeUInt32BE(length, at);
  buffer.write(bound, at + 4, 'utf8');
  return buffer.subarray(0, at + 4 + length);
}
