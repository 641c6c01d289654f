import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../domain/errors.ts';
import type { Principal } from '../../operations/principal.ts';
import { keyHeadersOf } from '../headers.ts';
import type { ServerOptions } from '../options.ts';
import { networkOf, sourceOf } from './source.ts';

/**
 * The principal of a request.
 *
 * @throws Refusal `auth_err`, or `rate_limited` for a source whose authentications failed too often.
 */
export async function authenticate(
  { keys, sourceGuard }: ServerOptions,
  request: FastifyRequest,
): Promise<Principal> {
  const [identity, secret] = keyHeadersOf(request.raw);
  const source = sourceOf(request);
  if (!sourceGuard) return keys.authenticate(identity, secret, source);
  const presented = { network: networkOf(source), identity, secret };
  sourceGuard.admit(presented);
  try {
    const principal = await keys.authenticate(identity, secret, source);
    sourceGuard.succeeded(presented);
    return principal;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'auth_err') sourceGuard.failed(presented);
    throw error;
  }
}
