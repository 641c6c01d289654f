import { Refusal } from '../../../domain/errors.ts';
import { mostPasskeys } from '../../../domain/operators/passkeys.ts';
import { asciiJson, cleanText } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import type { Connection } from '../../../store/connection/database.ts';
import { changeOperator } from '../../../store/operators/accounts.ts';
import type { PasskeyId, StoredPasskey } from '../../../store/operators/passkeys.ts';
import { deletePasskey, insertPasskey, passkeysOf } from '../../../store/operators/passkeys.ts';
import { endSessions } from '../../../store/operators/sessions.ts';
import { checkPasskey, provePasskey } from '../../proofs.ts';
import type { System } from '../../system.ts';
import {
  actorOf,
  brandsOf,
  changeAccounts,
  nextOperator,
  provenOperator,
  retried,
  toldBy,
} from '../accounts.ts';
import { hasDemo } from '../demo.ts';
import { beginFor } from './begin.ts';
import { noteProof } from './confirmation.ts';
import { begunAnswer } from './facts.ts';
import { hostOf, isSigned, namedPasskey, newChallenge, requireAttestation } from './passkey-proof.ts';
import type { Call, SessionCall } from './session-call.ts';
import { required } from './session-call.ts';
import { claim, tellRefusal } from './tries.ts';

export const createPasskeyChallenge: Call<'createPasskeyChallenge'> = (system, call) =>
  retried(system, async () => {
    await claim(system, 'source', call.network);
    const { challenge, expiresAt } = await newChallenge(system);
    const { origin } = call;
    const body = { challenge, host: hostOf(call), origin, expires: withOffset(expiresAt) };
    return { status: 201, body: asciiJson(body) };
  });

export const openPasskeySession: Call<'openPasskeySession'> = (system, call, { body }) =>
  retried(system, async () => {
    await claim(system, 'source', call.network);
    const named = await namedPasskey(system, body.passkey);
    const operation = 'openPasskeySession';
    const isProven = await isSigned(system, call, body.passkey, named?.passkey).catch(async (error) => {
      if (named && error instanceof Refusal) await tellRefusal(system, named.operator, call, operation);
      throw error;
    });
    // Only the provider says whether its people may still enter, and with which roles.
    const opens = isProven && named?.operator.subject === undefined;
    if (named && !opens) await tellRefusal(system, named.operator, call, operation);
    if (!named || !opens) throw new Refusal('sign_in_err');
    if (named.operator.isDemo && !(call.isLocal && (await hasDemo(system)))) throw new Refusal('sign_in_err');
    const how = { operation, how: 'passkey' } as const;
    return begunAnswer(system, call, await beginFor(system, named.operator, call, how));
  });

const shown = ({ passkeyId, name, credentialId, rpId, createdAt, usedAt }: StoredPasskey): object => ({
  passkey_id: passkeyId,
  name,
  credential_id: credentialId,
  host: rpId,
  date_created: withOffset(createdAt),
  date_used: usedAt === undefined ? null : withOffset(usedAt),
});

/** The passkeys of the own account that count. */
async function ownPasskeys(system: System, call: SessionCall): Promise<readonly StoredPasskey[]> {
  const { operator } = required(call);
  const rows = await passkeysOf(system.db, operator.operatorId);
  return rows
    .map((row) => checkPasskey(system.vault, row))
    .filter(({ generation }) => generation === operator.generation);
}

export const listPasskeys: Call<'listPasskeys'> = (system, call) =>
  retried(system, async () => {
    const data = (await ownPasskeys(system, call)).map(shown);
    return { status: 200, body: asciiJson({ data }) };
  });

export const addPasskey: Call<'addPasskey'> = (system, call, { body }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    // A password alone must not add a second way in beside the first.
    if (operator.passkeys > 0 && !session.isStrong) throw new Refusal('passkey_required');
    const credential = await requireAttestation(system, call, body.passkey);
    if (operator.passkeys >= mostPasskeys) throw new Refusal('passkey_dup');
    const passkey = provePasskey(system.vault, {
      ...credential,
      passkeyId: system.newId<'passkey'>(),
      operatorId: operator.operatorId,
      generation: operator.generation,
      name: cleanText(body.name),
      transports: body.passkey.transports ?? [],
      createdAt: system.now(),
      usedAt: undefined,
    });
    await changePasskeys(system, call, passkey, async (connection) => {
      if (!(await insertPasskey(connection, passkey))) throw new Refusal('passkey_dup');
      // What a password alone has opened and proven does not stand beside the first passkey.
      if (operator.passkeys === 0) await endSessions(connection, operator.operatorId, session.digest);
      return 1;
    });
    await noteProof(system, session, { isStrong: true });
    return { status: 201, body: asciiJson(shown(passkey)) };
  });

export const removePasskey: Call<'removePasskey'> = (system, call, { params }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    const passkeys = await ownPasskeys(system, call);
    const passkey = passkeys.find(({ passkeyId }) => passkeyId === (params.passkey_id as PasskeyId));
    if (!passkey) throw new Refusal('passkey_dne');
    await changePasskeys(system, call, passkey, async (connection) => {
      if (!(await deletePasskey(connection, passkey))) return undefined;
      // One of them may have been opened with it, on a machine that is lost.
      await endSessions(connection, operator.operatorId, session.digest);
      return -1;
    });
    return { status: 200, body: asciiJson(shown(passkey)) };
  });

/** Changes a passkey and the number in the account, which its audit trails tell. */
const changePasskeys = (
  system: System,
  call: SessionCall,
  { passkeyId, generation }: StoredPasskey,
  work: (connection: Connection) => Promise<1 | -1 | undefined>,
): Promise<void> =>
  retried(system, async () => {
    const { operatorId: id } = required(call).operator;
    const operator = await provenOperator(system, { id });
    if (!operator || operator.generation !== generation) throw new Refusal('session_err');
    const cause = { actor: actorOf(operator), operation: call.operationId, requestId: call.requestId };
    const facts = { operator_id: id, passkey_id: passkeyId };
    const told = toldBy(system, cause, await brandsOf(system, operator), facts);
    await changeAccounts(system, told, async (connection) => {
      const more = await work(connection);
      if (more === undefined) return false;
      const next = nextOperator(system, operator, { passkeys: operator.passkeys + more });
      return changeOperator(connection, next);
    });
  });
