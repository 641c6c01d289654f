import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import { Refusal } from '../../../domain/errors.ts';
import { roles as allRoles } from '../../../domain/operators/roles.ts';
import { invalidField } from '../../../domain/problems.ts';
import { asciiJson, cleanText } from '../../../domain/text.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import { changeOperator, hasOperators, insertOperator } from '../../../store/operators/accounts.ts';
import { forgetTries } from '../../../store/operators/failures.ts';
import { endLinks, endSession, endSessions, useLink } from '../../../store/operators/sessions.ts';
import { digestSecret } from '../../principal.ts';
import type { System } from '../../system.ts';
import {
  actorOf,
  brandsOf,
  changeAccounts,
  newOperator,
  nextOperator,
  normalEmail,
  provenOperator,
  retried,
  toldBy,
} from '../accounts.ts';
import { demoAccounts, findDemoAccount, hasDemo } from '../demo.ts';
import type { FoundLink } from '../links.ts';
import { findValidLink } from '../links.ts';
import { hashPassword, isPassword, requireGoodPassword } from '../passwords.ts';
import type { NewSession } from '../sessions.ts';
import { beginSession } from '../sessions.ts';
import { beginFor } from './begin.ts';
import { begunAnswer, signedInAnswer } from './facts.ts';
import type { Call } from './session-call.ts';
import { required } from './session-call.ts';
import { claim, requireProof, subjectOf } from './tries.ts';

export const getSignInOptions: Call<'getSignInOptions'> = async (system, { isLocal }) => {
  const { db, environment } = system;
  const isDemo = isLocal && (await hasDemo(system));
  const body = {
    environment,
    provider: system.identity?.provider.label ?? null,
    first_start: !(await hasOperators(db)),
    demo: isDemo ? demoAccounts.map(({ account, name, roles }) => ({ account, name, roles })) : [],
  };
  return { status: 200, body: asciiJson(body) };
};

export const openSession: Call<'openSession'> = (system, call, { body }) =>
  retried(system, async () => {
    const email = normalEmail(body.email);
    const operation = 'openSession';
    const operator = await requireProof(system, call, {
      operation,
      email,
      find: () => provenOperator(system, { email }),
      isRight: (found) => isPassword(body.password, found?.disabledAt ? undefined : found?.password),
    });
    const how = { operation, how: 'password' } as const;
    return begunAnswer(system, call, await beginFor(system, operator, call, how));
  });

export const openDemoSession: Call<'openDemoSession'> = (system, call, { body }) =>
  retried(system, async () => {
    if (!call.isLocal || !(await hasDemo(system))) throw new Refusal('not_found');
    const operator = await findDemoAccount(system, body.account);
    const how = { operation: 'openDemoSession', how: 'demo' } as const;
    return begunAnswer(system, call, await beginFor(system, operator, call, how));
  });

export const acceptInvitation: Call<'acceptInvitation'> = (system, call, { body }) =>
  retried(system, async () => {
    await claim(system, 'source', call.network);
    const found = await findValidLink(system, body.token);
    const account = accountFor(system, found, body);
    await requireGoodPassword(body.password, account);
    const password = await hashPassword(body.password);
    const isNew = found.operator === undefined;
    const next = nextOperator(system, account, { password, generation: account.generation + 1 });
    const cause = { actor: actorOf(next), operation: 'acceptInvitation', requestId: call.requestId };
    const told = toldBy(system, cause, await brandsOf(system, next), {
      sign_in: 'link',
      operator_id: next.operatorId,
      ...(isNew && { roles_everywhere: next.roles }),
    });
    let begun: NewSession | undefined;
    await changeAccounts(system, told, async (connection) => {
      if (!(await useLink(connection, found.link.digest))) throw new Refusal('link_err');
      if (isNew && !(await insertOperator(connection, account))) return false;
      if (!(await changeOperator(connection, next))) return false;
      await endSessions(connection, next.operatorId);
      await endLinks(connection, next.operatorId);
      if (call.token !== undefined) await endSession(connection, digestSecret(call.token));
      begun = await beginSession(system, connection, next, { isStrong: false });
      return true;
    });
    if (!begun) throw new Error('No session was begun.');
    await forgetTries(system.db, subjectOf(system, 'address', next.email));
    return begunAnswer(system, call, begun);
  });

/** The account that a link is for, with the name that the person has chosen. */
function accountFor(
  system: System,
  { operator }: FoundLink,
  { name, email }: Input<Contract['acceptInvitation']>['body'],
): StoredOperator {
  if (operator === undefined) {
    if (email === undefined) throw invalidField('email', 'Missing data for required field.');
    if (name === undefined) throw invalidField('name', 'Missing data for required field.');
    const given = { email: normalEmail(email), name: cleanText(name), roles: allRoles };
    return newOperator(system, given);
  }
  if (email !== undefined && normalEmail(email) !== operator.email)
    throw invalidField('email', 'The link is for another address. Leave the field out.');
  if (name === undefined && operator.name === '')
    throw invalidField('name', 'Missing data for required field.');
  return name === undefined ? operator : { ...operator, name: cleanText(name) };
}

export const getSession: Call<'getSession'> = (system, call) =>
  retried(system, () => signedInAnswer(system, call, required(call)));

export const changePassword: Call<'changePassword'> = (system, call, { body }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    const { operatorId, generation } = operator;
    const before = await provenOperator(system, { id: operatorId });
    if (!before || before.generation !== generation) throw new Refusal('session_err');
    if (before.password === undefined) throw new Refusal('no_password');
    await requireGoodPassword(body.password, before);
    const next = nextOperator(system, before, { password: await hashPassword(body.password) });
    const cause = { actor: actorOf(before), operation: 'changePassword', requestId: call.requestId };
    const told = toldBy(system, cause, await brandsOf(system, before), { operator_id: operatorId });
    await changeAccounts(system, told, async (connection) => {
      await endSessions(connection, operatorId, session.digest);
      return changeOperator(connection, next);
    });
    return { status: 200, body: asciiJson({ ended: 'others' }) };
  });

export const closeSession: Call<'closeSession'> = (system, call, { query }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    const ended = query.sessions ?? 'this';
    const { db } = system;
    if (ended === 'this') await endSession(db, session.digest);
    else await endSessions(db, operator.operatorId, ended === 'others' ? session.digest : undefined);
    return { status: 200, body: asciiJson({ ended }), hasEnded: ended !== 'others' };
  });
