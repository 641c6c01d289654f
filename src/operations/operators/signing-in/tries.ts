import { Refusal } from '../../../domain/errors.ts';
import { rememberedSeconds, triesPerMinute, waits } from '../../../domain/operators/sessions.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import type { Limit } from '../../../store/operators/failures.ts';
import { claimTry, forgetTries } from '../../../store/operators/failures.ts';
import type { System } from '../../system.ts';
import { actorOf, brandsOf, changeAccounts, toldBy } from '../accounts.ts';
import type { SessionCall } from './session-call.ts';

/** The tries of one source, in a window of a minute, and those for one address. */
const ofSource: Limit = {
  waits: [...Array.from({ length: triesPerMinute - 1 }, () => 0), 60],
  seconds: 60,
  isWindow: true,
};
const ofAddress: Limit = { waits, seconds: rememberedSeconds, isWindow: false };

export const subjectOf = ({ vault }: System, kind: 'source' | 'address', what: string): string =>
  vault.mac('sign-in subject', [kind, what]);

/** Counts a try. @throws Refusal `sign_in_limited` */
export async function claim(system: System, kind: 'source' | 'address', what: string): Promise<void> {
  // In a sandbox everything comes from one machine.
  if (kind === 'source' && system.environment === 'sandbox') return;
  const limit = kind === 'source' ? ofSource : ofAddress;
  const retryAfter = await claimTry(system.db, subjectOf(system, kind, what), system.now(), limit);
  if (retryAfter !== undefined) throw new Refusal('sign_in_limited', undefined, { retryAfter });
}

/** An entry about a try in the name of an account that was refused. Who made it is not known. */
export async function tellRefusal(
  system: System,
  operator: StoredOperator,
  call: SessionCall,
  operation: string,
) {
  const cause = { actor: actorOf(operator), operation, requestId: call.requestId };
  const told = toldBy(system, cause, await brandsOf(system, operator), { sign_in: 'refused' });
  await changeAccounts(system, told, async () => true);
}

interface Try {
  readonly operation: string;
  /** In lower case. Its tries are counted; `undefined` where there is nothing to guess. */
  readonly email: string | undefined;
  /** The account of the address. It is looked up once the try is counted. */
  readonly find: () => Promise<StoredOperator | undefined>;
  /** Whether the account is proven. Without one it takes as long as with one. */
  readonly isRight: (operator: StoredOperator | undefined) => Promise<boolean>;
}

/** The account that a try proves. @throws Refusal `sign_in_err` or `sign_in_limited` */
export async function requireProof(
  system: System,
  call: SessionCall,
  { operation, email, find, isRight }: Try,
): Promise<StoredOperator> {
  await claim(system, 'source', call.network);
  if (email !== undefined) await claim(system, 'address', email);
  const operator = await find();
  const isProven = await isRight(operator).catch(async (error: unknown) => {
    if (operator && error instanceof Refusal) await tellRefusal(system, operator, call, operation);
    throw error;
  });
  if (operator && !isProven) await tellRefusal(system, operator, call, operation);
  if (!operator || !isProven) throw new Refusal('sign_in_err');
  if (email !== undefined) await forgetTries(system.db, subjectOf(system, 'address', email));
  return operator;
}
