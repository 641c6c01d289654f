import type { KeyObject } from 'node:crypto';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { newestIndexForm } from '../domain/customers/index-forms.ts';
import { nonces, pooled, type Random, randomBytesExactly } from './aead.ts';
import { deriveMacKey, KEY_BYTES, keyFromBytes } from './derive.ts';
import { checkId, checkUint32, fromBase64, tuple } from './encoding.ts';
import {
  type RootKeys,
  reloadRoot,
  rootOfShared,
  rootSubkeys,
  type SharedRoot,
  shareRoot,
} from './key-source.ts';
import { type Keyring, makeKeyring } from './keyring.ts';
import type { MacKey } from './mac.ts';
import { FORMAT, openRecord, recordVersion, sealRecord } from './record.ts';
import { makeSigner, type Signer, signersOf } from './signer.ts';
import { openedOrNothing, UnknownRootVersion, VaultError } from './vault-error.ts';

export type { Purpose, SealContext } from '../domain/sealed-columns.ts';
export type { CustomerKey, Digest } from './customer-key.ts';
export type { SharedRoot } from './key-source.ts';
export type { IndexKind, Keyring } from './keyring.ts';
export {
  isAboutRecord,
  openedOrNothing,
  UnknownKeyVersion,
  UnknownRootVersion,
  VaultError,
} from './vault-error.ts';

/** `brand` keys seal records, `index` keys make blind indexes. */
type KeyKind = 'brand' | 'index';

/** One key of a brand as it is stored: sealed under the root key, for this brand, kind and version alone. */
export interface WrappedKey {
  readonly kind: KeyKind;
  readonly version: number;
  /** The root key version it is wrapped under. */
  readonly rootVersion: number;
  /** Base64. */
  readonly wrapped: string;
  /**
   * The number of the forms of an index key's values, by which rotations are scheduled; 1 if absent. The key is sealed
   * with it, and is opened by trying the numbers, so this copy decides nothing.
   */
  readonly indexForm?: number;
}

export interface Vault {
  /** The root key version that wraps new keys. Keys under another version need `rewrap`. */
  readonly rootVersion: number;
  /** Every loaded root version, ascending. */
  readonly rootVersions: readonly number[];
  /**
   * Reads the root keys from their source again, because another process may have added a version. The vault does
   * this itself, once, if a key is under a version that is not loaded.
   */
  reload(): void;
  /** A new brand's first keys, brand 1 and index 1, wrapped and ready to store. */
  newBrandKeys(brandId: string): readonly WrappedKey[];
  /** A new random key of the given version, from 1. An index key gets the newest forms unless older ones are named. */
  newKey(brandId: string, kind: KeyKind, version: number, indexForm?: number): WrappedKey;
  /** The same key under another root version, by default the current one. Throws like `keyring`. */
  rewrap(brandId: string, key: WrappedKey, rootVersion?: number): WrappedKey;
  /**
   * The keyring over a brand's stored keys, at least one of each kind. Throws `unreadable` if a key belongs to
   * another brand or is damaged, and `UnknownRootVersion`.
   */
  keyring(brandId: string, keys: readonly WrappedKey[]): Keyring;
  /** The vault for a thread of this process, which opens it with `openSharedVault`. */
  share(): SharedRoot;
  /** A sealed constant, which is stored with the data and checked by `provesRoot` at every start. */
  proof(): string;
  /** Whether a proof was made under one of the loaded root keys. If not, the process must not start. */
  provesRoot(proof: string): boolean;
  /** Signs the audit trail's checkpoints. */
  readonly signer: Signer;
  /** The signer of a public key of any loaded root version. Reads the root keys again if none is loaded. */
  signerOf(key: string): Signer | undefined;
  /** A MAC under the current root version, over fields in their order. It shows its version. */
  mac(use: MacUse, fields: readonly string[]): string;
  /** Whether `text` is the MAC of these fields under a loaded root version. */
  isMac(use: MacUse, fields: readonly string[], text: string): boolean;
  /**
   * The root key version that a MAC names, where it is not loaded. Such a MAC may be right: it cannot be verified
   * here. Reads the root keys again before it answers with one.
   */
  missingVersionOf(text: string): number | undefined;
}

/** What a MAC proves. Each use has its own key. */
export type MacUse =
  | 'journal row'
  | 'trail head'
  | 'event'
  | 'operator'
  | 'operator session'
  | 'operator link'
  | 'operator passkey'
  | 'operator challenge'
  | 'sign-in subject';

export interface VaultOptions {
  /** The source of keys and nonces. Default: `crypto.randomBytes`. Tests replace it. */
  readonly random?: Random;
}

/** A key in the open, and the number of its index forms; 1 for every brand key. */
interface Unwrapped {
  readonly secret: Buffer;
  readonly indexForm: number;
}

/** Keys of customers that are drawn at once. */
const POOLED_SECRETS = 32;

