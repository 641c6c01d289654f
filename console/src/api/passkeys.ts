import { answerOf, api } from './client.ts';
import { Failure } from './failure.ts';
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const failed = (message: string): Failure => new Failure(message, { status: 0, code: 'passkey' });

async function nextChallenge() {
  const given = await answerOf(api.POST('/passkey-challenges'));
  if (given.origin !== location.origin)
    throw failed(`Passkeys work at ${given.origin} only. Open the console there.`);
  return { challenge: toBytes(given.challenge), host: given.host };
}

/** What a browser says when it has no answer of an authenticator. */
async function asked(credential: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await credential;
    if (found instanceof PublicKeyCredential) return found;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError')
      throw failed('This device has a passkey of your account already.');
  }
  throw failed('No passkey was used. Try again.');
}

/** Asks for a passkey of whoever is there. @throws Failure */
export async function askPasskey(): Promise<Schemas['PasskeyAssertion']> {
  const { challenge, host } = await nextChallenge();
  const publicKey = { challenge, rpId: host, userVerification: 'required' } as const;
  const { id, response } = await asked(navigator.credentials.get({ publicKey }));
  const { clientDataJSON, authenticatorData, signature } = response as AuthenticatorAssertionResponse;
  return {
    id,
    client_data: toText(clientDataJSON),
    authenticator_data: toText(authenticatorData),
    signature: toText(signature),
  };
}

/** Makes a passkey of an account on a device that has none of it. @throws Failure */
export async function makePasskey(
  { operator_id, email, name }: Schemas['Account'],
  known: readonly string[],
): Promise<Schemas['PasskeyAttestation']> {
  const { challenge, host } = await nextChallenge();
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge,
    rp: { id: host, name: 'Clientele' },
    user: { id: new TextEncoder().encode(operator_id), name: email, displayName: name },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: known.map((id) => ({ type: 'public-key', id: toBytes(id) })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
  const { id, response } = await asked(navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject, getTransports } = response as AuthenticatorAttestationResponse;
  return {
    id,
    client_data: toText(clientDataJSON),
    attestation: toText(attestationObject),
    transports: getTransports.call(response).filter(isKnown),
  };
}

type Transport = NonNullable<Schemas['PasskeyAttestation']['transports']>[number];
const transports: readonly string[] = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
const isKnown = (name: string): name is Transport => transports.includes(name);
