import Type from 'typebox';
import { allScopes } from '../domain/scopes.ts';
import { keyExample } from './examples.ts';
import { operation } from './operation.ts';
import { oneOf, uuid } from './shapes.ts';

export const verifyKey = operation({
  operationId: 'verifyKey',
  method: 'GET',
  path: '/auth/key/{identity}',
  tag: 'Keys',
  summary: 'Verify a key',
  description: 'Tells a key about itself: its brand, its name and what it may do. Never the secret.',
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
        scopes: Type.Array(oneOf(allScopes), { maxItems: allScopes.length }),
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