const PROVEN = Buffer.from('clientele root key');

/** Opens the vault with the given root keys. Its methods never return a plain key. */
export function openVault(given: RootKeys, options: VaultOptions = {}): Vault {
  const random = options.random ?? randomBytes;
  const nextNonce = nonces(random);
  const nextSecret = pooled(random, KEY_BYTES, POOLED_SECRETS);
  let root = given;
  let subkeys = derive(root);

  function reload(): void {
    root = reloadRoot(root);
    subkeys = derive(root);
  }
  const finds = finder(reload);

  /** The subkey of a root version. Throws `UnknownRootVersion`. */
  function under(use: 'wrap' | 'proof', rootVersion: number, what: string): KeyObject {
    finds(() => subkeys[use].has(rootVersion));
    const key = subkeys[use].get(rootVersion);
    if (key !== undefined) return key;
    throw new UnknownRootVersion(rootVersion, what);
  }

  function wrap(
    brandId: string,
    { kind, version }: Pick<WrappedKey, 'kind' | 'version'>,
    { secret, indexForm }: Unwrapped,
    rootVersion = root.current,
  ): WrappedKey {
    const key = under('wrap', rootVersion, keyName(brandId, kind, version));
    const aad = wrapContext(brandId, kind, version, rootVersion, indexForm);
    const record = sealRecord(key, rootVersion, nextNonce(), aad, secret);
    secret.fill(0);
    const wrapped = record.toString('base64');
    return { kind, version, rootVersion, wrapped, ...(indexForm > 1 && { indexForm }) };
  }

  function unwrap(brandId: string, { kind, version, rootVersion, wrapped }: WrappedKey): Unwrapped {
    const what = keyName(brandId, kind, version);
    const key = under('wrap', rootVersion, what);
    const record = fromBase64(wrapped);
    const matches = record !== undefined && recordVersion(record) === rootVersion;
    for (let indexForm = kind === 'index' ? newestIndexForm : 1; matches && indexForm > 0; indexForm -= 1) {
      const secret = openRecord(key, wrapContext(brandId, kind, version, rootVersion, indexForm), record);
      if (secret?.length === KEY_BYTES) return { secret, indexForm };
    }
    throw new VaultError('unreadable', `${what} does not open.`);
  }

  function newKey(brandId: string, kind: KeyKind, version: number, form = newestIndexForm): WrappedKey {
    const secret = randomBytesExactly(random, KEY_BYTES);
    return wrap(brandId, { kind, version }, { secret, indexForm: kind === 'index' ? form : 1 });
  }

  return Object.freeze({
    get rootVersion() {
      return root.current;
    },
    get rootVersions() {
      return root.versions;
    },
    get signer() {
      return subkeys.signer;
    },
    ...proofsUnder(() => ({ root, subkeys }), finds),
    reload,
    newKey,
    newBrandKeys: (brandId: string) => [newKey(brandId, 'brand', 1), newKey(brandId, 'index', 1)],
    rewrap: (brandId: string, key: WrappedKey, rootVersion?: number) =>
      wrap(brandId, key, unwrap(brandId, key), rootVersion),
    keyring: (brandId: string, keys: readonly WrappedKey[]) =>
      keyringOf(brandId, keys, unwrap, nextNonce, nextSecret),
    share: () => shareRoot(root),
    proof: () => proveRoot(root.current, under('proof', root.current, 'The proof'), nextNonce()),
    provesRoot: (proof: string) => {
      const record = fromBase64(proof);
      const version = record && recordVersion(record);
      return version !== undefined && isProofOf(version, subkeys.proof.get(version), record);
    },
  });
}

/** The vault that another thread of this process shares. */
export const openSharedVault = (shared: SharedRoot): Vault => openVault(rootOfShared(shared));

interface Loaded {
  readonly root: RootKeys;
  readonly subkeys: ReturnType<typeof derive>;
}

/** Whether something is loaded, after the root keys were read again where it was not. */
type Finds = (isLoaded: () => boolean) => boolean;

/**
 * A loop over rows with invented versions reads the root keys once. A source that cannot be read changes nothing, because
 * the loaded keys are still good.
 */
function finder(reload: () => void): Finds {
  let isFresh = false;
  return (isLoaded) => {
    if (isLoaded()) return true;
    if (isFresh) return false;
    openedOrNothing(reload);
    isFresh = true;
    queueMicrotask(() => {
      isFresh = false;
    });
    return isLoaded();
  };
}

