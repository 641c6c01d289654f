import Type from 'typebox';
import { consolePage, providerPurposes } from '../../domain/operators/sessions.ts';
import { Problems } from '../../domain/problems.ts';
import { operation } from '../operation.ts';
import { oneOf } from '../shapes.ts';
import { providerAnswer, providerAnswerExample } from './provider-schema.ts';
import { closed, session, sessionExample } from './schema.ts';

const fixed = {
  tag: 'Sessions',
  params: {},
  scope: 'open',
  schemaError: 'input_error',
  unknownError: 'unknown_session',
} as const;

const beginProviderSignIn = operation({
  ...fixed,
  operationId: 'beginProviderSignIn',
  method: 'POST',
  path: '/provider-sign-ins',
  summary: 'Begin to sign in at the provider',
  description:
    'Answers the address at which the browser signs in with the account of its company (OpenID Connect), and sets a cookie that binds what follows to this browser for ten minutes. Without a provider this path answers not found.',
  query: Type.Object(
    {
      purpose: Type.Optional(
        oneOf(providerPurposes, {
          description:
            'What it is for: to sign in, to sign in within a window beside the page, or to prove the identity again with confirmSession. The state that comes back begins with the word.',
          default: 'sign_in',
        }),
      ),
      to: Type.Optional(
        Type.String({
          description: 'The page of the console to go to after it: a path below /console.',
          maxLength: 1_000,
          pattern: consolePage.source,
        }),
      ),
    },
    closed,
  ),
  answer: {
    status: 201,
    description: 'Where to go.',
    schema: Type.Object(
      {
        url: Type.String({ description: "The provider's page. It sends the browser back to the console." }),
        origin: Type.String({ description: 'The address of the console that it sends the browser back to.' }),
        expires: Type.String({ description: 'Until when the browser has to be back.' }),
      },
      { title: 'ProviderSignIn', ...closed },
    ),
    example: {
      url: 'https://login.example.com/authorize?client_id=clientele&response_type=code&state=sign_in.q3W1rDk2mJp8yV0eXb7Zt5uN4cLsH6aGfTiOoRjEwBk',
      origin: 'https://customers.example.com',
      expires: '2026-11-29T09:10:00.000000+00:00',
    },
  },
  errors: ['not_found', 'sign_in_limited', 'provider_unreachable'],
});

const openProviderSession = operation({
  ...fixed,
  operationId: 'openProviderSession',
  method: 'POST',
  path: '/session/provider',
  summary: 'Sign in with the answer of the provider',
  description:
    'Signs a person in whom the provider vouches for, in the browser that began. The groups of the person give the roles, at each sign-in. A person without an account gets one.',
  body: {
    schema: providerAnswer,
    check: () => new Problems(),
    example: providerAnswerExample,
  },
  answer: {
    status: 201,
    description: 'The session. The cookie of this answer is its token.',
    schema: Type.Object(
      {
        session,
        to: Type.Union([Type.String(), Type.Null()], {
          description: 'The page of the console that the person wanted.',
        }),
      },
      { title: 'ProviderSession', ...closed },
    ),
    example: { session: sessionExample, to: '/universal-exports/customers' },
  },
  errors: [
    ...(['not_found', 'sign_in_limited', 'provider_flow', 'provider_denied', 'provider_answer'] as const),
    ...(['provider_clock', 'provider_unreachable', 'provider_refused', 'provider_no_roles'] as const),
    ...(['provider_email', 'provider_email_taken', 'account_disabled'] as const),
  ],
});

export const providerOperations = { beginProviderSignIn, openProviderSession } as const;
