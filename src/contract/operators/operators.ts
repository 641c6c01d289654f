import Type from 'typebox';
import { Problems } from '../../domain/problems.ts';
import { valueRules } from '../../domain/values.ts';
import { keyExample } from '../api-keys.ts';
import { operation } from '../operation.ts';
import { oneOf, uuid } from '../shapes.ts';
import {
  closed,
  emailField,
  operator,
  operatorExample,
  roleList,
  withLink,
  withLinkExample,
} from './schema.ts';

const operatorId = {
  operator_id: { description: "The account's id.", invalid: 'input_error' },
} as const;

const givenRoles = roleList('The roles in this brand. An empty list takes them all.');

const listOperators = operation({
  operationId: 'listOperators',
  method: 'GET',
  path: '/operators',
  tag: 'Operators',
  summary: 'List the operators',
  description: 'The people who have, or had, roles in this brand, the oldest account first.',
  scope: 'operators:read',
  params: {},
  answer: {
    status: 200,
    description: 'All operators of the brand.',
    schema: Type.Object({ data: Type.Array(operator) }, { title: 'Operators', ...closed }),
    example: { data: [operatorExample] },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_list_operators',
});

const change = {
  tag: 'Operators',
  scope: 'operators:write',
  schemaError: 'input_error',
  unknownError: 'unknown_change_operator',
} as const;

const inviteOperator = operation({
  ...change,
  operationId: 'inviteOperator',
  confirmed: true,
  method: 'POST',
  path: '/operators',
  summary: 'Invite a person',
  description:
    'Gives a person roles in this brand. Without an account, the person gets one, and the answer has a link for 72 hours; no mail is sent. An account of another brand gets the roles here at once; this takes an admin of every brand of that account.',
  params: {},
  body: {
    schema: Type.Object({ email: emailField, roles: givenRoles }, closed),
    check: (body, context) => {
      const problems = new Problems();
      const email = (body as { readonly email?: unknown } | null | undefined)?.email;
      if (typeof email === 'string') problems.add('email', valueRules.email(email.trim(), context));
      return problems;
    },
    example: { email: 'maria.chen@example.com', roles: ['viewer'] },
  },
  answer: {
    status: 201,
    description: 'The operator, and the link.',
    schema: withLink,
    example: withLinkExample,
  },
  errors: ['own_account', 'operator_elsewhere', 'provider_account'],
});

const updateOperator = operation({
  ...change,
  operationId: 'updateOperator',
  confirmed: true,
  method: 'PATCH',
  path: '/operators/{operator_id}',
  summary: 'Change roles, or end access',
  description:
    'Changes the roles of a person in this brand, or disables the account. Sessions have the new roles within a second. A disabled account signs in nowhere: its sessions, links, password and passkeys end. After it is enabled again, a reset gives its person a way in.',
  params: operatorId,
  body: {
    schema: Type.Object(
      {
        roles: Type.Optional(givenRoles),
        disabled: Type.Optional(Type.Boolean({ description: 'Whether the account is disabled.' })),
      },
      { minProperties: 1, ...closed },
    ),
    check: () => new Problems(),
    example: { roles: ['viewer', 'agent'] },
  },
  answer: {
    status: 200,
    description: 'The operator.',
    schema: operator,
    example: operatorExample,
  },
  errors: ['operator_dne', 'own_account', 'operator_elsewhere', 'provider_account'],
});

const resetOperator = operation({
  ...change,
  operationId: 'resetOperator',
  confirmed: true,
  method: 'POST',
  path: '/operators/{operator_id}/reset',
  summary: 'Reset an account',
  description:
    'Ends the sessions and links of an account, takes its password and passkeys, and answers with a link for a new password. It enables a disabled account. For a person who has lost a password or a passkey. A person who signs in at the provider gets no link.',
  params: operatorId,
  answer: {
    status: 201,
    description: 'The operator, and the link.',
    schema: withLink,
    example: withLinkExample,
  },
  errors: ['operator_dne', 'own_account', 'operator_elsewhere'],
});

const listActors = operation({
  operationId: 'listActors',
  method: 'GET',
  path: '/actors',
  tag: 'Operators',
  summary: 'Name the actors',
  description:
    'The names behind the ids in `requested_by`, `decided_by`, `set_by` and in the audit trail: the API keys and the operators of the brand, former ones included.',
  scope: 'any key',
  params: {},
  answer: {
    status: 200,
    description: 'All actors of the brand.',
    schema: Type.Object(
      {
        data: Type.Array(
          Type.Object(
            {
              id: uuid("The key's Identity, or the account's id."),
              kind: oneOf(['key', 'operator']),
              name: Type.String({ description: "The key's name, or the person's." }),
            },
            { title: 'Actor', ...closed },
          ),
        ),
      },
      { title: 'Actors', ...closed },
    ),
    example: {
      data: [
        { id: keyExample.identity, kind: 'key', name: keyExample.name },
        { id: operatorExample.operator_id, kind: 'operator', name: operatorExample.name },
      ],
    },
  },
  schemaError: 'input_error',
  errors: [],
  unknownError: 'unknown_list_actors',
});

export const operatorOperations = {
  listOperators,
  inviteOperator,
  updateOperator,
  resetOperator,
  listActors,
} as const;