/** What proves that this installation wrote something, under the root keys that are loaded now. */
function proofsUnder(
  loaded: () => Loaded,
  finds: Finds,
): Pick<Vault, 'signerOf' | 'mac' | 'isMac' | 'missingVersionOf'> {
  const isLoaded = (version: number) => version > 0 && finds(() => loaded().root.versions.includes(version));
  return {
    signerOf(key) {
      finds(() => loaded().subkeys.signers.has(key));
      return loaded().subkeys.signers.get(key);
    },
    mac: (use, fields) => loaded().subkeys.macs.make(use, loaded().root.current, fields),
    isMac(use, fields, text) {
      return isLoaded(versionOfMac(text)) && loaded().subkeys.macs.proves(use, fields, text);
    },
    missingVersionOf(text) {
      const version = versionOfMac(text);
      return version === 0 || isLoaded(version) ? undefined : version;
    },
  };
}

/** The keyring over a brand's stored keys. */
function keyringOf(
  brandId: string,
  keys: readonly WrappedKey[],
  unwrap: (brandId: string, key: WrappedKey) => Unwrapped,
  nextNonce: () => Buffer,
  newSecret: () => Buffer,
): Keyring {
  const indexForms = new Map<number, number>();
  const unwrapAll = (kind: KeyKind) =>
    byVersion(brandId, kind, keys, (key) => {
      const { secret, indexForm } = unwrap(brandId, key);
      if (kind === 'index') indexForms.set(key.version, indexForm);
      return keyFromBytes(secret);
    });
  const [brandKeys, indexKeys] = [unwrapAll('brand'), unwrapAll('index')];
  return makeKeyring(brandId, brandKeys, indexKeys, indexForms, nextNonce, newSecret);
}

/** The keys of one kind by version: at least one, and no version twice. */
function byVersion(
  brandId: string,
  kind: KeyKind,
  keys: readonly WrappedKey[],
  open: (key: WrappedKey) => KeyObject,
): ReadonlyMap<number, KeyObject> {
  const opened = new Map<number, KeyObject>();
  for (const key of keys.filter((one) => one.kind === kind)) {
    if (opened.has(key.version))
      throw new VaultError('misuse', `Brand ${brandId} has the ${kind} key version ${key.version} twice.`);
    opened.set(key.version, open(key));
  }
  if (opened.size === 0) throw new VaultError('misuse', `Brand ${brandId} was given no ${kind} key.`);
  return opened;
}

/** The proof record, which only a holder of this root version can make. */
const proveRoot = (version: number, key: KeyObject, nonce: Buffer): string =>
  sealRecord(key, version, nonce, proofContext(version), PROVEN).toString('base64');

function isProofOf(version: number, key: KeyObject | undefined, record: Buffer | undefined): boolean {
  if (record === undefined || key === undefined) return false;
  return openRecord(key, proofContext(version), record)?.equals(PROVEN) ?? false;
}

/** The keys derived from every loaded root version, and the signer of the current one. */
const derive = (root: RootKeys) => ({
  wrap: rootSubkeys(root, 'wrap'),
  proof: rootSubkeys(root, 'proof'),
  signer: makeSigner(root),
  signers: signersOf(root),
  macs: macsOf(rootSubkeys(root, 'mac')),
});

const macForm = /^([1-9][0-9]{0,9})\.[A-Za-z0-9+/]{43}=$/;

/** MACs under the keys of root versions. The key of each use is derived once. */
function macsOf(keys: ReadonlyMap<number, KeyObject>) {
  const derived = new Map<string, MacKey>();
  function keyOf(use: MacUse, version: number): MacKey {
    const name = `${version} ${use}`;
    const known = derived.get(name);
    if (known !== undefined) return known;
    const key = keys.get(version);
    if (key === undefined) throw new VaultError('misuse', `Root key version ${version} is not loaded.`);
    const made = deriveMacKey(key, use);
    derived.set(name, made);
    return made;
  }
  const make = (use: MacUse, version: number, fields: readonly string[]): string =>
    `${version}.${keyOf(use, version).macText(tuple(...fields))}`;
  return {
    make,
    proves(use: MacUse, fields: readonly string[], text: string): boolean {
      const version = versionOfMac(text);
      if (!keys.has(version)) return false;
      const [given, made] = [Buffer.from(text), Buffer.from(make(use, version, fields))];
      return given.length === made.length && timingSafeEqual(given, made);
    },
  };
}

const versionOfMac = (text: string): number => Number(macForm.exec(text)?.[1] ?? 0);

function keyName(brandId: string, kind: KeyKind, version: number): string {
  return `The ${kind} key of brand ${brandId}, version ${version},`;
}

/** Keys with the first index forms were wrapped before forms had a number. */
function wrapContext(
  brandId: string,
  kind: KeyKind,
  version: number,
  rootVersion: number,
  indexForm: number,
): Buffer {
  checkId('brand id', brandId);
  checkUint32('key version', version, 1);
  const context = [FORMAT, 'wrap', brandId, kind, version, rootVersion] as const;
  return indexForm === 1 ? tuple(...context) : tuple(...context, indexForm);
}

function proofContext(rootVersion: number): Buffer {
  return tuple(FORMAT, 'proof', rootVersion);
}
