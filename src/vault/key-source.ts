import { type KeyObject, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { type Random, randomBytesExactly } from './aead.ts';
import { deriveKey, KEY_BYTES, keyFromBytes } from './derive.ts';
import { fromBase64 } from './encoding.ts';
import { askCommand } from './root-key-command.ts';
import { VaultError } from './vault-error.ts';

/** The root keys of this process, by version. It lists their versions and never their bytes. */
export interface RootKeys {
  /** The version that wraps new keys: the highest. */
  readonly current: number;
  /** Every loaded version, ascending. Older ones only unwrap. */
  readonly versions: readonly number[];
}

/**
 * Where the root key is stored: in Clientele's own file, which it may change, or where its operator put it: a file,
 * the environment, or what a command answers. `variable` is the setting.
 */
export type RootKeyLocation =
  | { readonly kind: 'own' | 'file'; readonly path: string }
  | { readonly kind: 'environment' | 'command'; readonly variable: string };

/**
 * A source of root keys. `load` is synchronous, because a vault meets a new version in the middle of its work; a
 * command blocks the process for as long as it runs, at most 10 seconds.
 */
export interface KeySource {
  /** Throws `root_key` if there is no valid key. */
  load(): RootKeys;
}

const LARGEST_FILE = 65_536;
// Versions stay far from the end of the u32 that a header holds.
const LINE = /^(?:v([1-9]\d{0,8}):)?(\S+)$/;

// Only this file can read the keys of a RootKeys, and it returns only derived keys.
const loadedKeys = new WeakMap<RootKeys, LoadedKeys>();

interface LoadedKeys {
  readonly keys: ReadonlyMap<number, KeyObject>;
  readonly source: KeySource;
}

/** The uses of the root key. Each use has its own derived key, so that one cannot be used as another. */
type RootUse = 'wrap' | 'proof' | 'sign' | 'mac';

/**
 * The keys for one use, by root version, for the vault. Throws `misuse` for root keys that no source here has
 * loaded.
 */
export function rootSubkeys(root: RootKeys, use: RootUse): ReadonlyMap<number, KeyObject> {
  return new Map(
    [...loadedKeysOf(root).keys].map(([version, key]) => [version, deriveKey(key, 'root', use)]),
  );
}

/** Loads the root keys from their source again, for use after another process has added a version. */
export const reloadRoot = (root: RootKeys): RootKeys => loadedKeysOf(root).source.load();

/**
 * Root keys for another thread of this process. They travel as key objects: a message has no bytes of them, and what
 * passes it on cannot look into it.
 */
export interface SharedRoot {
  readonly content: unknown;
}

type SharedContent = RootKeys & Pick<LoadedKeys, 'keys'>;

export function shareRoot(root: RootKeys): SharedRoot {
  const { current, versions } = root;
  const content: SharedContent = { current, versions: [...versions], keys: loadedKeysOf(root).keys };
  return { content };
}

/** In the other thread. It reads no source of keys: the thread that shared them does that. */
export function rootOfShared({ content }: SharedRoot): RootKeys {
  const { current, versions, keys } = content as SharedContent;
  const root: RootKeys = Object.freeze({ current, versions });
  const source: KeySource = {
    load: () => {
      throw new VaultError('root_key', 'A thread does not read root keys.');
    },
  };
  loadedKeys.set(root, { keys, source });
  return root;
}

function loadedKeysOf(root: RootKeys): LoadedKeys {
  const known = loadedKeys.get(root);
  if (known === undefined) throw new VaultError('misuse', 'Root keys come from a key source.');
  return known;
}

/**
 * Root keys from a file that only its owner can read. Each line is one key of 32 random bytes in base64 or hex. A
 * prefix such as `v2:` names its version; a line without a prefix is version 1. The highest version is current. To
 * add a root key, add a line; to destroy one, remove its line.
 */
export function rootKeyFromFile(path: string): KeySource {
  const source: KeySource = {
    load: () => parse(source, readPrivateFile(path), `The root key file ${path}`, makeFile(path)),
  };
  return source;
}

/** Root keys from text in the form of the file, for a secret that arrives in an environment variable `name`. */
export function rootKeyFromText(text: string, name: string): KeySource {
  const source: KeySource = {
    load: () => parse(source, text, `The root key in ${name}`, 'Make one with: openssl rand -base64 32'),
  };
  return source;
}

/** Milliseconds for which an answer of a command counts. A row under an invented version must not run it each time. */
const answerMs = 30_000;

/**
 * Root keys from what a command prints, in the form of the file: for a KMS or a secret store with a command line. It
 * runs at the start, and when a version is needed that is not loaded, at most every 30 seconds.
 */
export function rootKeyFromCommand(
  command: readonly string[],
  clock: () => number = () => performance.now(),
): KeySource {
  const where = 'The answer of CLIENTELE_ROOT_KEY_COMMAND';
  const remedy = 'The command must print what a root key file contains (docs/rotation.md).';
  let last: { readonly until: number; readonly answer: () => RootKeys } | undefined;
  const source: KeySource = {
    load() {
      if (last && clock() < last.until) return last.answer();
      const answer = attempt(() => parse(source, askCommand(command), where, remedy));
      last = { until: clock() + answerMs, answer };
      return answer();
    },
  };
  return source;
}

/** The result of a call, to be had again: its value or its error. */
function attempt<Result>(call: () => Result): () => Result {
  try {
    const result = call();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * Creates a new root key file, readable by its owner only, and returns when it is on disk. For a sandbox's first
 * start; in live the operator creates the key and keeps a copy. Throws `root_key` if the file exists or cannot be
 * written.
 */
export function createRootKeyFile(path: string, random: Random = randomBytes): void {
  const key = randomBytesExactly(random, KEY_BYTES);
  const line = Buffer.from(`${key.toString('base64')}\n`);
  key.fill(0);
  const file = openOrExplain(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 'be made');
  try {
    if (writeSync(file, line) !== line.length)
      throw new VaultError('root_key', `The root key file ${path} could not be written in full.`);
    fsyncSync(file);
  } catch (error) {
    // An incomplete key would make every later start fail.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
    line.fill(0);
  }
  // A new file survives a power cut only when its directory is on disk too.
  const directory = openSync(path.slice(0, path.lastIndexOf('/') + 1) || '.', constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function readPrivateFile(path: string): string {
  // Without O_NONBLOCK a named pipe at this path would block the start forever.
  const file = openOrExplain(path, constants.O_RDONLY | constants.O_NONBLOCK, 'be opened');
  try {
    // Checks the open file, so that another file cannot replace it between the check and the read.
    const status = fstatSync(file);
    if (!status.isFile() || status.size > LARGEST_FILE)
      throw new VaultError('root_key', `${path} is not a root key file. ${makeFile(path)}`);
    if ((status.mode & 0o077) !== 0 && !isCredential(status))
      throw new VaultError(
        'root_key',
        `The root key file ${path} is open to others than its owner (mode ${(status.mode & 0o777).toString(8)}). ${closingOf(path, status)}`,
      );
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/**
 * Whether a file is a credential of systemd (`LoadCredential=`) for a service with an account of its own: of root, of
 * root's group, and nobody's to write. Its access list names the one account that may read it, and the mode shows that
 * as a right of the group.
 */
const isCredential = ({ uid, gid, mode }: Stats): boolean =>
  uid === 0 && gid === 0 && (mode & 0o777) === 0o440;

/** How to close a file, or what to use where it cannot be closed. */
function closingOf(path: string, { uid }: Stats): string {
  const own = process.geteuid?.();
  return own === 0 || own === uid
    ? `If nobody else can have read it, close it with: chmod 600 ${quote(path)} (otherwise rotate the key).`
    : 'It belongs to another account, so this one cannot close it. Kubernetes opens the files of a secret to the fsGroup of a pod: put the key into CLIENTELE_ROOT_KEY instead, or name a program in CLIENTELE_ROOT_KEY_COMMAND that prints it.';
}

function openOrExplain(path: string, flags: number, what: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' && (flags & constants.O_CREAT) === 0)
      throw new VaultError('root_key', `There is no root key file ${path}. ${makeFile(path)}`);
    throw new VaultError('root_key', `The root key file ${path} cannot ${what} (${code}).`);
  }
}

/** The next step where records exist and their root key is lost. */
export const restoreRootKey = 'Restore it from your copy; a new key cannot open the records.';

/** Where a message begins to advise a new root key; -1 where it does not. */
export const newKeyAdviceIn = (message: string): number => message.search(/(?<=^| )(?:Make|Add) one with: /);

function makeFile(path: string): string {
  return `Make one with: umask 077; openssl rand -base64 32 > ${quote(path)}`;
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function parse(source: KeySource, text: string, where: string, remedy: string): RootKeys {
  const keys = new Map<number, KeyObject>();
  for (const line of text.split(/\s+/).filter((piece) => piece !== '')) {
    const [, written, encoded] = LINE.exec(line) ?? [];
    const version = Number(written ?? 1);
    const bytes = encoded === undefined ? undefined : decode(encoded);
    const fault = bytes === undefined ? 'is not 32 bytes in base64 or hex' : weakness(bytes);
    if (bytes === undefined || fault !== undefined)
      throw new VaultError('root_key', `${where}, version ${version}, ${fault}. ${remedy}`);
    if (keys.has(version)) throw new VaultError('root_key', `${where} has version ${version} twice.`);
    keys.set(version, keyFromBytes(bytes));
  }
  if (keys.size === 0) throw new VaultError('root_key', `${where} is empty. ${remedy}`);
  const versions = Object.freeze([...keys.keys()].sort((a, b) => a - b));
  const root: RootKeys = Object.freeze({ current: Math.max(...versions), versions });
  loadedKeys.set(root, { keys, source });
  return root;
}

/** The version of a line of a root key file. */
export const versionOfLine = (line: string): number => Number(LINE.exec(line)?.[1] ?? 1);

function decode(encoded: string): Buffer | undefined {
  const bytes = /^[0-9a-fA-F]{64}$/.test(encoded) ? Buffer.from(encoded, 'hex') : fromBase64(encoded);
  return bytes?.length === KEY_BYTES ? bytes : undefined;
}

/**
 * Why these 32 bytes are not a random key, or undefined. It detects placeholders and typed words. It refuses a
 * random key less often than once in 10^10.
 */
function weakness(bytes: Buffer): string | undefined {
  const steps = new Set<number>();
  for (let i = 1; i < bytes.length; i++) steps.add(((bytes[i] ?? 0) - (bytes[i - 1] ?? 0)) & 0xff);
  if (steps.size === 1) return 'is a placeholder, not a random key';
  if (new Set(bytes).size < KEY_BYTES / 2) return 'repeats itself too much to be random';
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'spells text, so it was not drawn at random';
  return undefined;
}
