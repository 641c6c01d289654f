import Type from 'typebox';
import { checkNewKey, keyOverlapHours, mostKeyDays } from '../domain/keys/api-key.ts';
import { Problems } from '../domain/problems.ts';
import { keyScopes } from '../domain/scopes.ts';
import { customerExample } from './customers/examples.ts';
import { operation } from './operation.ts';
import { oneOf, text, uuid } from './shapes.ts';

export const keyExample = {
  identity: '4a0f6f0c-6a3c-4d36-9d6a-0f3a6a3f9d10',
  name: 'backend',
  bond_brand_id: customerExample.bond_brand_id,
  brand: 'Universal Exports',
  scopes: ['customers:read', 'customers:write'],
  environment: 'sandbox',
  date_created: '2026-01-05T09:00:00.000000+00:00',
} as const;

const verifyKey = operation({
  operationId: 'verifyKey',
  method: 'GET',
  path: '/auth/key/{identity}',
  tag: 'Keys',
  summary: 'Verify a key',
  description: 'Returns the facts of the calling key: its brand, name and scopes. Never the secret.',
  scope: 'any key',
  params: { identity: { description: 'The Identity that the request carries.', invalid: 'not_found' } },
  answer: {
    status: 200,
    description: 'The key is valid.',
    schema: Type.Object(
      {
        identity: uuid("The key's id, as the Identity header carries it."),
        name: Type.String(),
        bond_brand_id: uuid("The id of the key's brand."),
        brand: Type.String({ description: "The brand's name." }),
        scopes: Type.Array(oneOf(keyScopes), { maxItems: keyScopes.length }),
        environment: oneOf(['sandbox', 'live']),
        date_created: Type.String(),
        date_expires: Type.Optional(Type.String()),
      },
      { title: 'Key', additionalProperties: false },
    ),
    example: keyExample,
  },
  schemaError: 'input_error',
  errors: ['not_found'],
  unknownError: 'unknown_verify_key',
});

const moment = (description: string) =>
  Type.String({ description, examples: ['2026-05-04T14:03:21.907113+00:00'] });

const scopesOfKey = Type.Array(oneOf(keyScopes), {
  description: 'What the key may do.',
  maxItems: keyScopes.length,
});

const networks = (description: string) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { description, maxItems: 100 }));

const listedKey = {
  identity: uuid("The key's id, as the Identity header carries it."),
  name: Type.String(),
  scopes: scopesOfKey,
  owner: Type.Optional(Type.String({ description: 'The e-mail address of the person behind the key.' })),
  networks: networks('The CIDRs that the key may be used from. Absent: from everywhere.'),
  created_by: Type.Optional(
    uuid('Who made it with createKey. Absent for a key that was made at the command line.'),
  ),
  rotated_by: Type.Optional(uuid('Who gave it its secret with rotateKey.')),
  date_created: moment('When it was made.'),
  date_expires: Type.Optional(moment('When it expires. Absent: it does not.')),
  date_revoked: Type.Optional(moment('Since when it is revoked.')),
  date_disabled: Type.Optional(moment('Since when a restore has left it disabled.')),
  date_previous_secret_ends: Type.Optional(moment('Until when the secret before this one is valid.')),
  date_last_used: Type.Optional(moment('When it was used last, to the minute or so.')),
  last_used_from: Type.Optional(Type.String({ description: 'The source address of that use.' })),
};

const apiKey = Type.Object(listedKey, { title: 'ApiKey', additionalProperties: false });

const withSecret = Type.Object(
  {
    ...listedKey,
    authorization: Type.Optional(
      Type.String({
        description:
          'The secret, for the Authorization header. Only the first answer has it: it is stored nowhere.',
      }),
    ),
  },
  { title: 'ApiKeyWithSecret', additionalProperties: false },
);

const { bond_brand_id: _, brand: __, environment: ___, ...shownKey } = keyExample;
const apiKeyExample = {
  ...shownKey,
  created_by: '9a7a0a2c-6d0e-4b52-8a0f-2f8a5b7c1d34',
  date_last_used: '2026-05-04T14:03:21.907113+00:00',
  last_used_from: '192.0.2.7',
} as const;
const newKeyExample = {
  ...shownKey,
  created_by: apiKeyExample.created_by,
  authorization: 'Z9D9snQ1UNjqDmM4rgWcZJDYnJTW1KiPyzUnXbHkAcnNTBbnU8Zc1fLKTnXrFsPcBK',
} as const;

