import Type from 'typebox';
import { keyScopes } from '../domain/scopes.ts';
import { customerExample } from './customers/examples.ts';
import { operation } from './operation.ts';
import { oneOf, uuid } from './shapes.ts';

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

export const keyOperations = {
  verifyKey,
} as const;
