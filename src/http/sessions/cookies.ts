import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../domain/errors.ts';
import type { BrandId } from '../../domain/ids.ts';
import { parseId } from '../../domain/ids.ts';
import { providerSeconds } from '../../domain/operators/sessions.ts';
import type { Flow } from '../../operations/operators/signing-in/session-call.ts';

/**
 * The cookie of a session. Over TLS its name makes browsers refuse one that another host has set. Plain HTTP is for
 * loopback, where browsers refuse that name.
 */
const cookieName = (isSecure: boolean): string => (isSecure ? '__Host-clientele' : 'clientele');

const isSecure = (origin: string, request: FastifyRequest): boolean =>
  origin.startsWith('https:') || request.protocol === 'https';

/** The value of a cookie of a request. Two cookies of one name have none. */
function cookieValue(name: string, { headers: { cookie } }: FastifyRequest): string | undefined {
  if (cookie === undefined) return undefined;
  const start = `${name}=`;
  const found = cookie
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start));
  return found.length === 1 ? found[0]?.slice(start.length) : undefined;
}

/** The token in the cookie of a request. */
export function tokenOf(origin: string, request: FastifyRequest): string | undefined {
  const token = cookieValue(cookieName(isSecure(origin, request)), request);
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}

const flowName = (secure: boolean): string => `${cookieName(secure)}-flow`;

/** The sign-in at the provider that this browser began. */
export function flowOf(origin: string, request: FastifyRequest): Flow | undefined {
  const value = cookieValue(flowName(isSecure(origin, request)), request) ?? '';
  const [, secret, page = ''] = /^([\w-]{43})(?:\.([\w-]{1,1400}))?$/.exec(value) ?? [];
  if (secret === undefined) return undefined;
  const to = Buffer.from(page, 'base64url').toString('utf8');
  return { secret, to: to === '' ? undefined : to };
}

/** The header that sets the cookie of a sign-in at the provider, or removes it. */
export function setFlowCookie(origin: string, request: FastifyRequest, given: Flow | undefined): string {
  const secure = isSecure(origin, request);
  const page = given?.to === undefined ? '' : `.${Buffer.from(given.to).toString('base64url')}`;
  const age = given ? providerSeconds : 0;
  return `${flowName(secure)}=${given ? `${given.secret}${page}` : ''}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}; Max-Age=${age}`;
}

/** Whether a request has one of the two headers of a key, which win over a cookie. */
export const hasKeyHeaders = ({ headers }: FastifyRequest): boolean =>
  headers['identity'] !== undefined || headers.authorization !== undefined;

/** The header that sets the cookie. Without a token it removes it. */
export function setCookie(origin: string, request: FastifyRequest, token: string | undefined): string {
  const secure = isSecure(origin, request);
  const end = token === undefined ? '; Max-Age=0' : '';
  return `${cookieName(secure)}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${end}`;
}

/** @throws Refusal `foreign_page` where a browser says that another site's page sends the request. */
export function requireSameOrigin({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw new Refusal('foreign_page');
}

/**
 * The brand that a request with a cookie is about; `undefined` for none. No page of another site can send this header
 * without being asked first, and this service allows no such page.
 *
 * @throws Refusal `foreign_page`
 */
export function brandOf(request: FastifyRequest): BrandId | undefined {
  requireSameOrigin(request);
  const header = request.headers['clientele-brand'];
  if (typeof header !== 'string') throw new Refusal('foreign_page');
  if (header === '-') return undefined;
  const brandId = parseId<'brand'>(header);
  if (!brandId) throw new Refusal('foreign_page');
  return brandId;
}
