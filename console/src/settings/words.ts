import type { Tone } from '../kit/Status.tsx';
import type { Operator, Role, Settings } from './queries.ts';

export const roleWords: readonly (readonly [role: Role, word: string, does: string])[] = [
  ['viewer', 'Viewer', 'reads customers, verifications, webhooks and events'],
  ['agent', 'Agent', 'a viewer who changes customers and starts verifications'],
  ['compliance', 'Compliance', 'a viewer who decides, reveals, deletes, holds and erases'],
  ['developer', 'Developer', 'keys, webhooks, events and requests; no customers'],
  ['admin', 'Admin', 'operators, settings and keys'],
];

export const rolesInWords = (roles: readonly Role[]): string =>
  roles.length === roleWords.length
    ? 'All roles'
    : roleWords
        .filter(([role]) => roles.includes(role))
        .map(([, word]) => word)
        .join(', ');

export const statusWords: Readonly<
  Record<Operator['status'], { readonly word: string; readonly tone: Tone }>
> = {
  invited: { word: 'Invited', tone: 'warn' },
  active: { word: 'Active', tone: 'good' },
  disabled: { word: 'Disabled', tone: 'mute' },
};

export const providerWords: Readonly<Record<Settings['programs'][number]['provider'], string>> = {
  sandbox: 'the sandbox, by trigger numbers',
  manual: 'the reviewers of the brand',
  http: 'a decision service',
};

export const validationWords: Readonly<Record<Settings['validation'], string>> = {
  bond: 'bond: exactly what Bond takes',
  wide: 'wide: names and addresses of the world, too',
  'wide-itin': 'wide-itin: wide, and ITINs',
  'wide-foreign': 'wide-foreign: wide-itin, and people without a tax number',
};
