import { asciiJson } from '../../domain/text.ts';
import { listKeys } from '../../store/brands/api-keys.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { checkKey } from '../proofs.ts';
import type { Answer, Context } from '../system.ts';
import { membersOf } from './operators.ts';

/** The names behind ids of keys and operators. An operator without a name is named by the address of the account. */
export async function listActors({ system, scope, keyring }: Context): Promise<Answer> {
  const keys = await listKeys(scope);
  await withFreshKeyring(system.keyrings, keyring, (one) => keys.map((key) => checkKey(one, key)));
  const members = await membersOf(system, scope, keyring);
  const data = [
    ...keys.map(({ identity, name }) => ({ id: identity, kind: 'key', name })),
    ...members.map(({ operator }) => ({
      id: operator.operatorId,
      kind: 'operator',
      name: operator.name === '' ? operator.email : operator.name,
    })),
  ];
  return { status: 200, body: asciiJson({ data }) };
}
