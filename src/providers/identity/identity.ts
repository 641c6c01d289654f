import type { Instant } from '../../domain/time.ts';

/** Where the people of a company sign in: its provider of OpenID Connect, behind a small interface. */
export interface IdentityProvider {
  /** What the button for it says. */
  readonly label: string;
  readonly issuer: string;
  /** Whether there is an answer that proves a person as well as a passkey does. */
  readonly canBeStrong: boolean;
  /** The address at which a browser signs in. */
  addressFor(request: SignInRequest): Promise<string | ProviderFailure>;
  /** The person behind the answer that a browser brought back. The answer works once. */
  redeem(answer: SignInAnswer, expected: Expected): Promise<Identity | ProviderFailure>;
  /** Why the provider cannot be used now, for checks without a person. */
  problem(): Promise<ProviderFailure | undefined>;
  close(): Promise<void>;
}

/** What belongs to one sign-in alone. */
interface OneSignIn {
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** The verifier of PKCE (RFC 7636). */
  readonly verifier: string;
}

export interface SignInRequest extends OneSignIn {
  /** Whether the person has to prove again who they are, also where they are signed in at the provider. */
  readonly isFresh: boolean;
}

export type Expected = OneSignIn;

/** The parameters that a provider adds to the redirect URI, but for the state. */
export interface SignInAnswer {
  readonly code: string;
  /** RFC 9207: who answers. */
  readonly iss: string | undefined;
}

/** How an account names a person of a provider. One slash more or less names no other issuer. */
export const subjectOf = (issuer: string, sub: string): string => `${issuer.replace(/\/+$/, '')} ${sub}`;

/** What the provider vouches for. */
export interface Identity {
  readonly subject: string;
  readonly name: string;
  /** `undefined`: the provider names none, or does not vouch for it. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
  /** When the person proved who they are. `undefined`: the provider does not say. */
  readonly provenAt: Instant | undefined;
  /** Whether they did so in a way that counts as a passkey. */
  readonly isStrong: boolean;
}

/**
 * `unreachable`: no usable answer came. `refused`: the provider does not take this service, its secret or its redirect
 * URI. `clock`: the times in the answer do not fit. `answer`: it proves nothing. `why` has no value of a person.
 */
export interface ProviderFailure {
  readonly failure: 'unreachable' | 'refused' | 'clock' | 'answer';
  readonly why: string;
}

export const isFailure = (found: object | string): found is ProviderFailure =>
  typeof found === 'object' && 'failure' in found;
