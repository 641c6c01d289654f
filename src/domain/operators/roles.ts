import type { Scope } from '../scopes.ts';
import { allScopes } from '../scopes.ts';

/** What each role of the console is for. */
export const roleNames = {
  viewer: 'Reads customers, verifications, webhooks and events.',
  agent: 'A viewer who creates and changes customers and starts verifications.',
  compliance:
    'A viewer who decides on reviews, reads full SSNs and the audit trail, deletes, holds and erases.',
  developer: 'Manages API keys, webhooks and events. Sees no customer.',
  admin: 'Manages operators, settings and API keys. Sees no customer.',
} as const;

export type Role = keyof typeof roleNames;
export const roles = Object.keys(roleNames) as readonly Role[];
export const isRole = (text: string): text is Role => Object.hasOwn(roleNames, text);

const viewer = ['customers:read', 'kyc:read', 'webhooks:read', 'events:read'] as const;

/** The scopes of each role. A star stands for all scopes of a kind. */
const patterns: Readonly<Record<Role, readonly string[]>> = {
  viewer,
  agent: [...viewer, 'customers:write', 'kyc:write'],
  compliance: [
    ...viewer,
    ...['customers:delete', 'kyc:review', 'ssn:reveal', 'ssn:search', 'audit:read', 'compliance:*'],
  ],
  developer: ['keys:*', 'webhooks:*', 'events:*', 'requests:*'],
  admin: ['operators:*', 'settings:*', 'keys:*', 'requests:*', 'audit:read'],
};

const matches = (pattern: string, scope: Scope): boolean =>
  pattern.endsWith('*') ? scope.startsWith(pattern.slice(0, -1)) : scope === pattern;

/** The scopes of a person with these roles in a brand, in the order of all scopes. */
export const scopesOfRoles = (given: Iterable<Role>): readonly Scope[] => {
  const wanted = [...given].flatMap((role) => patterns[role]);
  return allScopes.filter((scope) => wanted.some((pattern) => matches(pattern, scope)));
};

/** The roles in their order, each once. */
export const orderedRoles = (given: Iterable<Role>): readonly Role[] => {
  const held = new Set(given);
  return roles.filter((role) => held.has(role));
};
