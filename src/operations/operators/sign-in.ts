import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { roles as allRoles, orderedRoles, scopesOfRoles } from '../../domain/operators/roles.ts';
import {
  confirmedUntil,
  endOf,
  rememberedSeconds,
  triesPerMinute,
  waits,
} from '../../domain/operators/sessions.ts';
import { invalidField } from '../../domain/problems.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { StoredOperator } from '../../store/operators/accounts.ts';
import {
  changeOperator,
  hasOperators,
  insertOperator,
  rolesOfOperator,
} from '../../store/operators/accounts.ts';
import type { Limit } from '../../store/operators/failures.ts';
import { claimTry, forgetTries } from '../../store/operators/failures.ts';
import {
  changeSession,
  endLinks,
  endSession,
  endSessions,
  sessionsOf,
  useLink,
} from '../../store/operators/sessions.ts';
import { withFreshKeyring } from '../keyrings.ts';
import { digestSecret } from '../principal.ts';
import { checkRoles, checkSession, proveSession } from '../proofs.ts';
import { ConflictError } from '../retry.ts';
import type { Answer, System } from '../system.ts';
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
} from './accounts.ts';
import { demoAccounts, findDemoAccount, hasDemo } from './demo.ts';
import type { FoundLink } from './links.ts';
import { findValidLink } from './links.ts';
import { hashPassword, isPassword, requireGoodPassword } from './passwords.ts';
import type { NewSession, SignedIn } from './sessions.ts';
import { beginSession, rolesIn } from './sessions.ts';

/** A request about signing in, of a person who may not be known yet. */
export interface SessionCall {
  /** Present in operations for a person who has signed in. */
  readonly signedIn: SignedIn | undefined;
  /** What the cookie of the request carries, valid or not. */
  readonly token: string | undefined;
  /** The network of the source address. */
  readonly network: string;
  /** Whether the request came directly from this machine. */
  readonly isLocal: boolean;
  readonly requestId: string;
}

/** An answer that may begin or end a session. */
export interface SessionAnswer extends Answer {
  readonly begun?: NewSession;
  readonly hasEnded?: boolean;
}

type Call<Id extends keyof Contract> = (
  system: System,
  call: SessionCall,
  input: Input<Contract[Id]>,
) => Promise<SessionAnswer>;

export const getSignInOptions: Call<'getSignInOptions'> = async (system, { isLocal }) => {
  const { db, environment } = system;
  const isDemo = isLocal && (await hasDemo(system));
  const body = {
    environment,
    first_start: !(await hasOperators(db)),
    demo: isDemo ? demoAccounts.map(({ account, name, roles }) => ({ account, name, roles })) : [],
  };
  return { status: 200, body: asciiJson(body) };
};

/** The tries of one source, in a window of a minute, and those for one address. */
const ofSource: Limit = {
  waits: [...Array.from({ length: triesPerMinute - 1 }, () => 0), 60],
  seconds: 60,
  isWindow: true,
};
const ofAddress: Limit = { waits, seconds: rememberedSeconds, isWindow: false };

const subjectOf = ({ vault }: System, kind: 'source' | 'address', what: string): string =>
  vault.mac('sign-in subject', [kind, what]);

/** Counts a try. @throws Refusal `sign_in_limited` */
async function claim(system: System, kind: 'source' | 'address', what: string): Promise<void> {
  // In a sandbox everything comes from one machine.
  if (kind === 'source' && system.environment === 'sandbox') return;
  const limit = kind === 'source' ? ofSource : ofAddress;
  const retryAfter = await claimTry(system.db, subjectOf(system, kind, what), system.now(), limit);
  if (retryAfter !== undefined) throw new Refusal('sign_in_limited', undefined, { retryAfter });
}

const signedInAnswer = async (
  system: System,
  status: 200 | 201,
  session: SignedIn,
): Promise<SessionAnswer> => ({ status, body: asciiJson(await factsOf(system, session)) });

const begunAnswer = async (system: System, begun: NewSession): Promise<SessionAnswer> => ({
  ...(await signedInAnswer(system, 201, begun)),
  begun,
});

/** Begins a session, and tells the audit trails of the account's brands. */
async function begin(
  system: System,
  operator: StoredOperator,
  { requestId, token }: SessionCall,
  { operation, how }: { readonly operation: string; readonly how: 'password' | 'demo' },
): Promise<NewSession> {
  const cause = { actor: actorOf(operator), operation, requestId };
  const told = toldBy(system, cause, await brandsOf(system, operator), { sign_in: how });
  let begun: NewSession | undefined;
  await changeAccounts(system, told, async (connection) => {
    if (token !== undefined) await endSession(connection, digestSecret(token));
    begun = await beginSession(system, connection, operator, { isStrong: false });
    return true;
  });
  if (!begun) throw new Error('No session was begun.');
  return begun;
}

/** An entry about a try that was refused. Nobody is known to have made it. */
async function tellRefusal(system: System, operator: StoredOperator, call: SessionCall, operation: string) {
  const cause = { actor: actorOf(operator), operation, requestId: call.requestId };
  const told = toldBy(system, cause, await brandsOf(system, operator), { sign_in: 'refused' });
  await changeAccounts(system, told, async () => true);
}

