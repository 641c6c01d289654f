import Type from 'typebox';
import { Problems } from '../../domain/problems.ts';
import { checkShortTexts } from '../../domain/text.ts';
import { operation } from '../operation.ts';
import { uuid } from '../shapes.ts';
import {
  assertion,
  assertionExample,
  attestation,
  attestationExample,
  passkeyName,
  passkeyNameField,
} from './passkey-schema.ts';
import { closed, session, sessionExample } from './schema.ts';

const fixed = {
  tag: 'Sessions',
  params: {},
  schemaError: 'input_error',
  unknownError: 'unknown_session',
} as const;

const passkey = Type.Object(
  {
    passkey_id: uuid("The passkey's id."),
    name: Type.String(),
    credential_id: Type.String({ description: 'The id of the credential, in base64url.' }),
    host: Type.String({ description: 'The host that the passkey is for. It works nowhere else.' }),
    date_created: Type.String(),
    date_used: Type.Union([Type.String(), Type.Null()], {
      description: 'When it last proved its person; null: never.',
    }),
  },
  { title: 'Passkey', ...closed },
);

const passkeyExample = {
  passkey_id: 'c1d6a2f0-3f0e-4a61-9d6c-2b8f0a4f6e11',
  name: 'My laptop',
  credential_id: assertionExample.id,
  host: 'customers.example.com',
  date_created: '2026-11-29T09:00:00.000000+00:00',
  date_used: null,
};

const createPasskeyChallenge = operation({
  ...fixed,
  operationId: 'createPasskeyChallenge',
  method: 'POST',
  path: '/passkey-challenges',
  summary: 'Ask for a challenge',
  description:
    'Answers what an authenticator signs next (WebAuthn): to add a passkey, to sign in, or to prove your identity again. It works once, and for five minutes.',
  scope: 'open',
  answer: {
    status: 201,
    description: 'The challenge.',
    schema: Type.Object(
      {
        challenge: Type.String({ description: '32 random bytes in base64url.' }),
        host: Type.String({ description: 'The RP ID: the host that passkeys are for.' }),
        origin: Type.String({
          description: 'The address of the page that asks the authenticator. It refuses IP addresses.',
        }),
        expires: Type.String({ description: 'Until when it works.' }),
      },
      { title: 'PasskeyChallenge', ...closed },
    ),
    example: {
      challenge: 'ydjW0dRMXKOY4u4_k9dWdh1Yk0qYw2V6Jm3nXl0aB7c',
      host: 'customers.example.com',
      origin: 'https://customers.example.com',
      expires: '2026-11-29T09:05:00.000000+00:00',
    },
  },
  errors: ['sign_in_limited'],
});

const openPasskeySession = operation({
  ...fixed,
  operationId: 'openPasskeySession',
  method: 'POST',
  path: '/session/passkey',
  summary: 'Sign in with a passkey',
  description:
    'Signs a person in with a passkey alone. The passkey has to have verified its user. The answer sets a cookie that no script can read.',
  scope: 'open',
  body: {
    schema: Type.Object({ passkey: assertion }, closed),
    check: () => new Problems(),
    example: { passkey: assertionExample },
  },
  answer: {
    status: 201,
    description: 'The session. The cookie of this answer is its token.',
    schema: session,
    example: sessionExample,
  },
  errors: ['sign_in_err', 'sign_in_limited', 'passkey_copied'],
});

const listPasskeys = operation({
  ...fixed,
  operationId: 'listPasskeys',
  method: 'GET',
  path: '/passkeys',
  summary: 'List your passkeys',
  description: 'The passkeys of the own account, the oldest first.',
  scope: 'session',
  answer: {
    status: 200,
    description: 'All passkeys of the account.',
    schema: Type.Object({ data: Type.Array(passkey) }, { title: 'Passkeys', ...closed }),
    example: { data: [passkeyExample] },
  },
  errors: [],
});

const addPasskey = operation({
  ...fixed,
  operationId: 'addPasskey',
  confirmed: true,
  method: 'POST',
  path: '/passkeys',
  summary: 'Add a passkey',
  description:
    'Adds a passkey to the own account, after an authenticator has signed a challenge. The session then counts as proven by a passkey. The first passkey ends the other sessions of the account. An account that has a passkey takes another one only in such a session.',
  scope: 'session',
  body: {
    schema: Type.Object({ name: passkeyNameField, passkey: attestation }, closed),
    check: checkShortTexts({ name: passkeyName }),
    example: { name: 'My laptop', passkey: attestationExample },
  },
  answer: { status: 201, description: 'The passkey.', schema: passkey, example: passkeyExample },
  errors: ['passkey_err', 'passkey_dup', 'passkey_required'],
});

const removePasskey = operation({
  ...fixed,
  operationId: 'removePasskey',
  confirmed: true,
  method: 'DELETE',
  path: '/passkeys/{passkey_id}',
  summary: 'Remove a passkey',
  description: 'Removes a passkey of the own account, and ends its other sessions.',
  scope: 'session',
  params: { passkey_id: { description: "The passkey's id.", invalid: 'passkey_dne' } },
  answer: { status: 200, description: 'The removed passkey.', schema: passkey, example: passkeyExample },
  errors: ['passkey_dne'],
});

export const passkeyOperations = {
  createPasskeyChallenge,
  openPasskeySession,
  listPasskeys,
  addPasskey,
  removePasskey,
} as const;
