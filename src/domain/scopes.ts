/** What a key may do. An operation names one scope; a key carries any number of them. */
export const scopes = {
  'customers:read': 'List, read and search customers; the SSN is always masked.',
  'customers:write': 'Create and update customers and their addresses.',
  'customers:delete': 'Delete customers.',
  'ssn:reveal': 'Read a full SSN, with a reason.',
  'kyc:read': 'Read verifications.',
  'kyc:write': 'Start verifications and hand in documents.',
  'kyc:review': 'Decide on verifications and change requests.',
  'webhooks:read': 'Read webhook subscriptions and their deliveries.',
  'webhooks:write': 'Create, change, test and replay webhook subscriptions.',
  'events:read': 'Read the stream of events.',
  'audit:read': 'Read the audit trail.',
  'compliance:read': 'Reach restricted records that are kept for the law only.',
  'compliance:write': 'Hold restricted records, have them erased early, and set how long they are kept.',
} as const;

export type Scope = keyof typeof scopes;

export const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text);

/** Reading full numbers, deciding on people, reaching and erasing restricted records is asked for, never given along. */
const onlyOnRequest: ReadonlySet<Scope> = new Set([
  'ssn:reveal',
  'kyc:review',
  'compliance:read',
  'compliance:write',
]);

export const allScopes = Object.keys(scopes) as readonly Scope[];
export const defaultScopes: readonly Scope[] = allScopes.filter((scope) => !onlyOnRequest.has(scope));
