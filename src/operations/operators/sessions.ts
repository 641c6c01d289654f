import { Refusal } from '../../domain/errors.ts';
import type { BrandId, KeyIdentity } from '../../domain/ids.ts';
import { needPasskey } from '../../domain/operators/passkeys.ts';
import type { Role } from '../../domain/operators/roles.ts';
import { orderedRoles, scopesOfRoles } from '../../domain/operators/roles.ts';
import { endOf } from '../../domain/operators/sessions.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds } from '../../domain/time.ts';
import { defaultValidation } from '../../domain/validation.ts';
import type { Connection } from '../../store/connection/database.ts';
import type { StoredOperator } from '../../store/operators/accounts.ts';
import { findOperator, noteOperatorSeen } from '../../store/operators/accounts.ts';
import type { BrandOfOperator } from '../../store/operators/roles.ts';
import { findBrandOfOperator } from '../../store/operators/roles.ts';
import type { StoredSession } from '../../store/operators/sessions.ts';
import { changeSession, findSession, insertSession } from '../../store/operators/sessions.ts';
import { asRefusal, withFreshKeyring } from '../keyrings.ts';
import type { Principal } from '../principal.ts';
import { callerCache, digestSecret } from '../principal.ts';
import { checkOperator, checkRoles, checkSession, checkSettings, proveSession } from '../proofs.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { actorOf } from './accounts.ts';

/** A person who has signed in. */
export interface SignedIn {
  readonly session: StoredSession;
  readonly operator: StoredOperator;
}

/** Seconds after which the last use of a session is written again. */
const seenSeconds = 60;

export interface SessionCheck {
  /** @throws Refusal `session_err` for a token that is unknown or whose session has ended. */
  signedIn(token: string): Promise<SignedIn>;
  /**
   * The person of a session in one brand, with the scopes of their roles there.
   *
   * @throws Refusal `session_err`, or `scope_err` for a brand in which the person has no roles, or that does not exist.
   */
  principal(token: string, brandId: BrandId): Promise<Principal>;
  /** Loads the session again at its next use. */
  forget(token: string): void;
}

export function openSessionCheck(system: System): SessionCheck {
  const sessions = callerCache<SignedIn>();
  const brands = callerCache<Principal>();

  async function signedIn(token: string): Promise<SignedIn> {
    const digest = digestSecret(token);
    const key = digest.toString('base64');
    const found = sessions.get(key) ?? sessions.keep(key, await load(system, digest));
    requireRunning(system, found);
    return found;
  }

  return {
    signedIn,
    forget(token) {
      sessions.forget(digestSecret(token).toString('base64'));
    },
    async principal(token, brandId) {
      const found = await signedIn(token);
      const { sessionId, mac } = found.session;
      const key = `${sessionId} ${brandId} ${mac}`;
      return brands.get(key) ?? brands.keep(key, await principalIn(system, found, brandId));
    },
  };
}

function requireRunning({ environment, now }: System, { session, operator }: SignedIn): void {
  const hasEnded =
    operator.disabledAt !== undefined ||
    operator.generation !== session.generation ||
    endOf(session, environment) <= now();
  if (hasEnded) throw new Refusal('session_err');
}

async function load(system: System, digest: Buffer): Promise<SignedIn> {
  const { db, vault } = system;
  try {
    const session = await findSession(db, digest);
    if (!session) throw new Refusal('session_err');
    checkSession(vault, session);
    const operator = await findOperator(db, { id: session.operatorId });
    if (!operator) throw new Refusal('record_altered');
    checkOperator(vault, operator);
    requireRunning(system, { session, operator });
    return { operator, session: await noted(system, session) };
  } catch (error) {
    throw await asRefusal(db, error);
  }
}

