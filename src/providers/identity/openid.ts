import type * as Library from 'openid-client';
import type { Instant } from '../../domain/time.ts';
import { millisOf } from '../../domain/time.ts';
import type { Outbound } from '../outbound.ts';
import type { Claims, ReadClaims } from './claims.ts';
import { identityOf, isEnough, withMore } from './claims.ts';
import { CallFailed, guardedFetch } from './guarded-fetch.ts';
import type { Expected, Identity, IdentityProvider, ProviderFailure, SignInAnswer } from './identity.ts';
import { isFailure } from './identity.ts';

export interface OpenIdOptions extends ReadClaims {
  readonly outbound: Outbound;
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
  /** Separated by spaces. */
  readonly scopes: string;
  readonly label: string;
  /** The oldest sign-in at the provider that opens a session here, in seconds. */
  readonly maxAge: number;
  readonly now: () => Instant;
}

// Loaded by the first sign-in, so that a start does not wait for it.
const library = () => import('openid-client');

/** Milliseconds after which the description of the provider is asked for again. */
const keptMs = 10 * 60 * 1_000;
/** Milliseconds for which a provider that did not answer is not asked again. */
const quietMs = 5_000;

/** A provider of OpenID Connect, described at its issuer's `/.well-known/openid-configuration`. */
export function openIdProvider(options: OpenIdOptions): IdentityProvider {
  const { issuer, label, outbound } = options;
  const metadata = openMetadata(options);

  async function redeem(answer: SignInAnswer, expected: Expected): Promise<Identity | ProviderFailure> {
    const found = await metadata();
    if (isFailure(found)) return found;
    try {
      const claims = await claimsOf(options, found, answer, expected);
      return identityOf(issuer, claims, options);
    } catch (error) {
      return failureOf(error, 'answer');
    }
  }

  return {
    label,
    issuer,
    canBeStrong: options.strongAcr.length + options.strongAmr.length > 0,
    async addressFor({ redirectUri, state, nonce, verifier, isFresh }) {
      const found = await metadata();
      if (isFailure(found)) return found;
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
      const config = await configurationOf(options, found);
      return buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: options.scopes,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        // The answer then says when the person signed in there.
        max_age: String(isFresh ? 0 : options.maxAge),
        ...(isFresh && { prompt: 'login' }),
        ...(options.strongAcr.length > 0 && { acr_values: options.strongAcr.join(' ') }),
      }).href;
    },
    redeem,
    async problem() {
      const found = await metadata();
      return isFailure(found) ? found : undefined;
    },
    close: () => outbound.close(),
  };
}

/** The description of the provider, kept for a while. An old one counts where no newer one can be had. */
function openMetadata(options: OpenIdOptions): () => Promise<Library.ServerMetadata | ProviderFailure> {
  let kept: { readonly found: Library.ServerMetadata | ProviderFailure; readonly at: number } | undefined;
  let asking: Promise<Library.ServerMetadata | ProviderFailure> | undefined;
  const isDue = () =>
    kept === undefined || performance.now() - kept.at > (isFailure(kept.found) ? quietMs : keptMs);
  async function ask() {
    const found = await discover(options);
    const before = kept?.found;
    const counts = isFailure(found) && before && !isFailure(before) ? before : found;
    kept = { found: counts, at: performance.now() };
    return counts;
  }
  return async () => {
    if (kept && !isDue()) return kept.found;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function discover(options: OpenIdOptions): Promise<Library.ServerMetadata | ProviderFailure> {
  const { discovery, customFetch, allowInsecureRequests } = await library();
  try {
    const found = await discovery(new URL(options.issuer), options.clientId, undefined, undefined, {
      [customFetch]: guardedFetch(options.outbound),
      execute: isInsecure(options) ? [allowInsecureRequests] : [],
    });
    const metadata = found.serverMetadata();
    // Providers of several companies answer with a pattern, which each of their companies would fit.
    if (new URL(metadata.issuer).href !== new URL(options.issuer).href)
      return unusable('it names another issuer');
    if (!isSafe(metadata.authorization_endpoint, options)) return unusable('its authorization_endpoint');
    if (!metadata.token_endpoint || !metadata.jwks_uri)
      return unusable('it has no token_endpoint or jwks_uri');
    return metadata;
  } catch (error) {
    return unusable(failureOf(error, 'unreachable').why);
  }
}

const unusable = (why: string): ProviderFailure => ({ failure: 'unreachable', why });

const isInsecure = ({ issuer }: Pick<OpenIdOptions, 'issuer'>): boolean => issuer.startsWith('http:');

/** Whether a browser may be sent to an address that the provider names. */
function isSafe(address: string | undefined, options: OpenIdOptions): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  const { protocol } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isInsecure(options));
}

