import { Refusal } from '../domain/errors.ts';
import type { Party } from '../domain/keys/four-eyes.ts';
import { isSameParty } from '../domain/keys/four-eyes.ts';
import { findKeys } from '../store/brands/api-keys.ts';
import { withFreshKeyring } from './keyrings.ts';
import { checkKey } from './proofs.ts';
import type { Context } from './system.ts';

/**
 * The one rule of everything that needs two people: an approved change request, the verdict of a review, the release
 * of a legal hold, an early erasure. `asked` are the Identities of those who asked for what the caller would grant.
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
  const caller: Party = { id: principal.identity, person: principal.owner };
  // A caller without an owner is told apart by its key alone.
  const others = caller.person === undefined ? ids.map(withoutPerson) : await partiesOf(context, ids);
  if (others.some((other) => isSameParty(caller, other))) throw new Refusal('second_approver');
}

const withoutPerson = (id: string): Party => ({ id, person: undefined });

/**
 * The people behind some keys. Rows of keys are never deleted, so in live a missing one was taken away by hand. In a
 * sandbox the key of the reference page has no row.
 */
async function partiesOf({ system, keyring, scope }: Context, ids: readonly string[]): Promise<Party[]> {
  if (ids.length === 0) return [];
  const keys = await findKeys(scope, ids);
  if (keys.length < ids.length && system.environment === 'live') throw new Refusal('record_altered');
  const proven = await withFreshKeyring(system.keyrings, keyring, (one) =>
    keys.map((key) => checkKey(one, key)),
  );
  const people = new Map<string, string | undefined>(proven.map(({ identity, owner }) => [identity, owner]));
  return ids.map((id) => ({ id, person: people.get(id) }));
}
