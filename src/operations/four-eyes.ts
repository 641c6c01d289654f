import { Refusal } from '../domain/errors.ts';
import type { HeldKey } from '../domain/keys/api-key.ts';
import { holderOf, partyIdOf } from '../domain/keys/api-key.ts';
import type { Party } from '../domain/keys/four-eyes.ts';
import { isSameParty } from '../domain/keys/four-eyes.ts';
import { findKeys } from '../store/brands/api-keys.ts';
import { findOperators } from '../store/operators/accounts.ts';
import { withFreshKeyring } from './keyrings.ts';
import { checkKey, checkOperator } from './proofs.ts';
import type { Context } from './system.ts';

/**
 * The one rule of everything that needs two people: an approved change request, the verdict of a review, the decision
 * on a match with a list, the release of a legal hold, an early erasure. `asked` are the keys and the people who asked for what the caller would grant.
 * One that is unknown is left out: it is from before it was recorded, and the record that it would be in is proven.
 *
 * @throws Refusal `second_approver` where one of them is the caller, or the person behind the caller's key;
 *   VaultError where a key among them was altered.
 */
export async function requireSecondPerson(
  context: Context,
  asked: readonly (string | undefined)[],
): Promise<void> {
  const { principal } = context;
  const ids = [...new Set(asked.filter((id) => id !== undefined))];
  if (ids.length === 0) return;
  const keys = await provenParties(context, ids);
  if (keys.size < ids.length && context.system.environment === 'live' && principal.owner !== undefined)
    throw new Refusal('record_altered');
  const makers = [principal, ...keys.values()].map(holderOf).filter((id) => id !== undefined);
  const known = new Map([...(await provenParties(context, makers)), ...keys]);
  const caller = partyOf(principal, known);
  const others = ids.map((id) => partyOf(keys.get(id) ?? withoutPerson(id), known));
  if (others.some((other) => isSameParty(caller, other))) throw new Refusal('second_approver');
}

/** A key that has no row. Rows of keys and people are never deleted; that of a sandbox's reference page is in memory only. */
const withoutPerson = (identity: string): HeldKey => ({
  identity,
  owner: undefined,
  createdBy: undefined,
  rotatedBy: undefined,
});

/** A key counts as the person who was given its secret. */
function partyOf(key: HeldKey, known: ReadonlyMap<string, HeldKey>): Party {
  const holder = holderOf(key);
  return {
    id: partyIdOf(key),
    person: key.owner ?? (holder === undefined ? undefined : known.get(holder)?.owner),
  };
}

/** The keys among some ids, and the accounts of people, which count as keys of their own. */
async function provenParties(
  { system, keyring, scope }: Context,
  ids: readonly string[],
): Promise<ReadonlyMap<string, HeldKey>> {
  if (ids.length === 0) return new Map();
  const [keys, people] = await Promise.all([findKeys(scope, ids), findOperators(system.db, ids)]);
  const proven = await withFreshKeyring(system.keyrings, keyring, (one) =>
    keys.map((key) => checkKey(one, key)),
  );
  const accounts = people
    .map((one) => checkOperator(system.vault, one))
    .map(({ operatorId, email }) => ({ ...withoutPerson(operatorId), owner: email }));
  return new Map([...accounts, ...proven].map((one): [string, HeldKey] => [one.identity, one]));
}