const identity = { identity: { description: "The key's id.", invalid: 'key_dne' } } as const;

const listKeys = operation({
  operationId: 'listKeys',
  method: 'GET',
  path: '/keys',
  tag: 'Keys',
  summary: 'List the API keys',
  description:
    'Every key of the brand, revoked ones included, oldest first, with its scopes, who made it, its end and its last use. Never a secret.',
  scope: 'keys:read',
  params: {},
  answer: {
    status: 200,
    description: 'All keys.',
    schema: Type.Object({ data: Type.Array(apiKey) }, { title: 'ApiKeys', additionalProperties: false }),
    example: { data: [apiKeyExample] },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_list_keys',
});

const createKey = operation({
  operationId: 'createKey',
  confirmed: true,
  method: 'POST',
  path: '/keys',
  tag: 'Keys',
  summary: 'Create an API key',
  description: `Only the first answer has the secret. A key gets no scope that its maker lacks, is not valid longer than its maker's key, and may be used from no other networks. It counts as the person who made it (docs/four-eyes.md). Without expires_days and no_expiry it expires in live after a year.`,
  scope: 'keys:write',
  params: {},
  body: {
    schema: Type.Object(
      {
        name: text('A name that no other key of the brand has or had.'),
        scopes: scopesOfKey,
        expires_days: Type.Optional(
          Type.Integer({ description: 'Days until it expires.', minimum: 1, maximum: mostKeyDays }),
        ),
        no_expiry: Type.Optional(
          Type.Unsafe<true>({
            type: 'boolean',
            enum: [true],
            description: 'It is valid until it is revoked.',
          }),
        ),
        networks: networks(
          'The CIDRs that the key may be used from: `10.1.0.0/16`. Without them, those of its maker.',
        ),
      },
      { title: 'NewApiKey', additionalProperties: false },
    ),
    check: checkNewKey,
    example: { name: 'billing', scopes: ['customers:read', 'kyc:read'], expires_days: 90 },
  },
  answer: {
    status: 201,
    description: 'The key, with its secret.',
    schema: withSecret,
    example: newKeyExample,
  },
  schemaError: 'input_error',
  errors: ['key_dup', 'key_budget'],
  unknownError: 'unknown_create_key',
});

const rotateKey = operation({
  operationId: 'rotateKey',
  confirmed: true,
  method: 'POST',
  path: '/keys/{identity}/rotation',
  tag: 'Keys',
  summary: 'Give a key a new secret',
  description:
    "Only the first answer has the new secret. The old one stays valid for the overlap. Nobody gets the secret of a key with a scope that they lack, or of another person's key. From then on the key counts as the person who rotated it (docs/four-eyes.md).",
  scope: 'keys:write',
  params: identity,
  body: {
    schema: Type.Object(
      {
        overlap_hours: Type.Optional(
          Type.Number({
            description: 'Hours for which the old secret stays valid; 0 for none.',
            minimum: 0,
            maximum: keyOverlapHours.most,
            default: keyOverlapHours.usual,
          }),
        ),
      },
      { title: 'KeyRotation', additionalProperties: false },
    ),
    check: () => new Problems(),
    example: { overlap_hours: 24 },
  },
  answer: {
    status: 200,
    description: 'The key, with its new secret.',
    schema: withSecret,
    example: newKeyExample,
  },
  schemaError: 'input_error',
  errors: ['key_dne', 'key_revoked', 'key_person'],
  unknownError: 'unknown_rotate_key',
});

const revokeKey = operation({
  operationId: 'revokeKey',
  method: 'POST',
  path: '/keys/{identity}/revocation',
  tag: 'Keys',
  summary: 'Revoke a key',
  description:
    'Ends the key for good: every process refuses it within a second. To revoke it again changes nothing.',
  scope: 'keys:write',
  params: identity,
  answer: {
    status: 200,
    description: 'The revoked key.',
    schema: apiKey,
    example: { ...apiKeyExample, date_revoked: '2026-05-05T08:00:00.000000+00:00' },
  },
  schemaError: 'input_error',
  errors: ['key_dne'],
  unknownError: 'unknown_revoke_key',
});

export const keyOperations = {
  verifyKey,
  listKeys,
  createKey,
  rotateKey,
  revokeKey,
} as const;
