/**
 * The errors of the vault, as codes that a caller may branch on:
 *
 * - `root_key`: the root key is missing, weak or readable by others. The message is for the operator and ends in
 * the command that helps.
 * - `unreadable`: a sealed record does not open here. Damage, a moved record and a foreign key look alike on
 * purpose.
 * - `unknown_key_version`: the keyring lacks the brand key version a record names, see `UnknownKeyVersion`.
 * - `unknown_root_version`: a wrapped key or a proof names a root key version that is not loaded.
 * - `misuse`: the caller broke the contract, such as an empty record id. A bug, never a customer's mistake.
 */
export type VaultErrorCode =
  | 'root_key'
  | 'unreadable'
  | 'unknown_key_version'
  | 'unknown_root_version'
  | 'misuse';

/** Every error of the vault. Messages contain ids and versions, never key material or plaintext. */
export class VaultError extends Error {
  override readonly name: string = 'VaultError';
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The errors that say something about what is stored. The others are about the root key, or are bugs. */
const aboutRecords: readonly VaultErrorCode[] = ['unreadable', 'unknown_key_version', 'unknown_root_version'];

/** Whether a stored record or key was not accepted: it was altered, or names a version of a key that is not loaded. */
export const isAboutRecord = (error: unknown): boolean =>
  error instanceof VaultError && aboutRecords.includes(error.code);

/** What `open` returns; `undefined` where it throws an error of the vault. */
export function openedOrNothing<Opened>(open: () => Opened): Opened | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof VaultError) return undefined;
    throw error;
  }
}

/**
 * A record names a brand key version that is not in the keyring. This happens briefly after another process has
 * rotated the keys. Reload the brand's keys once; a second time means the header was altered.
 */
export class UnknownKeyVersion extends VaultError {
  override readonly name = 'UnknownKeyVersion';
  readonly version: number;

  constructor(version: number, where: string) {
    super('unknown_key_version', `${where} names key version ${version}, which is not loaded.`);
    this.version = version;
  }
}

/**
 * A wrapped key or a proof is under a version of the root key that is not loaded: another machine has it, or none does.
 */
export class UnknownRootVersion extends VaultError {
  override readonly name: string = 'UnknownRootVersion';
  readonly version: number;

  constructor(version: number, what: string) {
    super('unknown_root_version', `${what} is under root key version ${version}, which is not loaded.`);
    this.version = version;
  }
}
