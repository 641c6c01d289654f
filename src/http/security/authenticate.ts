import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../domain/errors.ts';
import { confirmedUntil } from '../../domain/operators/sessions.ts';
import type { SignedIn } from '../../operations/operators/sessions.ts';
import type { Principal } from '../../operations/principal.ts';
import { keyHeadersOf } from '../headers.ts';
import type { ServerOptions } from '../options.ts';
import { brandOf, hasKeyHeaders, tokenOf } from '../sessions/cookies.ts';
import { networkOf, sourceOf } from './source.ts';

/**
 * The principal of a request: of its key or, where it has none, of the session in its cookie.
 *
 * @throws Refusal `auth_err`, `session_err`, `foreign_page`, or `rate_limited` for a source whose authentications
 *   failed too often.
 */
export async function authenticate(options: ServerOptions, request: FastifyRequest): Promise<Principal> {
  const token = hasKeyHeaders(request) ? undefined : tokenOf(options.origin, request);
  if (token === undefined) {
    const [identity, secret] = keyHeadersOf(request.raw);
    return guarded(options, request, [identity, secret], (source) =>
      options.keys.authenticate(identity, secret, source),
    );
  }
  const brandId = brandOf(request);
  if (brandId === undefined) throw new Refusal('foreign_page');
  return guarded(options, request, ['session', token], () => options.sessions.principal(token, brandId));
}

/**
 * The person of a request in no brand.
 *
 * @throws Refusal `session_err`, `foreign_page` or `rate_limited`
 */
export async function signedInPerson(options: ServerOptions, request: FastifyRequest): Promise<SignedIn> {
  const token = tokenOf(options.origin, request);
  if (token === undefined) throw new Refusal('session_err');
  brandOf(request);
  return guarded(options, request, ['session', token], () => options.sessions.signedIn(token));
}

/**
 * Refuses a person who has not proven lately that it is still them.
 *
 * @throws Refusal `confirmation_required`
 */
export async function requireConfirmed(
  { origin, sessions, system }: ServerOptions,
  request: FastifyRequest,
  { session }: Pick<Principal, 'session'>,
): Promise<void> {
  if (!session || confirmedUntil(session, system.now())) return;
  // Another process may have noted the proof after this one read the session.
  const token = tokenOf(origin, request) ?? '';
  sessions.forget(token);
  const current = await sessions.signedIn(token);
  if (!confirmedUntil(current.session, system.now())) throw new Refusal('confirmation_required');
}

/** Authenticates unless the source has failed too often, and counts a failure. */
async function guarded<Caller>(
  { sourceGuard }: ServerOptions,
  request: FastifyRequest,
  [identity, secret]: readonly [string | undefined, string | undefined],
  caller: (source: string) => Promise<Caller>,
): Promise<Caller> {
  const source = sourceOf(request);
  if (!sourceGuard) return caller(source);
  const presented = { network: networkOf(source), identity, secret };
  sourceGuard.admit(presented);
  try {
    const found = await caller(source);
    sourceGuard.succeeded(presented);
    return found;
  } catch (error) {
    const isUnknown = error instanceof Refusal && ['auth_err', 'session_err'].includes(error.code);
    if (isUnknown) sourceGuard.failed(presented);
    throw error;
  }
}
