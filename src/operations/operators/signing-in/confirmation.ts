import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import { Refusal } from '../../../domain/errors.ts';
import { confirmedUntil } from '../../../domain/operators/sessions.ts';
import { asciiJson } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import { changeSession, findSession } from '../../../store/operators/sessions.ts';
import { checkSession, proveSession } from '../../proofs.ts';
import { ConflictError } from '../../retry.ts';
import type { System } from '../../system.ts';
import { retried } from '../accounts.ts';
import { isPassword } from '../passwords.ts';
import type { SignedIn } from '../sessions.ts';
import { waysToConfirm } from './facts.ts';
import { isSigned, namedPasskey } from './passkey-proof.ts';
import type { Call, SessionCall } from './session-call.ts';
import { required } from './session-call.ts';
import { requireProof } from './tries.ts';

/** Proves the person of a session by what this service knows itself. */
export const confirmHere: Call<'confirmSession'> = (system, call, { body }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    await requireProof(system, call, {
      operation: 'confirmSession',
      // A signature cannot be guessed, and who guesses passwords in a person's name must not stop it.
      email: body.passkey === undefined ? operator.email : undefined,
      find: async () => operator,
      isRight: () => isProven(system, call, body),
    });
    const until = await noteProof(system, session, { isStrong: body.passkey !== undefined });
    return { status: 200, body: asciiJson({ confirmed_until: until }) };
  });

/** Whether a body proves the person of the session. */
async function isProven(
  system: System,
  call: SessionCall,
  { password, passkey, demo }: Input<Contract['confirmSession']>['body'],
): Promise<boolean> {
  const { operator } = required(call);
  const ways = await waysToConfirm(system, call, operator);
  if (passkey !== undefined) {
    const named = await namedPasskey(system, passkey);
    const isOwn = named?.operator.operatorId === operator.operatorId;
    return isSigned(system, call, passkey, isOwn ? named.passkey : undefined);
  }
  if (password !== undefined)
    return isPassword(password, ways.includes('password') ? operator.password : undefined);
  return demo === true && ways.includes('demo');
}

/** Notes that the person has proven who they are. Answers until when that counts. */
export async function noteProof(
  system: System,
  session: Pick<SignedIn['session'], 'digest'>,
  { isStrong: isByPasskey }: { readonly isStrong: boolean },
): Promise<string> {
  const now = system.now();
  const current = await findSession(system.db, session.digest);
  if (!current) throw new Refusal('session_err');
  checkSession(system.vault, current);
  const isStrong = current.isStrong || isByPasskey;
  const next = proveSession(system.vault, { ...current, isStrong, confirmedAt: now });
  if (!(await changeSession(system.db, next, current.mac)))
    throw new ConflictError('The session has changed.');
  return withOffset(confirmedUntil(next, now) ?? now);
}
