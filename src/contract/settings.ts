import Type from 'typebox';
import { validations } from '../domain/validation.ts';
import { operation } from './operation.ts';
import { oneOf, uuid } from './shapes.ts';

const closed = { additionalProperties: false } as const;

const provider = oneOf(['sandbox', 'manual', 'http'], {
  description: 'Who verifies the customers of the program.',
});
const url = Type.Optional(
  Type.String({ description: 'Where the decision service is, for the provider http.' }),
);

const proposed = Type.Object(
  {
    change_id: uuid('What an operator of the machine approves.'),
    provider,
    url,
    proposed_by: Type.String({ description: 'The account of the machine that proposed it.' }),
    date_proposed: Type.String(),
    date_expires: Type.String({ description: 'Until when it can be approved.' }),
  },
  { title: 'ProposedProvider', ...closed },
);

const program = Type.Object(
  {
    program_id: uuid("The program's id."),
    name: Type.String(),
    provider,
    url,
    proposed: Type.Optional(proposed),
    proposal_altered: Type.Optional(
      Type.Boolean({ description: 'Whether the row of a proposal was altered. It cannot be approved.' }),
    ),
  },
  { title: 'ProgramSettings', ...closed },
);

const key = Type.Object(
  {
    kind: oneOf(['brand', 'index'], {
      description: 'The key that seals, or the one that finds by exact values.',
    }),
    version: Type.Integer({ minimum: 1 }),
    date_created: Type.String(),
  },
  { title: 'BrandKeyVersion', ...closed },
);

const service = Type.Object(
  {
    version: Type.String({ description: 'The version of Clientele.' }),
    environment: oneOf(['sandbox', 'live']),
    database_version: Type.String({ description: 'The version of PostgreSQL.' }),
    address_verifier: oneOf(['offline', 'lob'], { description: 'CLIENTELE_ADDRESS_VERIFIER.' }),
    audit_reads: Type.Boolean({
      description:
        'CLIENTELE_AUDIT_READS: whether ordinary reads of customers are written into the audit trail.',
    }),
  },
  { title: 'ServiceSettings', ...closed },
);

const settings = Type.Object(
  {
    validation: oneOf(validations, { description: 'Which values the brand takes.' }),
    programs: Type.Array(program, { description: 'The oldest first.' }),
    keys: Type.Array(key, { description: 'The versions of the keys of the brand. Never a key itself.' }),
    service,
  },
  { title: 'Settings', ...closed },
);

const getSettings = operation({
  operationId: 'getSettings',
  method: 'GET',
  path: '/settings',
  tag: 'Settings',
  summary: 'Retrieve the settings',
  description:
    'How the brand and the service are set. It has no secret. Programs and the values that a brand takes are changed at the command line, where a change of who verifies takes two operators in live.',
  scope: 'settings:read',
  params: {},
  answer: {
    status: 200,
    description: 'The settings.',
    schema: settings,
    example: {
      validation: 'bond',
      programs: [{ program_id: '6b1f6d1e-4a6c-4c55-9d0b-3f6a8c2f7a10', name: 'default', provider: 'manual' }],
      keys: [
        { kind: 'brand', version: 3, date_created: '2026-11-12T08:00:00.000000+00:00' },
        { kind: 'index', version: 1, date_created: '2026-11-03T08:00:00.000000+00:00' },
      ],
      service: {
        version: '0.2.0',
        environment: 'live',
        database_version: '18.4',
        address_verifier: 'offline',
        audit_reads: true,
      },
    },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_get_settings',
});

export const settingsOperations = {
  getSettings,
} as const;
