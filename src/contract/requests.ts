import Type from 'typebox';
import { operationPattern } from '../domain/audit/query.ts';
import { keptRequests } from '../domain/requests/recent.ts';
import { keyExample } from './api-keys.ts';
import { listOf, listQuery } from './lists.ts';
import { operation } from './operation.ts';
import { oneOf, uuid } from './shapes.ts';

const request = Type.Object(
  {
    at: Type.String({ description: 'When it was answered.' }),
    request_id: Type.String({ description: 'The X-Request-Id of the answer.' }),
    method: Type.String(),
    path: Type.String({
      description: 'The pattern of the path: its parameters stand in braces, and no value of them is kept.',
    }),
    operation: Type.String({ description: 'The operationId.' }),
    status: Type.Integer({ description: '499 where the client went away before the answer.' }),
    milliseconds: Type.Number(),
    actor: Type.Object(
      {
        kind: oneOf(['key', 'operator']),
        id: Type.Optional(uuid('The key, or the account of the person.')),
        user: Type.Optional(Type.String({ description: 'The address of the person.' })),
      },
      { title: 'RequestActor', additionalProperties: false },
    ),
    code: Type.Optional(Type.String({ description: 'The code of the refusal, if it was refused.' })),
  },
  { title: 'Request', additionalProperties: false },
);

const page = listOf('Requests', request);

const listRequests = operation({
  operationId: 'listRequests',
  method: 'GET',
  path: '/requests',
  tag: 'Requests',
  summary: 'List the last requests',
  description: `The last ${keptRequests.toLocaleString('en')} requests of the brand to the process that answers, newest first: who called what, and how it was answered. They are in memory only: other processes keep their own, and a restart forgets them. Nothing that a client sent is kept.`,
  scope: 'requests:read',
  params: {},
  query: Type.Object(
    {
      status: Type.Optional(
        Type.String({
          description: 'Only this status, or a hundred of them: `404`, `5xx`.',
          pattern: '^[1-5](?:xx|[0-9]{2})$',
          maxLength: 3,
        }),
      ),
      operation: Type.Optional(
        Type.String({ description: 'Only this operationId.', pattern: operationPattern, maxLength: 64 }),
      ),
      actor: Type.Optional(uuid('Only by this key or account.')),
      console: Type.Optional(
        oneOf(['true', 'false'], {
          description: 'Whether to list the requests of the console, too.',
          default: 'false',
        }),
      ),
      ...listQuery(),
    },
    { additionalProperties: false },
  ),
  answer: {
    status: 200,
    description: 'Requests, and since when this process has noted them.',
    schema: Type.Object(
      { ...page.properties, since: Type.String({ description: 'Since when this process has noted them.' }) },
      { title: 'RequestList', additionalProperties: false },
    ),
    example: {
      data: [
        {
          at: '2026-05-04T14:03:21.907113+00:00',
          request_id: 'f2c1b7a04d3e9-41',
          method: 'GET',
          path: '/customers/{customer_id}',
          operation: 'getCustomer',
          status: 404,
          milliseconds: 1.2,
          actor: { kind: 'key', id: keyExample.identity },
          code: 'customer_dne',
        },
      ],
      next_cursor: null,
      since: '2026-05-04T09:02:00.000000+00:00',
    },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_list_requests',
});

export const requestOperations = {
  listRequests,
} as const;
