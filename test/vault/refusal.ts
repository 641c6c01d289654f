import { expect } from 'vitest';
import { VaultError } from '../../src/vault/vault.ts';

/** The message of the VaultError `root_key` that the call throws. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof VaultError && error.code === 'root_key') return error.message;
    throw error;
  }
  return expect.fail('was not refused');
}
