/** An operation needs one scope. A key has any number of them, and so has a session of the console by its roles. */
export const scopes = {
  'customers:read': 'List, read and search customers; the SSN is always masked.',
  'customers:write': 'Create and update customers and their addresses.',
  'customers:delete': 'Delete customers.',
  'ssn:reveal': 'Read a full SSN, with a reason.',
  'ssn:search': 'Search customers by SSN.',
  'kyc:read': 'Read verifications, checks against lists, and what was decided about them.',
  'kyc:write': 'Start verifications and submit documents.',
  'kyc:review': 'Decide on verifications, change requests and matches with lists.',
  'webhooks:read': 'Read webhook subscriptions and their deliveries.',
  'webhooks:write': 'Create, change, test and replay webhook subscriptions.',
  'events:read': 'Read the stream of events.',
  'audit:read': 'Read the audit trail.',
  'compliance:read':
    'Read the records of deleted customers that are kept by law, verifications and documents included, and the earlier values of every customer.',
  'compliance:write': 'Set legal holds, request early erasure, and change the retention policy.',
  'keys:read': 'List the API keys of the brand.',
  'keys:write': 'Create, rotate and revoke API keys.',
  'requests:read': 'Read what was requested of this process lately.',
  'settings:read': 'Read the settings of the service.',
  'settings:write': 'Change the settings of the brand, for example its programs.',
  'operators:read': 'List the people who use the console, and their roles.',
  'operators:write': 'Invite people to the console, change their roles, and end their access.',
} as const;

export type Scope = keyof typeof scopes;

/** Carried by sessions of the console alone. No key ever has one. */
const sessionScopes: ReadonlySet<Scope> = new Set([
  'settings:read',
  'settings:write',
  'operators:read',
  'operators:write',
]);

/** A key has a scope for full SSNs, searches by SSN, decisions, restricted records, keys or requests only on request. */
const onlyOnRequest: ReadonlySet<Scope> = new Set([
  'ssn:reveal',
  'ssn:search',
  'kyc:review',
  'compliance:read',
  'compliance:write',
  'keys:read',
  'keys:write',
  'requests:read',
]);

export const allScopes = Object.keys(scopes) as readonly Scope[];
/** Every scope that a key may carry. */
export const keyScopes: readonly Scope[] = allScopes.filter((scope) => !sessionScopes.has(scope));
export const defaultScopes: readonly Scope[] = keyScopes.filter((scope) => !onlyOnRequest.has(scope));

/** Whether a key may carry a scope of this name. */
export const isKeyScope = (text: string): text is Scope => keyScopes.some((scope) => scope === text);

export const isForSessions = (scope: Scope): boolean => sessionScopes.has(scope);
