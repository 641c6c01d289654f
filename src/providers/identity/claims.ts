import { isHarmless } from '../../domain/text.ts';
import { instantOfMillis } from '../../domain/time.ts';
import type { Identity, ProviderFailure } from './identity.ts';
import { subjectOf } from './identity.ts';

/** What a provider says of a person (OpenID Connect Core 1.0, section 5.1). */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

export interface ReadClaims {
  readonly groupsClaim: string;
  /** Whether an address counts only with `email_verified`. */
  readonly mustVerifyEmail: boolean;
  /** The values of `acr` and `amr` of which one counts as a passkey. */
  readonly strongAcr: readonly string[];
  readonly strongAmr: readonly string[];
}

type Asked = Pick<ReadClaims, 'groupsClaim' | 'mustVerifyEmail'>;

const hasEmail = (claims: object, { mustVerifyEmail }: Asked): boolean =>
  'email' in claims && (!mustVerifyEmail || 'email_verified' in claims);

/** Whether a token says all that is asked of it. */
export const isEnough = (claims: Claims, asked: Asked): boolean =>
  claims[asked.groupsClaim] !== undefined && claims['name'] !== undefined && hasEmail(claims, asked);

/**
 * The claims of a token, with the name, the groups and the address of the provider's other answer where the token has
 * none. That answer is not signed, so it does not say how and when a person proved who they are. An address and whether
 * it is verified come from one of the two.
 */
export function withMore(token: Claims, more: Readonly<Record<string, unknown>>, asked: Asked): Claims {
  const either = { ...more, ...token } as Readonly<Record<string, unknown>>;
  const { email, email_verified: verified } = hasEmail(token, asked) ? token : more;
  const person = { name: either['name'], email, email_verified: verified };
  return { ...token, ...person, [asked.groupsClaim]: either[asked.groupsClaim] };
}

const wordsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

/** The longest subject (OpenID Connect Core 1.0, section 2). */
const mostSubject = 255;
const emailForm = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
const isAddress = (text: unknown): text is string =>
  typeof text === 'string' && emailForm.test(text) && isHarmless(text);

export function identityOf(
  issuer: string,
  claims: Claims,
  { groupsClaim, mustVerifyEmail, strongAcr, strongAmr }: ReadClaims,
): Identity | ProviderFailure {
  const { sub, name, email, email_verified: verified, auth_time: at, acr, amr } = claims;
  if (sub === '' || sub.length > mostSubject || !isHarmless(sub)) return { failure: 'answer', why: 'sub' };
  const isVerified = verified === true || (verified === undefined && !mustVerifyEmail);
  const isStrong =
    wordsIn(acr).some((one) => strongAcr.includes(one)) ||
    wordsIn(amr).some((one) => strongAmr.includes(one));
  return {
    subject: subjectOf(issuer, sub),
    name: typeof name === 'string' ? name : '',
    email: isVerified && isAddress(email) ? email : undefined,
    groups: wordsIn(claims[groupsClaim]),
    provenAt: typeof at === 'number' && at > 0 && at < 1e11 ? instantOfMillis(at * 1_000) : undefined,
    isStrong,
  };
}
