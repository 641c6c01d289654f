import Type from 'typebox';
import { operation } from '../operation.ts';
import { oneOf, uuid } from '../shapes.ts';
import { programExample } from './examples.ts';

const listPrograms = operation({
  operationId: 'listPrograms',
  method: 'GET',
  path: '/programs',
  tag: 'Programs',
  summary: 'List the programs',
  description:
    'The programs of the brand, oldest first. Customers are verified for a program. Every brand has a program named default, and its operator can create others.',
  scope: 'kyc:read',
  params: {},
  answer: {
    status: 200,
    description: 'All programs.',
    schema: Type.Array(
      Type.Object(
        {
          program_id: uuid("The program's id."),
          name: Type.String({ description: "The program's name." }),
          provider: oneOf(['sandbox', 'manual', 'http'], {
            description: 'Who verifies: the sandbox, the reviewers of the brand, or a decision service.',
          }),
        },
        { title: 'Program', additionalProperties: false },
      ),
    ),
    example: [programExample],
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_list_programs',
});

export const programOperations = {
  listPrograms,
} as const;