/** The session with the time of this use, which is written once a minute. */
async function noted(system: System, session: StoredSession): Promise<StoredSession> {
  const { db, vault, now } = system;
  const at = now();
  if (plusSeconds(session.seenAt, seenSeconds) > at || db.state !== 'ready') return session;
  const next = proveSession(vault, { ...session, seenAt: at });
  // Another process has written it, or the session has just ended, which the next look finds.
  if (!(await changeSession(db, next, session.mac))) return session;
  await noteOperatorSeen(db, session.operatorId, at);
  return next;
}

async function principalIn(system: System, found: SignedIn, brandId: BrandId): Promise<Principal> {
  const { db, keyrings } = system;
  const { operator } = found;
  try {
    const brand = await findBrandOfOperator(scopeOf(system, brandId), operator.operatorId);
    if (!brand) throw notReached();
    const { roles, settings } = brand;
    await withFreshKeyring(keyrings, await keyrings.of(brandId), (keyring) => {
      if (roles) checkRoles(keyring, roles);
      if (settings) checkSettings(keyring, settings);
    });
    const principal = principalOf(found, brandId, brand);
    if (needsPasskey(system, found, rolesIn(found, roles?.roles ?? [])))
      throw new Refusal('passkey_required');
    return principal;
  } catch (error) {
    throw await asRefusal(db, error);
  }
}

/** Whether roles wait until a passkey has proven the person of the session. */
export const needsPasskey = (
  { environment }: Pick<System, 'environment'>,
  { session }: Pick<SignedIn, 'session'>,
  roles: readonly Role[],
): boolean => !session.isStrong && needPasskey(environment, roles);

const notReached = () => new Refusal('scope_err', 'The roles of this account do not reach this brand.');

function principalOf(
  found: SignedIn,
  brandId: BrandId,
  { brandName, roles, settings }: BrandOfOperator,
): Principal {
  const { operator, session } = found;
  const held = rolesIn(found, roles?.roles ?? []);
  if (held.length === 0) throw notReached();
  return {
    brandId,
    brandName,
    validation: settings?.validation ?? defaultValidation,
    identity: operator.operatorId as string as KeyIdentity,
    keyName: operator.name,
    scopes: new Set(scopesOfRoles(held)),
    createdAt: operator.createdAt,
    expiresAt: undefined,
    owner: operator.email,
    createdBy: undefined,
    rotatedBy: undefined,
    networks: [],
    person: operator.operatorId,
    actor: actorOf(operator),
    session,
    isStored: false,
  };
}

/** The roles of a session in a brand: those in every brand, and those in this one. */
export const rolesIn = (
  { operator }: Pick<SignedIn, 'operator'>,
  ofBrand: StoredOperator['roles'],
): StoredOperator['roles'] => orderedRoles([...operator.roles, ...ofBrand]);

/** The secret of a new session, and the session. */
export interface NewSession extends SignedIn {
  readonly token: string;
}

interface Beginning {
  /** Whether a passkey has proven the person, or what counts as one. */
  readonly isStrong: boolean;
  /** When the person proved who they are, if that was not now. */
  readonly provenAt?: Instant | undefined;
}

/** Begins a session. A token is new with each, so that nobody can make a person use one that they know. */
export async function beginSession(
  system: System,
  connection: Connection,
  operator: StoredOperator,
  { isStrong, ...proof }: Beginning,
): Promise<NewSession> {
  const token = system.random(32).toString('base64url');
  const at: Instant = system.now();
  const provenAt = 'provenAt' in proof ? proof.provenAt : at;
  const session = proveSession(system.vault, {
    digest: digestSecret(token),
    sessionId: system.newId<'session'>(),
    operatorId: operator.operatorId,
    generation: operator.generation,
    isStrong,
    createdAt: at,
    seenAt: at,
    // Who has a passkey proves with it who they are. A password alone only lets them in.
    confirmedAt: operator.passkeys > 0 && !isStrong ? undefined : provenAt,
  });
  await insertSession(connection, session);
  return { token, session, operator };
}
