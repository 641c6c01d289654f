import Type from 'typebox';
import { Problems } from '../../domain/problems.ts';
import { operation } from '../operation.ts';

const received = 'Callback received';

const receiveKycCallback = operation({
  operationId: 'receiveKycCallback',
  method: 'POST',
  path: '/callbacks/kyc/{bond_brand_id}/{program_id}',
  tag: 'Callbacks',
  summary: 'Notify that a verification has changed',
  description:
    "Called by the brand's own decision service, signed with the secret of the program (Standard Webhooks). It only makes Clientele fetch the state of the verification at once; the rest of the body is ignored. Every callback with a valid signature gets the same answer.",
  scope: 'signed',
  params: {
    bond_brand_id: { description: "The brand's id.", invalid: 'auth_err' },
    program_id: { description: "The program's id.", invalid: 'auth_err' },
  },
  body: {
    schema: Type.Object(
      {
        run_id: Type.String({
          description: 'The run_id that the verification was started with.',
          format: 'uuid',
        }),
      },
      { title: 'KycCallback' },
    ),
    check: () => new Problems(),
    example: { run_id: 'c3b1a2d4-7e5f-4a6b-8c9d-0e1f2a3b4c5d' },
  },
  answer: {
    status: 200,
    description: 'The signature is valid.',
    schema: Type.Unsafe<typeof received>({ type: 'string', const: received }),
    example: received,
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_kyc_callback',
});

export const callbackOperations = {
  receiveKycCallback,
} as const;
