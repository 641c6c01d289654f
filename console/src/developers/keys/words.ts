import type { Tone } from '../../kit/Status.tsx';
import { instantOf } from '../../kit/When.tsx';
import type { ApiKey } from '../queries.ts';

/** What a key can be given, in groups. What the person lacks cannot be given. */
export const scopeGroups = [
  {
    title: 'Read',
    scopes: [
      ['customers:read', 'Customers, with masked SSNs'],
      ['kyc:read', 'Verifications'],
      ['webhooks:read', 'Webhooks'],
      ['events:read', 'Events'],
      ['audit:read', 'Audit trail'],
    ],
  },
  {
    title: 'Write',
    scopes: [
      ['customers:write', 'Customers'],
      ['customers:delete', 'Delete customers'],
      ['kyc:write', 'Verifications and documents'],
      ['webhooks:write', 'Webhooks'],
    ],
  },
  {
    title: 'Sensitive',
    scopes: [
      ['ssn:reveal', 'Full SSNs'],
      ['ssn:search', 'Search by SSN'],
      ['kyc:review', 'Decide on verifications'],
      ['compliance:read', 'Restricted records'],
      ['compliance:write', 'Holds and erasure'],
      ['keys:read', 'List API keys'],
      ['keys:write', 'Make API keys'],
      ['requests:read', 'Requests'],
    ],
  },
] as const;

export const expiryChoices = [
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['never', 'Never'],
] as const;

/** "customers:read +4": the first scope, and how many follow. */
export const scopesInShort = (scopes: readonly string[]): string =>
  scopes.length > 1 ? `${scopes[0]} +${scopes.length - 1}` : (scopes[0] ?? '');

interface End {
  readonly time?: string;
  readonly word: string;
  /** Set where the key has ended, or waits. */
  readonly state?: Tone;
}

/** When a key ends, or that it has. */
export function endOf(key: ApiKey, now = Date.now()): End {
  if (key.date_revoked !== undefined) return { word: 'Revoked', state: 'mute' };
  if (key.date_disabled !== undefined) return { word: 'Disabled by a restore', state: 'warn' };
  const time = key.date_expires;
  if (time === undefined) return { word: 'never' };
  return instantOf(time).getTime() <= now ? { word: 'Expired', state: 'mute' } : { time, word: '' };
}
