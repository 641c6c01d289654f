import { Refusal } from '../../../domain/errors.ts';
import { mostPasskeys } from '../../../domain/operators/passkeys.ts';
import { asciiJson, cleanText } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import type { Connection } from '../../../store/connection/database.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import { changeOperator } from '../../../store/operators/accounts.ts';
import type { PasskeyId, StoredPasskey } from '../../../store/operators/passkeys.ts';
import {
  changePasskey,
  deletePasskey,
  insertPasskey,
  passkeysOf,
} from '../../../store/operators/passkeys.ts';
import type { StoredSession } from '../../../store/operators/sessions.ts';
import { changeSession, endSessions, findSession } from '../../../store/operators/sessions.ts';
import { checkPasskey, checkSession, provePasskey, proveSession } from '../../proofs.ts';
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
  const { operatorId: id } = required(call).operator;
  // As it is now: another process may have removed a passkey in the last second.
  const operator = await provenOperator(system, { id });
  const rows = await passkeysOf(system.db, id);
  return rows
    .map((row) => checkPasskey(system.vault, row))
    .filter(({ generation }) => generation === operator?.generation);
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
    await changePasskeys(system, call, passkey, async (connection, { operatorId, passkeys }) => {
      // Another session may have added the first one since the account was read.
      if (passkeys > 0 && !session.isStrong) throw new Refusal('passkey_required');
      if (!(await insertPasskey(connection, passkey))) throw new Refusal('passkey_dup');
      // What a password alone has opened and proven does not stand beside the first passkey.
      if (passkeys === 0) await endSessions(connection, operatorId, session.digest);
      return { passkeys: passkeys + 1 };
    });
    await noteProof(system, session, { isStrong: true });
    return { status: 201, body: asciiJson(shown(passkey)) };
  });

export const removePasskey: Call<'removePasskey'> = (system, call, { params }) =>
  retried(system, async () => {
    const { session } = required(call);
    const passkeys = await ownPasskeys(system, call);
    const passkey = passkeys.find(({ passkeyId }) => passkeyId === (params.passkey_id as PasskeyId));
    if (!passkey) throw new Refusal('passkey_dne');
    await changePasskeys(system, call, passkey, async (connection, { operatorId, ...account }) => {
      if (!(await deletePasskey(connection, passkey))) return undefined;
      // One of them may have been opened with it, on a machine that is lost.
      await endSessions(connection, operatorId, session.digest);
      // What stays becomes part of a new generation. A removed row that is put back is of the former one.
      const next = { ...account, operatorId, generation: account.generation + 1 };
      if (!(await carryOver(system, connection, { from: account.generation, next, session })))
        return undefined;
      return { passkeys: account.passkeys - 1, generation: next.generation };
    });
    return { status: 200, body: asciiJson(shown(passkey)) };
  });

/** Makes passkeys and the session of this request part of another generation of their account. */
async function carryOver(
  system: System,
  connection: Connection,
  {
    from,
    next: { operatorId, generation },
    session,
  }: {
    readonly from: number;
    readonly next: Pick<StoredOperator, 'operatorId' | 'generation'>;
    readonly session: Pick<StoredSession, 'digest'>;
  },
): Promise<boolean> {
  for (const passkey of await passkeysOf(connection, operatorId)) {
    if (checkPasskey(system.vault, passkey).generation !== from) continue;
    const carried = provePasskey(system.vault, { ...passkey, generation });
    if (!(await changePasskey(connection, carried, passkey.mac))) return false;
  }
  const current = await findSession(connection, session.digest);
  if (!current) throw new Refusal('session_err');
  checkSession(system.vault, current);
  return changeSession(connection, proveSession(system.vault, { ...current, generation }), current.mac);
}

/** Changes a passkey and what the account says of its passkeys, which its audit trails tell. */
const changePasskeys = (
  system: System,
  call: SessionCall,
  { passkeyId, generation }: StoredPasskey,
  work: (
    connection: Connection,
    operator: StoredOperator,
  ) => Promise<Partial<Pick<StoredOperator, 'passkeys' | 'generation'>> | undefined>,
): Promise<void> =>
  retried(system, async () => {
    const { operatorId: id } = required(call).operator;
    const operator = await provenOperator(system, { id });
    if (!operator || operator.generation !== generation) throw new Refusal('session_err');
    const cause = { actor: actorOf(operator), operation: call.operationId, requestId: call.requestId };
    const facts = { operator_id: id, passkey_id: passkeyId };
    const told = toldBy(system, cause, await brandsOf(system, operator), facts);
    await changeAccounts(system, told, async (connection) => {
      const changes = await work(connection, operator);
      return changes !== undefined && changeOperator(connection, nextOperator(system, operator, changes));
    });
  });