/** A configuration for one sign-in. It has no keys of an earlier one, so that replaced keys count at once. */
async function configurationOf(
  options: OpenIdOptions,
  metadata: Library.ServerMetadata,
): Promise<Library.Configuration> {
  const client = await library();
  const { clientId, secret, now } = options;
  const post = client.ClientSecretPost(secret);
  const basic = client.ClientSecretBasic(secret);
  // Without a list the provider takes `client_secret_basic` (OpenID Connect Discovery 1.0, section 3).
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const skew = Math.round((millisOf(now()) - Date.now()) / 1_000);
  const config = new client.Configuration(
    metadata,
    clientId,
    { [client.clockSkew]: skew },
    methods.includes('client_secret_basic') ? basic : post,
  );
  config[client.customFetch] = guardedFetch(options.outbound);
  if (isInsecure(options)) client.allowInsecureRequests(config);
  // A signature is checked, also of what came over TLS.
  client.enableNonRepudiationChecks(config);
  return config;
}

/** The claims about a person: of the token, and of the provider's other answer where the token has too few. */
async function claimsOf(
  options: OpenIdOptions,
  metadata: Library.ServerMetadata,
  { code, iss }: SignInAnswer,
  { redirectUri, state, nonce, verifier }: Expected,
): Promise<Claims> {
  const { authorizationCodeGrant, fetchUserInfo } = await library();
  const config = await configurationOf(options, metadata);
  const answered = new URL(redirectUri);
  answered.searchParams.set('code', code);
  answered.searchParams.set('state', state);
  if (iss !== undefined) answered.searchParams.set('iss', iss);
  const tokens = await authorizationCodeGrant(config, answered, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new CallFailed('no id token');
  if (isEnough(claims, options) || metadata.userinfo_endpoint === undefined) return claims;
  const more = await fetchUserInfo(config, tokens.access_token, claims.sub);
  return withMore(claims, more, options);
}

/** Errors of the token endpoint that a person or a repeat explains; the others are about this service. */
const ofAnswer: readonly unknown[] = ['invalid_grant'];

const codes: Readonly<Record<string, ProviderFailure['failure']>> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'clock',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'answer',
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: 'answer',
  OAUTH_KEY_SELECTION_FAILED: 'answer',
  OAUTH_INVALID_RESPONSE: 'answer',
  OAUTH_RESPONSE_IS_NOT_CONFORM: 'unreachable',
  OAUTH_RESPONSE_IS_NOT_JSON: 'unreachable',
  OAUTH_PARSE_ERROR: 'unreachable',
  OAUTH_TIMEOUT: 'unreachable',
};

/** What an error of the library says. Its message may quote the answer, so only its code and claim are told. */
function failureOf(error: unknown, otherwise: ProviderFailure['failure']): ProviderFailure {
  const { code, cause, error: told } = error as { code?: unknown; cause?: unknown; error?: unknown };
  if (cause instanceof CallFailed) return { failure: 'unreachable', why: cause.message };
  if (error instanceof CallFailed) return { failure: 'answer', why: error.message };
  if (code === 'OAUTH_RESPONSE_BODY_ERROR') {
    const word = typeof told === 'string' && /^[a-z_]{1,40}$/.test(told) ? told : 'error';
    return { failure: ofAnswer.includes(told) ? 'answer' : 'refused', why: word };
  }
  const known = typeof code === 'string' ? code : 'no code';
  return { failure: codes[known] ?? otherwise, why: [known, claimIn(cause)].filter(Boolean).join(' ') };
}

/** The name of the claim that did not fit. */
function claimIn(cause: unknown): string | undefined {
  const { cause: inner, claim } = (cause ?? {}) as { cause?: { claim?: unknown }; claim?: unknown };
  const name = claim ?? inner?.claim;
  return typeof name === 'string' && /^\w{1,20}$/.test(name) ? name : undefined;
}
