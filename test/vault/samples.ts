import { randomBytes } from 'node:crypto';
import { type RootKeys, rootKeyFromText } from '../../src/vault/key-source.ts';
import { type Keyring, openVault, type SealContext, VaultError } from '../../src/vault/vault.ts';

export const newRoot = (): RootKeys => rootKeyFromText(randomBytes(32).toString('base64'), 'ROOT_KEY').load();
export const sealContext: SealContext = {
  purpose: 'profile',
  recordId: '7d2f6a4e-0000-4000-8000-000000000001',
  sealNumber: 3,
};

export function newKeyring(): Keyring {
  const vault = openVault(newRoot());
  return vault.keyring('brand-a', vault.newBrandKeys('brand-a'));
}

/** The code of the VaultError that the call throws; 'opened' where it does not. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof VaultError) return error.code;
    throw error;
  }
  return 'opened';
}

export function withFlippedBit(bytes: Buffer, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
