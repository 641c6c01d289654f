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

/** Whether a token says all that is asked of it. */
export const isEnough = (claims: Claims, { groupsClaim }: Pick<ReadClaims, 'groupsClaim'>): boolean =>
  claims[groupsClaim] !== undefined && claims['email'] !== undefined;

const wordsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

/** The longest subject (OpenID Connect Core 1.0, section 2). */
const mostSubject = 255;
const emailForm = /^[^\s@]{1,64}@[^\s@]{1,190}$/;

export function identityOf(
  issuer: string,
  claims: Claims,
  { groupsClaim, mustVerifyEmail, strongAcr, strongAmr }: ReadClaims,
): Identity | ProviderFailure {
  const { sub, name, email, email_verified: verified, auth_time: at, acr, amr } = claims;
  if (sub === '' || sub.length > mostSubject) return { failure: 'answer', why: 'sub' };
  const isVerified = verified === true || (verified === undefined && !mustVerifyEmail);
  const isStrong =
    wordsIn(acr).some((one) => strongAcr.includes(one)) ||
    wordsIn(amr).some((one) => strongAmr.includes(one));
  return {
    subject: subjectOf(issuer, sub),
    name: typeof name === 'string' ? name : '',
    email: isVerified && typeof email === 'string' && emailForm.test(email) ? email : undefined,
    groups: wordsIn(claims[groupsClaim]),
    provenAt: typeof at === 'number' && at > 0 && at < 1e11 ? instantOfMillis(at * 1_000) : undefined,
    isStrong,
  };
}
