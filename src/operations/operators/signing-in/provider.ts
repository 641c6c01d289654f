import { Refusal } from '../../../domain/errors.ts';
import { clockSeconds, consolePage, sessionSeconds } from '../../../domain/operators/sessions.ts';
import { asciiJson } from '../../../domain/text.ts';
import type { Instant } from '../../../domain/time.ts';
import { plusSeconds, withOffset } from '../../../domain/time.ts';
import type { Identity } from '../../../providers/identity/identity.ts';
import { endSession, endSessions } from '../../../store/operators/sessions.ts';
import { journalOf } from '../../journal.ts';
import { digestSecret } from '../../principal.ts';
import type { CompanySignIn, System } from '../../system.ts';
import type { Told } from '../accounts.ts';
import { actorOf, changeAccounts, retried } from '../accounts.ts';
import type { NewSession } from '../sessions.ts';
import { beginSession } from '../sessions.ts';
import { noteProof } from './confirmation.ts';
import { begunAnswer } from './facts.ts';
import type { Wanted } from './provider-account.ts';
import { changes, EmailTaken, factsOfChange, wantedAccount, writeAccount } from './provider-account.ts';
import { answeredBy, newFlow } from './provider-flow.ts';
import type { Call, SessionCall } from './session-call.ts';
import { required } from './session-call.ts';
import { claim, tellRefusal } from './tries.ts';

function requireProvider({ identity }: System): CompanySignIn {
  if (!identity) throw new Refusal('not_found');
  return identity;
}

export const beginProviderSignIn: Call<'beginProviderSignIn'> = (system, call, { query }) =>
  retried(system, async () => {
    const company = requireProvider(system);
    await claim(system, 'source', call.network);
    const { secret, url, expiresAt } = await newFlow(system, company, call, query.purpose ?? 'sign_in');
    const body = { url, origin: call.origin, expires: withOffset(expiresAt) };
    return { status: 201, body: asciiJson(body), begunFlow: { secret, to: query.to } };
  });

export const openProviderSession: Call<'openProviderSession'> = async (system, call, { body }) => {
  const company = requireProvider(system);
  // The answer is used up by the first look, so what follows it may be repeated, and this may not.
  const { identity, begunAt } = await retried(system, async () => {
    await claim(system, 'source', call.network);
    return answeredBy(system, company, call, { given: body, purposes: ['sign_in', 'window'] });
  });
  // The provider was asked for no older proof. A browser may have left the question out. A provider that never says when
  // is believed.
  if (!isSince(system, identity, plusSeconds(begunAt, -sessionSeconds)) && identity.provenAt !== undefined)
    throw notProven('auth_time');
  const { begun, changed } = await retried(system, () => enter(system, company, call, identity));
  const { body: session, ...answer } = await begunAnswer(system, call, begun);
  const { to = '' } = call.flow ?? {};
  const page = asciiJson(consolePage.test(to) ? to : null);
  return {
    ...answer,
    body: `{"session": ${session}, "to": ${page}}`,
    hasEndedFlow: true,
    ...(changed && { changedOperator: begun.operator }),
  };
};

/** Begins a session of the person, with the roles that their groups give now. */
async function enter(
  system: System,
  company: CompanySignIn,
  call: SessionCall,
  identity: Identity,
): Promise<{ readonly begun: NewSession; readonly changed: boolean }> {
  const wanted = await wantedAccount(system, company, identity).catch(async (error: unknown) => {
    if (error instanceof EmailTaken) await tellRefusal(system, error.operator, call, call.operationId);
    throw error;
  });
  if (wanted.operator.disabledAt) {
    await tellRefusal(system, wanted.operator, call, call.operationId);
    throw new Refusal('account_disabled');
  }
  if (!wanted.mayEnter) {
    await takeRoles(system, call, wanted);
    throw new Refusal('provider_no_roles');
  }
  let begun: NewSession | undefined;
  await changeAccounts(system, toldOf(system, call, wanted), async (connection) => {
    if (!(await writeAccount(system, connection, wanted))) return false;
    if (call.token !== undefined) await endSession(connection, digestSecret(call.token));
    const { isStrong, provenAt } = identity;
    const how = { isStrong, provenAt: provenAt && earlier(provenAt, system.now()) };
    begun = await beginSession(system, connection, wanted.operator, how);
    return true;
  });
  if (!begun) throw new Error('No session was begun.');
  return { begun, changed: changes(wanted) };
}

/** Whether a person proved who they are at the provider since a time and not later than now, but for the skew of clocks. */
const isSince = ({ now }: System, { provenAt }: Identity, time: Instant): boolean =>
  provenAt !== undefined &&
  provenAt >= plusSeconds(time, -clockSeconds) &&
  provenAt <= plusSeconds(now(), clockSeconds);

const notProven = (why: 'auth_time' | 'subject'): Refusal =>
  new Refusal('provider_answer', undefined, { cause: { failure: 'answer', why } });

const earlier = (one: Instant, other: Instant): Instant => (one < other ? one : other);

/** Takes the roles of a person who is in no group any more, and ends the sessions. */
const takeRoles = (system: System, call: SessionCall, wanted: Wanted): Promise<void> =>
  changeAccounts(system, toldOf(system, call, wanted), async (connection) => {
    // The account is held first: a sign-in that runs beside this one begins no session that stays.
    if (!(await writeAccount(system, connection, wanted))) return false;
    await endSessions(connection, wanted.operator.operatorId);
    return true;
  });

/** An entry for each brand, with what changes in it. */
function toldOf(system: System, call: SessionCall, wanted: Wanted): Told {
  const cause = {
    actor: actorOf(wanted.operator),
    operation: call.operationId,
    requestId: call.requestId,
  };
  const isSignIn = call.operationId === 'openProviderSession';
  const how = isSignIn ? ({ sign_in: wanted.mayEnter ? 'provider' : 'refused' } as const) : {};
  return {
    brands: wanted.brands,
    entry: (brandId) =>
      journalOf(system, brandId, cause, system.now(), {
        facts: { ...how, ...factsOfChange(wanted, brandId) },
      }).entry,
  };
}

/** Takes the answer of the provider as a fresh proof of the person of the session. */
export const confirmByProvider: Call<'confirmSession'> = async (system, call, { body }) => {
  const { identity: company } = system;
  const { provider: given } = body;
  if (!company || !given) throw new Refusal('provider_flow');
  const { identity, begunAt } = await retried(system, async () => {
    await claim(system, 'source', call.network);
    return answeredBy(system, company, call, { given, purposes: ['proof'] });
  });
  return retried(system, async () => {
    const { operator, session } = required(call);
    // What is weaker than a passkey does not stand in for one.
    const isEnough = operator.passkeys === 0 || identity.isStrong;
    const isOwn = identity.subject === operator.subject;
    if (!isOwn || !isEnough || !isSince(system, identity, begunAt)) {
      await tellRefusal(system, operator, call, call.operationId);
      throw notProven(isOwn ? 'auth_time' : 'subject');
    }
    const wanted = await wantedAccount(system, company, identity);
    // The answer has the groups of now, too.
    if (!wanted.mayEnter) {
      await takeRoles(system, call, wanted);
      throw new Refusal('provider_no_roles');
    }
    const changed = changes(wanted);
    if (changed)
      await changeAccounts(system, toldOf(system, call, wanted), (connection) =>
        writeAccount(system, connection, wanted),
      );
    const until = await noteProof(system, session, { isStrong: identity.isStrong });
    return {
      status: 200,
      body: asciiJson({ confirmed_until: until }),
      hasEndedFlow: true,
      ...(changed && { changedOperator: operator }),
    };
  });
};
