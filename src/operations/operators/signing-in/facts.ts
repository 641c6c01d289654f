import { orderedRoles, scopesOfRoles } from '../../../domain/operators/roles.ts';
import type { Proof } from '../../../domain/operators/sessions.ts';
import { confirmedUntil, endOf } from '../../../domain/operators/sessions.ts';
import { asciiJson } from '../../../domain/text.ts';
import { withOffset } from '../../../domain/time.ts';
import { listBrands } from '../../../store/brands/brands.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import { noteOperatorSeen, rolesOfOperator } from '../../../store/operators/accounts.ts';
import { sessionsOf } from '../../../store/operators/sessions.ts';
import { withFreshKeyring } from '../../keyrings.ts';
import { checkRoles } from '../../proofs.ts';
import type { System } from '../../system.ts';
import { hasDemo } from '../demo.ts';
import type { NewSession, SignedIn } from '../sessions.ts';
import { needsPasskey, rolesIn } from '../sessions.ts';
import type { SessionAnswer, SessionCall } from './session-call.ts';

export const signedInAnswer = async (
  system: System,
  call: SessionCall,
  session: SignedIn,
): Promise<SessionAnswer> => ({ status: 200, body: asciiJson(await factsOf(system, call, session)) });

/** The answer that begins a session, whichever way its person came in. They are seen from then on. */
export async function begunAnswer(
  system: System,
  call: SessionCall,
  begun: NewSession,
): Promise<SessionAnswer> {
  await noteOperatorSeen(system.db, begun.operator.operatorId, begun.session.createdAt);
  return { ...(await signedInAnswer(system, call, begun)), status: 201, begun };
}

/** What a session shows of itself. */
async function factsOf(system: System, call: SessionCall, signedIn: SignedIn): Promise<object> {
  const { operator, session } = signedIn;
  const { environment, now } = system;
  const until = confirmedUntil(session, now());
  const own = (await sessionsOf(system.db, operator.operatorId)).filter(
    (one) => one.generation === operator.generation && endOf(one, environment) > now(),
  );
  const { brands, isWaiting } = await brandsFor(system, signedIn);
  return {
    account: { operator_id: operator.operatorId, email: operator.email, name: operator.name },
    environment,
    brands,
    with_passkey: session.isStrong,
    by_provider: operator.subject !== undefined,
    has_password: operator.password !== undefined,
    passkeys: operator.passkeys,
    passkey_required: isWaiting,
    confirmed_until: until === undefined ? null : withOffset(until),
    confirm_with: await waysToConfirm(system, call, operator),
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
async function brandsFor(
  system: System,
  signedIn: SignedIn,
): Promise<{ readonly brands: readonly object[]; readonly isWaiting: boolean }> {
  const { db, keyrings } = system;
  const { operator } = signedIn;
  const own = new Map((await rolesOfOperator(db, operator.operatorId)).map((one) => [one.brandId, one]));
  const brands = (await listBrands(db)).filter(
    ({ brandId }) => operator.roles.length > 0 || own.has(brandId),
  );
  const taken = new Set(reservedSlugs);
  const shown = [];
  let isWaiting = false;
  for (const { brandId, name } of brands) {
    const row = own.get(brandId);
    if (row) await withFreshKeyring(keyrings, await keyrings.of(brandId), (one) => checkRoles(one, row));
    const roles = rolesIn(signedIn, row?.roles ?? []);
    const waits = needsPasskey(system, signedIn, roles);
    isWaiting ||= waits;
    const plain = slugOf(name);
    const slug = taken.has(plain) ? `${plain}-${brandId.slice(0, 8)}` : plain;
    taken.add(slug);
    shown.push({
      bond_brand_id: brandId,
      name,
      slug,
      roles: orderedRoles(roles),
      scopes: waits ? [] : scopesOfRoles(roles),
    });
  }
  return { brands: shown.toSorted((one, other) => one.name.localeCompare(other.name)), isWaiting };
}

/** What stands below `/console/` beside the brands. */
const reservedSlugs: readonly string[] = ['account', 'assets', 'sign-in', 'start'];

/** The name of a brand in an address. One that is taken has a part of the brand's id behind it. */
const slugOf = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '') || 'brand';

/** How an account can prove that its person is still there. */
export async function waysToConfirm(
  system: System,
  { isLocal }: SessionCall,
  { isDemo, passkeys, password, subject }: StoredOperator,
): Promise<readonly Proof[]> {
  return [
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    // A password, which can be phished, does not take the place of a passkey.
    ...(password !== undefined && passkeys === 0 ? (['password'] as const) : []),
    ...(subject !== undefined && system.identity && (passkeys === 0 || system.identity.provider.canBeStrong)
      ? (['provider'] as const)
      : []),
    ...(isDemo && isLocal && (await hasDemo(system)) ? (['demo'] as const) : []),
  ];
}
