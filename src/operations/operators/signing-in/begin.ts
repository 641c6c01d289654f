import type { StoredOperator } from '../../../store/operators/accounts.ts';
import { holdOperator } from '../../../store/operators/roles.ts';
import { endSession } from '../../../store/operators/sessions.ts';
import { digestSecret } from '../../principal.ts';
import type { System } from '../../system.ts';
import { actorOf, brandsOf, changeAccounts, toldBy } from '../accounts.ts';
import type { NewSession } from '../sessions.ts';
import { beginSession } from '../sessions.ts';
import type { SessionCall } from './session-call.ts';

interface How {
  readonly operation: string;
  readonly how: 'password' | 'passkey' | 'demo';
}

/** Begins a session, and tells the audit trails of the account's brands. */
export async function beginFor(
  system: System,
  operator: StoredOperator,
  { requestId, token }: SessionCall,
  { operation, how }: How,
): Promise<NewSession> {
  const cause = { actor: actorOf(operator), operation, requestId };
  const told = toldBy(system, cause, await brandsOf(system, operator), { sign_in: how });
  let begun: NewSession | undefined;
  await changeAccounts(system, told, async (connection) => {
    // A password that was changed since it was proven opens nothing.
    if (!(await holdOperator(connection, operator))) return false;
    if (token !== undefined) await endSession(connection, digestSecret(token));
    begun = await beginSession(system, connection, operator, { isStrong: how === 'passkey' });
    return true;
  });
  if (!begun) throw new Error('No session was begun.');
  return begun;
}
