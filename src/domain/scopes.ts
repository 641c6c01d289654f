/** The scopes of API keys. An operation needs one scope; a key has any number of them. */
export const scopes = {
  'customers:read': 'List, read and search customers; the SSN is always masked.',
  'customers:write': 'Create and update customers and their addresses.',
  'customers:delete': 'Delete customers.',
  'ssn:reveal': 'Read a full SSN, with a reason.',
  'ssn:search': 'Search customers by SSN.',
  'kyc:read': 'Read verifications and what was decided about them.',
  'kyc:write': 'Start verifications and submit documents.',
  'kyc:review': 'Decide on verifications and change requests.',
  'webhooks:read': 'Read webhook subscriptions and their deliveries.',
  'webhooks:write': 'Create, change, test and replay webhook subscriptions.',
  'events:read': 'Read the stream of events.',
  'audit:read': 'Read the audit trail.',
  'compliance:read':
    'Read the records of deleted customers that are kept by law, verifications and documents included, and the earlier values of every customer.',
  'compliance:write': 'Set legal holds, request early erasure, and change the retention policy.',
} as const;

export type Scope = keyof typeof scopes;

export const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text);

/** Scopes for full SSNs, searches by SSN, decisions and restricted records must be requested explicitly. */
const onlyOnRequest: ReadonlySet<Scope> = new Set([
  'ssn:reveal',
  'ssn:search',
  'kyc:review',
  'compliance:read',
  'compliance:write',
]);

export const allScopes = Object.keys(scopes) as readonly Scope[];
export const defaultScopes: readonly Scope[] = allScopes.filter((scope) => !onlyOnRequest.has(scope));