interface PasswordTry {
  readonly operation: string;
  /** In lower case. */
  readonly email: string;
  readonly password: string;
  /** The account of the address. It is looked up once the try is counted. */
  readonly find: () => Promise<StoredOperator | undefined>;
}

/** The account of an address whose password is right. @throws Refusal `sign_in_err` or `sign_in_limited` */
async function requirePassword(
  system: System,
  call: SessionCall,
  { operation, email, password, find }: PasswordTry,
): Promise<StoredOperator> {
  await claim(system, 'source', call.network);
  await claim(system, 'address', email);
  const operator = await find();
  const isRight = await isPassword(password, operator?.disabledAt ? undefined : operator?.password);
  if (operator && !isRight) await tellRefusal(system, operator, call, operation);
  if (!operator || !isRight) throw new Refusal('sign_in_err');
  await forgetTries(system.db, subjectOf(system, 'address', email));
  return operator;
}

export const openSession: Call<'openSession'> = (system, call, { body: { password, ...body } }) =>
  retried(system, async () => {
    const email = normalEmail(body.email);
    const find = () => provenOperator(system, { email });
    const operation = 'openSession';
    const operator = await requirePassword(system, call, { operation, email, password, find });
    const how = { operation, how: 'password' } as const;
    return begunAnswer(system, await begin(system, operator, call, how));
  });

export const openDemoSession: Call<'openDemoSession'> = (system, call, { body }) =>
  retried(system, async () => {
    if (!call.isLocal || !(await hasDemo(system))) throw new Refusal('not_found');
    const operator = await findDemoAccount(system, body.account);
    const how = { operation: 'openDemoSession', how: 'demo' } as const;
    return begunAnswer(system, await begin(system, operator, call, how));
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
    return begunAnswer(system, begun);
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

const required = ({ signedIn }: SessionCall): SignedIn => {
  if (!signedIn) throw new Error('An operation for sessions ran without one.');
  return signedIn;
};

export const getSession: Call<'getSession'> = (system, call) =>
  retried(system, () => signedInAnswer(system, 200, required(call)));

export const confirmSession: Call<'confirmSession'> = (system, call, { body }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    await requirePassword(system, call, {
      operation: 'confirmSession',
      email: operator.email,
      password: body.password,
      find: async () => operator,
    });
    const until = await confirm(system, { operator, session });
    return { status: 200, body: asciiJson({ confirmed_until: until }) };
  });

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

export const closeSession: Call<'closeSession'> = (system, call, { query }) =>
  retried(system, async () => {
    const { operator, session } = required(call);
    const ended = query.sessions ?? 'this';
    const { db } = system;
    if (ended === 'this') await endSession(db, session.digest);
    else await endSessions(db, operator.operatorId, ended === 'others' ? session.digest : undefined);
    return { status: 200, body: asciiJson({ ended }), hasEnded: ended !== 'others' };
  });

/** What a session shows of itself. */
async function factsOf(system: System, signedIn: SignedIn): Promise<object> {
  const { operator, session } = signedIn;
  const { environment, now } = system;
  const until = confirmedUntil(session, now());
  const own = (await sessionsOf(system.db, operator.operatorId)).filter(
    (one) => one.generation === operator.generation && endOf(one, environment) > now(),
  );
  return {
    account: { operator_id: operator.operatorId, email: operator.email, name: operator.name },
    environment,
    brands: await brandsFor(system, signedIn),
    with_passkey: session.isStrong,
    confirmed_until: until === undefined ? null : withOffset(until),
    expires: withOffset(endOf(session, environment)),
    sessions: own.map((one) => ({
      session_id: one.sessionId,
      date_created: withOffset(one.createdAt),
      date_seen: withOffset(one.seenAt),
      is_current: one.sessionId === session.sessionId,
    })),
  };
}

/** The brands in which the account has roles, in the order of their names. */
async function brandsFor(system: System, signedIn: SignedIn): Promise<readonly object[]> {
  const { db, keyrings } = system;
  const { operator } = signedIn;
  const own = new Map((await rolesOfOperator(db, operator.operatorId)).map((one) => [one.brandId, one]));
  const brands = (await listBrands(db)).filter(
    ({ brandId }) => operator.roles.length > 0 || own.has(brandId),
  );
  const slugs = new Map<string, number>();
  const shown = [];
  for (const { brandId, name } of brands) {
    const row = own.get(brandId);
    if (row) await withFreshKeyring(keyrings, await keyrings.of(brandId), (one) => checkRoles(one, row));
    const roles = rolesIn(signedIn, row?.roles ?? []);
    const plain = slugOf(name);
    const count = slugs.get(plain) ?? 0;
    slugs.set(plain, count + 1);
    shown.push({
      bond_brand_id: brandId,
      name,
      slug: count === 0 ? plain : `${plain}-${brandId.slice(0, 8)}`,
      roles: orderedRoles(roles),
      scopes: scopesOfRoles(roles),
    });
  }
  return shown.toSorted((one, other) => one.name.localeCompare(other.name));
}

/** The name of a brand in an address. A second brand with the same one has a part of its id behind it. */
const slugOf = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '') || 'brand';
