import Type from 'typebox';
import { transports } from '../../domain/operators/passkeys.ts';
import { shortText } from '../../domain/text.ts';
import { oneOf, shortTextField } from '../shapes.ts';
import { closed } from './schema.ts';

/** Bytes that a browser answers, in base64url. */
const binary = (description: string, maxLength = 8_192) =>
  Type.String({ description, maxLength, pattern: '^[A-Za-z0-9_-]+$' });

const credentialId = binary('The id of the credential.', 1_364);
const clientData = binary('`response.clientDataJSON`.');

/** What `navigator.credentials.create` answers. */
export const attestation = Type.Object(
  {
    id: credentialId,
    client_data: clientData,
    attestation: binary('`response.attestationObject`.', 24_576),
    transports: Type.Optional(
      Type.Array(oneOf(transports), {
        description: '`response.getTransports()`, those of this list.',
        maxItems: transports.length,
      }),
    ),
  },
  { title: 'PasskeyAttestation', ...closed },
);

/** What `navigator.credentials.get` answers. */
export const assertion = Type.Object(
  {
    id: credentialId,
    client_data: clientData,
    authenticator_data: binary('`response.authenticatorData`.'),
    signature: binary('`response.signature`.'),
  },
  { title: 'PasskeyAssertion', ...closed },
);

export const passkeyName = shortText(60);
export const passkeyNameField = shortTextField('What you call the passkey.', passkeyName);

export const assertionExample = {
  id: 'aJk2xT9mQ0uYc3l1Vd7RkA',
  client_data:
    'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoieWRqVzBkUk1YS09ZNHU0X2s5ZFdkZyIsIm9yaWdpbiI6Imh0dHBzOi8vY3VzdG9tZXJzLmV4YW1wbGUuY29tIn0',
  authenticator_data: 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAABQ',
  signature:
    'MEUCIQDBo6aOLxanIUYnBX9iu3KMngPnobpi0EZSTkVtLC8_cwIgC1945RGqGBKfbyNtkhMifZK05n7fU-gW37Bdnci5D94',
};

export const attestationExample = {
  id: assertionExample.id,
  client_data:
    'eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoieWRqVzBkUk1YS09ZNHU0X2s5ZFdkZyIsIm9yaWdpbiI6Imh0dHBzOi8vY3VzdG9tZXJzLmV4YW1wbGUuY29tIn0',
  attestation: 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgk',
  transports: ['internal'],
} as const;
