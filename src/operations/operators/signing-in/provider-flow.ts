import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import { Refusal } from '../../../domain/errors.ts';
import type { ProviderPurpose } from '../../../domain/operators/sessions.ts';
import { providerPurposes, providerSeconds } from '../../../domain/operators/sessions.ts';
import type { Instant } from '../../../domain/time.ts';
import { plusSeconds } from '../../../domain/time.ts';
import type { Identity, ProviderFailure } from '../../../providers/identity/identity.ts';
import { isFailure } from '../../../providers/identity/identity.ts';
import { insertChallenge, takeChallenge } from '../../../store/operators/passkeys.ts';
import { digestSecret } from '../../principal.ts';
import { checkChallenge, proveChallenge } from '../../proofs.ts';
import type { CompanySignIn, System } from '../../system.ts';
import type { SessionCall } from './session-call.ts';

// A sign-in at the provider is bound to one browser, which holds a random secret in a cookie. What is sent to the
// provider follows from the secret, and the database has a digest of it, which is used up by the first answer.

/** What the secret of a browser gives, for one purpose. */
const secretsOf = (secret: string, purpose: ProviderPurpose) => {
  const derived = (what: string) =>
    createHmac('sha256', secret).update(`${what} ${purpose}`).digest('base64url');
  return {
    // The page that the browser comes back to reads the purpose.
    state: `${purpose}.${derived('state')}`,
    nonce: derived('nonce'),
    verifier: derived('verifier'),
    digest: digestSecret(`provider ${derived('digest')}`),
  };
};

/** Where the provider sends the browser back to. */
export const redirectUri = ({ origin }: Pick<SessionCall, 'origin'>): string =>
  `${origin}/console/sign-in/callback`;

export interface NewFlow {
  readonly secret: string;
  readonly url: string;
  readonly expiresAt: Instant;
}

/** @throws Refusal `provider_unreachable` */
export async function newFlow(
  system: System,
  { provider }: CompanySignIn,
  call: SessionCall,
  purpose: ProviderPurpose,
): Promise<NewFlow> {
  const secret = system.random(32).toString('base64url');
  const { digest, ...sent } = secretsOf(secret, purpose);
  const url = await provider.addressFor({
    ...sent,
    redirectUri: redirectUri(call),
    isFresh: purpose === 'proof',
  });
  if (isFailure(url)) throw refusalOf(url);
  const expiresAt = plusSeconds(system.now(), providerSeconds);
  await insertChallenge(system.db, proveChallenge(system.vault, { digest, expiresAt }));
  return { secret, url, expiresAt };
}

/** A person for whom the provider vouches, and when this browser asked. */
export interface Answered {
  readonly identity: Identity;
  readonly begunAt: Instant;
}

type Given = Input<Contract['openProviderSession']>['body'];

/** Who is behind an answer that this browser brought back. @throws Refusal `provider_…` */
export async function answeredBy(
  system: System,
  { provider }: CompanySignIn,
  call: SessionCall,
  { given, purposes }: { readonly given: Given; readonly purposes: readonly ProviderPurpose[] },
): Promise<Answered> {
  const purpose = providerPurposes.find((one) => given.state.startsWith(`${one}.`));
  if (call.flow === undefined || !purpose || !purposes.includes(purpose)) throw new Refusal('provider_flow');
  const { digest, ...sent } = secretsOf(call.flow.secret, purpose);
  if (!isEqual(sent.state, given.state)) throw new Refusal('provider_flow');
  const stored = await takeChallenge(system.db, digest);
  if (!stored) throw new Refusal('provider_flow');
  checkChallenge(system.vault, stored);
  if (stored.expiresAt <= system.now()) throw new Refusal('provider_flow');
  if (given.code === undefined) throw errorOf(given.error);
  const expected = { ...sent, redirectUri: redirectUri(call) };
  const identity = await provider.redeem({ code: given.code, iss: given.iss }, expected);
  if (isFailure(identity)) throw refusalOf(identity);
  return { identity, begunAt: plusSeconds(stored.expiresAt, -providerSeconds) };
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Errors of the provider's page (RFC 6749, section 4.1.2.1) that are not the person's. */
const ofProvider: readonly (string | undefined)[] = ['server_error', 'temporarily_unavailable'];
const ofService: readonly (string | undefined)[] = [
  ...['invalid_request', 'unauthorized_client', 'unsupported_response_type', 'invalid_scope'],
];

function errorOf(error: string | undefined): Refusal {
  if (ofProvider.includes(error)) return refusalOf({ failure: 'unreachable', why: String(error) });
  if (ofService.includes(error)) return refusalOf({ failure: 'refused', why: String(error) });
  return new Refusal('provider_denied');
}

const refusalOf = (failed: ProviderFailure): Refusal =>
  new Refusal(`provider_${failed.failure}`, undefined, { cause: failed });
