import type { ErrorEntry } from './entry.ts';

/** The codes of operations on API keys. */
export const keyErrors = {
  key_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such key.',
    help: 'It never existed, or belongs to another brand. listKeys lists the keys of the brand.',
  },
  key_dup: {
    status: 409,
    type: 'Request Error',
    message: 'The brand already has a key of this name.',
    help: 'A revoked key keeps its name. Choose another name, or give that key a new secret with rotateKey.',
  },
  key_budget: {
    status: 409,
    type: 'Process Error',
    message: 'The brand has as many keys as it may make by the API.',
    help: 'Keys are never deleted, because the audit trail names them. The operator makes further ones with `clientele keys create`.',
  },
  key_revoked: {
    status: 409,
    type: 'Request Error',
    message: 'The key is revoked, and stays so.',
    help: 'Make a new key with createKey.',
  },
  key_person: {
    status: 403,
    type: 'Request Error',
    message: "The key is another person's, and who has its secret counts as that person.",
    help: 'That person gives it a new secret, or an operator does with `clientele keys rotate`. To end it, use revokeKey.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
