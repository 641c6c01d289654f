import { Problems } from '../problems.ts';
import { keyScopes } from '../scopes.ts';
import { normalForm } from '../text.ts';

/** The rules of an API key that its maker chooses. */

/** A letter or a digit, then letters, digits, spaces and . _ - */
const namePattern = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._-]{0,63}$/u;
export const keyNameRule =
  "A key's name starts with a letter or a digit and has at most 64 letters, digits, spaces and . _ -";
export const isKeyName = (name: string): boolean => namePattern.test(name);

/** Hours for which the old secret of a rotated key stays valid. */
export const keyOverlapHours = { usual: 24, most: 720 } as const;
/** Days until a key expires. */
export const mostKeyDays = 3_650;
/** Keys that a brand may have made by operations of the API, revoked ones included. */
export const mostKeys = 2_000;

/** Checks the body of a new key beyond its shape. */
export function checkNewKey(body: unknown): Problems {
  const problems = new Problems();
  if (typeof body !== 'object' || body === null) return problems;
  const { name, scopes, expires_days, no_expiry } = body as Readonly<Record<string, unknown>>;
  if (typeof name === 'string' && !isKeyName(normalForm(name))) problems.add('name', `${keyNameRule}.`);
  if (Array.isArray(scopes) && scopes.length === 0)
    problems.add('scopes', `A key needs at least one scope. There are: ${keyScopes.join(', ')}.`);
  if (expires_days !== undefined && no_expiry !== undefined)
    problems.add('no_expiry', 'Send expires_days or no_expiry, not both.');
  return problems;
}

/** What tells who holds a key: its owner, and who was given its secret by an operation of the API. */
export interface HeldKey {
  readonly identity: string;
  readonly owner: string | undefined;
  readonly createdBy: string | undefined;
  readonly rotatedBy: string | undefined;
}

/** Who was given the secret: who rotated the key last, or made it. `undefined`: an operator at the command line did. */
export const holderOf = ({ createdBy, rotatedBy }: Omit<HeldKey, 'identity' | 'owner'>) =>
  rotatedBy ?? createdBy;

/** Whether a key is known to be another person's, who alone may get a new secret for it. */
export function isOfAnother(key: HeldKey, caller: HeldKey): boolean {
  if (key.identity === caller.identity) return false;
  if (key.owner !== undefined) return key.owner !== caller.owner;
  const holder = holderOf(key);
  return holder !== undefined && holder !== partyIdOf(caller);
}

/** The id under which the holder of a key counts in what takes two people. */
export const partyIdOf = (key: Omit<HeldKey, 'owner'>): string => holderOf(key) ?? key.identity;
