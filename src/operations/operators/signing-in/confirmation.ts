import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import { Refusal } from '../../../domain/errors.ts';
import { confirmedUntil } from '../../../domain/operators/sessions.ts';
import { asciiJson } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import { changeSession, sessionsOf } from '../../../store/operators/sessions.ts';
import { checkSession, proveSession } from '../../proofs.ts';
import { ConflictError } from '../../retry.ts';
import type { System } from '../../system.ts';
import { retried } from '../accounts.ts';
import { isPassword } from '../passwords.ts';
import type { SignedIn } from '../sessions.ts';
import { waysToConfirm } from './facts.ts';
import type { Call, SessionCall } from './session-call.ts';
import { required } from './session-call.ts';
import { requireProof } from './tries.ts';

export const confirmSession: Call<'confirmSession'> = (system, call, { body }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    await requireProof(system, call, {
      operation: 'confirmSession',
      email: operator.email,
      find: async () => operator,
      isRight: () => isProven(system, call, body),
    });
    const until = await confirm(system, { operator, session });
    return { status: 200, body: asciiJson({ confirmed_until: until }) };
  });

/** Whether a body proves the person of the session. */
async function isProven(
  system: System,
  call: SessionCall,
  { password, demo }: Input<Contract['confirmSession']>['body'],
): Promise<boolean> {
  if (password !== undefined) return isPassword(password, required(call).operator.password);
  return demo === true && (await waysToConfirm(system, call, required(call).operator)).includes('demo');
}

/** Notes that the person has proven who they are. Answers until when that counts. */
async function confirm(system: System, { operator, session }: SignedIn): Promise<string> {
  const now = system.now();
  const current = (await sessionsOf(system.db, operator.operatorId)).find(
    ({ sessionId }) => sessionId === session.sessionId,
  );
  if (!current) throw new Refusal('session_err');
  checkSession(system.vault, current);
  const next = proveSession(system.vault, { ...current, confirmedAt: now });
  if (!(await changeSession(system.db, next, current.mac)))
    throw new ConflictError('The session has changed.');
  return withOffset(confirmedUntil(next, now) ?? now);
}
