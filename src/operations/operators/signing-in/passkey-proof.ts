import { Refusal } from '../../../domain/errors.ts';
import { algorithms, challengeSeconds, isCopied } from '../../../domain/operators/passkeys.ts';
import type { Instant } from '../../../domain/time.ts';
import { plusSeconds } from '../../../domain/time.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import type { StoredPasskey } from '../../../store/operators/passkeys.ts';
import {
  changePasskey,
  findPasskey,
  insertChallenge,
  takeChallenge,
} from '../../../store/operators/passkeys.ts';
import { digestSecret } from '../../principal.ts';
import { checkChallenge, checkPasskey, proveChallenge, provePasskey } from '../../proofs.ts';
import { ConflictError } from '../../retry.ts';
import type { System } from '../../system.ts';
import { provenOperator } from '../accounts.ts';
import type { SessionCall } from './session-call.ts';

// What an authenticator has signed, and what it proves (WebAuthn level 3).

// Loaded by the first passkey, so that a start does not wait for it.
async function library() {
  const loaded = await import('@simplewebauthn/server');
  // No maker of an authenticator is believed, so nothing is asked of the addresses in their certificates.
  for (const identifier of ['apple', 'android-key', 'android-safetynet'] as const)
    loaded.SettingsService.setRootCertificates({ identifier, certificates: [] });
  return loaded;
}

/** What `navigator.credentials.create` answers. */
export interface Attestation {
  readonly id: string;
  readonly client_data: string;
  readonly attestation: string;
}

/** What `navigator.credentials.get` answers. */
export interface Assertion {
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly signature: string;
}

export interface NewChallenge {
  readonly challenge: string;
  readonly expiresAt: Instant;
}

export async function newChallenge(system: System): Promise<NewChallenge> {
  const challenge = system.random(32).toString('base64url');
  const expiresAt = plusSeconds(system.now(), challengeSeconds);
  await insertChallenge(
    system.db,
    proveChallenge(system.vault, { digest: digestSecret(challenge), expiresAt }),
  );
  return { challenge, expiresAt };
}

/** The challenge that an answer names, if it was given out and not used before. It is used up by this look. */
async function takenChallenge(system: System, clientData: string): Promise<string | undefined> {
  const challenge = challengeIn(clientData);
  const stored = challenge && (await takeChallenge(system.db, digestSecret(challenge)));
  if (!stored) return undefined;
  checkChallenge(system.vault, stored);
  return stored.expiresAt > system.now() ? challenge : undefined;
}

function challengeIn(clientData: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientData, 'base64url').toString('utf8'));
    return typeof challenge === 'string' && challenge.length <= 100 ? challenge : undefined;
  } catch {
    return undefined;
  }
}

/** The host that passkeys of this address are for. */
export const hostOf = ({ origin }: SessionCall): string => new URL(origin).hostname;

export type NewCredential = Pick<StoredPasskey, 'credentialId' | 'publicKey' | 'counter' | 'rpId'>;

/** What a new credential says of itself. @throws Refusal `passkey_err` where the answer is not as it has to be. */
export async function requireAttestation(
  system: System,
  call: SessionCall,
  { id, client_data: clientDataJSON, attestation: attestationObject }: Attestation,
): Promise<NewCredential> {
  const challenge = await takenChallenge(system, clientDataJSON);
  if (challenge === undefined) throw new Refusal('passkey_err');
  const { verifyRegistrationResponse } = await library();
  const host = hostOf(call);
  const answer = await verifyRegistrationResponse({
    response: {
      id,
      rawId: id,
      type: 'public-key',
      response: { clientDataJSON, attestationObject },
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: call.origin,
    expectedRPID: host,
    requireUserVerification: true,
    supportedAlgorithmIDs: [...algorithms],
  }).catch(() => undefined);
  // The library says in its message what was wrong, with values of the answer.
  if (!answer?.verified) throw new Refusal('passkey_err');
  const { credential } = answer.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    rpId: host,
  };
}

/** The passkey of an answer, and its account. */
export interface NamedPasskey {
  readonly passkey: StoredPasskey;
  readonly operator: StoredOperator;
}

/** The passkey that an answer names, where its account counts. @throws VaultError where a row was altered. */
export async function namedPasskey(system: System, { id }: Assertion): Promise<NamedPasskey | undefined> {
  const passkey = await findPasskey(system.db, id);
  if (!passkey) return undefined;
  checkPasskey(system.vault, passkey);
  const operator = await provenOperator(system, { id: passkey.operatorId });
  const counts =
    operator !== undefined &&
    operator.disabledAt === undefined &&
    operator.generation === passkey.generation &&
    operator.passkeys > 0;
  return counts ? { passkey, operator } : undefined;
}

/**
 * Whether an answer is signed by a passkey, for this host, after its user was verified. Notes how often it has signed.
 *
 * @throws Refusal `passkey_copied` where the authenticator has counted backwards.
 */
export async function isSigned(
  system: System,
  call: SessionCall,
  assertion: Assertion,
  passkey: StoredPasskey | undefined,
): Promise<boolean> {
  const challenge = await takenChallenge(system, assertion.client_data);
  if (challenge === undefined || !passkey || passkey.rpId !== hostOf(call)) return false;
  const counter = await counterOf(call, assertion, { challenge, passkey });
  if (counter === undefined) return false;
  if (isCopied(passkey.counter, counter)) throw new Refusal('passkey_copied');
  const next = provePasskey(system.vault, { ...passkey, counter, usedAt: system.now() });
  if (!(await changePasskey(system.db, next, passkey.mac)))
    throw new ConflictError('The passkey has changed.');
  return true;
}

/** The counter in an answer that is signed as it has to be. */
async function counterOf(
  { origin }: SessionCall,
  { id, client_data, authenticator_data, signature }: Assertion,
  { challenge, passkey }: { readonly challenge: string; readonly passkey: StoredPasskey },
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await library();
  const answer = await verifyAuthenticationResponse({
    response: {
      id,
      rawId: id,
      type: 'public-key',
      response: { clientDataJSON: client_data, authenticatorData: authenticator_data, signature },
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: passkey.rpId,
    requireUserVerification: true,
    // The counter is compared after the signature, so that nobody raises an alarm without one.
    credential: { id, publicKey: Uint8Array.from(passkey.publicKey), counter: 0 },
  }).catch(() => undefined);
  return answer?.verified ? answer.authenticationInfo.newCounter : undefined;
}
