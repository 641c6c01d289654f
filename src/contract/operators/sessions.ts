import Type from 'typebox';
import { Problems } from '../../domain/problems.ts';
import { checkShortTexts } from '../../domain/text.ts';
import { valueRules } from '../../domain/values.ts';
import { operation } from '../operation.ts';
import { oneOf } from '../shapes.ts';
import { assertion } from './passkey-schema.ts';
import { providerAnswer } from './provider-schema.ts';
import {
  closed,
  emailField,
  nameField,
  passwordField,
  personName,
  roleList,
  session,
  sessionExample,
} from './schema.ts';

const fixed = {
  tag: 'Sessions',
  params: {},
  schemaError: 'input_error',
  unknownError: 'unknown_session',
} as const;

const signedIn = {
  status: 201,
  description: 'The session. The cookie of this answer is its token.',
  schema: session,
  example: sessionExample,
} as const;

const noCheck = () => new Problems();

/** Two proofs at once would leave open which of them counts. */
function oneWay(body: unknown): Problems {
  const problems = new Problems();
  const isMany = typeof body === 'object' && body !== null && Object.keys(body).length > 1;
  if (isMany) problems.add('body', 'Send one proof, not several.');
  return problems;
}

const getSignInOptions = operation({
  ...fixed,
  operationId: 'getSignInOptions',
  method: 'GET',
  path: '/sign-in',
  summary: 'List the ways to sign in',
  description: 'What a page for signing in has to offer. It says nothing about any account.',
  scope: 'open',
  answer: {
    status: 200,
    description: 'The ways to sign in.',
    schema: Type.Object(
      {
        environment: oneOf(['sandbox', 'live']),
        first_start: Type.Boolean({
          description: 'Whether there is no account yet. The service prints a link when it starts.',
        }),
        provider: Type.Union([Type.String(), Type.Null()], {
          description:
            'What the provider is called at which people sign in with the account of their company (beginProviderSignIn); null: there is none.',
        }),
        demo: Type.Array(
          Type.Object(
            { account: Type.String(), name: Type.String(), roles: roleList('The roles of the account.') },
            { title: 'DemoAccount', ...closed },
          ),
          { description: 'Accounts of a sandbox with its demo, for requests from the same machine.' },
        ),
      },
      { title: 'SignInOptions', ...closed },
    ),
    example: {
      environment: 'sandbox',
      first_start: false,
      provider: null,
      demo: [{ account: 'robin', name: 'Robin', roles: ['viewer'] }],
    },
  },
  errors: [],
});

const openSession = operation({
  ...fixed,
  operationId: 'openSession',
  method: 'POST',
  path: '/session',
  summary: 'Sign in',
  description:
    'Signs a person in with their email address and password. The answer sets a cookie that no script can read. All failures have one answer.',
  scope: 'open',
  body: {
    schema: Type.Object({ email: emailField, password: passwordField }, closed),
    check: noCheck,
    example: { email: 'maria.chen@example.com', password: 'correct horse battery staple' },
  },
  answer: signedIn,
  errors: ['sign_in_err', 'sign_in_limited'],
});

const openDemoSession = operation({
  ...fixed,
  operationId: 'openDemoSession',
  method: 'POST',
  path: '/session/demo',
  summary: 'Sign in to a demo account',
  description:
    'Signs in to an account of the demo without a password. Only in a sandbox with its demo, and only from the same machine; elsewhere this path answers not found.',
  scope: 'open',
  body: {
    schema: Type.Object(
      { account: oneOf(['avery', 'sam', 'robin'], { description: 'Which of the accounts.' }) },
      closed,
    ),
    check: noCheck,
    example: { account: 'avery' },
  },
  answer: signedIn,
  errors: ['not_found'],
});

const acceptInvitation = operation({
  ...fixed,
  operationId: 'acceptInvitation',
  method: 'POST',
  path: '/session/invitation',
  summary: 'Accept an invitation',
  description:
    'Sets name and password of the account that a link is for, and signs the person in. The token is what follows # in the link: the name of its purpose (`first`, `invitation` or `reset`), an underscore, and its secret. For `first`, email is the address of the new account. All sessions and links of the account from before end.',
  scope: 'open',
  body: {
    schema: Type.Object(
      {
        token: Type.String({ description: 'From the link.', maxLength: 100 }),
        name: Type.Optional(nameField),
        email: Type.Optional(emailField),
        password: passwordField,
      },
      closed,
    ),
    check: (body, context) => {
      const problems = checkShortTexts({ name: personName })(body);
      const email = (body as { readonly email?: unknown } | null | undefined)?.email;
      if (typeof email === 'string') problems.add('email', valueRules.email(email.trim(), context));
      return problems;
    },
    example: {
      token: 'invitation_Zk1vQ0pVb0xXc2t4c3d6T2d0S2h3d1ZqY2F0a2VuZXk',
      name: 'Maria Chen',
      password: 'correct horse battery staple',
    },
  },
  answer: signedIn,
  errors: ['link_err', 'sign_in_limited'],
});

const getSession = operation({
  ...fixed,
  operationId: 'getSession',
  method: 'GET',
  path: '/session',
  summary: 'Read the session',
  description: 'The account that is signed in, its brands, and what it may do in each.',
  scope: 'session',
  answer: { ...signedIn, status: 200, description: 'The session.' },
  errors: [],
});

const confirmSession = operation({
  ...fixed,
  operationId: 'confirmSession',
  method: 'POST',
  path: '/session/confirmation',
  summary: 'Prove your identity again',
  description:
    'Proves that the person who signed in is still there, in one of the ways that `confirm_with` of the session lists. For five minutes this session may then do what needs a fresh proof.',
  scope: 'session',
  body: {
    schema: Type.Object(
      {
        password: Type.Optional(passwordField),
        passkey: Type.Optional(assertion),
        provider: Type.Optional(providerAnswer),
        demo: Type.Optional(
          Type.Boolean({
            description: 'For an account of the demo, which has no password, from the same machine.',
            const: true,
          }),
        ),
      },
      { title: 'IdentityProof', minProperties: 1, ...closed },
    ),
    check: oneWay,
    example: { password: 'correct horse battery staple' },
  },
  answer: {
    status: 200,
    description: 'The identity is proven.',
    schema: Type.Object(
      { confirmed_until: Type.String({ description: 'Until when the proof counts.' }) },
      { title: 'Confirmation', ...closed },
    ),
    example: { confirmed_until: '2026-11-29T09:05:00.000000+00:00' },
  },
  errors: [
    ...(['sign_in_err', 'sign_in_limited', 'passkey_copied', 'provider_flow'] as const),
    ...(['provider_denied', 'provider_answer', 'provider_clock'] as const),
    ...(['provider_unreachable', 'provider_refused', 'provider_no_roles'] as const),
  ],
});

const changePassword = operation({
  ...fixed,
  operationId: 'changePassword',
  confirmed: true,
  method: 'POST',
  path: '/session/password',
  summary: 'Change your password',
  description: 'Replaces the password of the own account, and ends its other sessions.',
  scope: 'session',
  body: {
    schema: Type.Object({ password: passwordField }, closed),
    check: noCheck,
    example: { password: 'correct horse battery staple' },
  },
  answer: {
    status: 200,
    description: 'The password is changed.',
    schema: Type.Object({ ended: oneOf(['others']) }, { title: 'ChangedPassword', ...closed }),
    example: { ended: 'others' },
  },
  errors: ['no_password'],
});

const closeSession = operation({
  ...fixed,
  operationId: 'closeSession',
  method: 'DELETE',
  path: '/session',
  summary: 'Sign out',
  description: 'Ends the session. Every process refuses it within a second.',
  scope: 'session',
  query: Type.Object(
    {
      sessions: Type.Optional(
        oneOf(['this', 'others', 'all'], {
          description: 'Which sessions of the account end.',
          default: 'this',
        }),
      ),
    },
    closed,
  ),
  answer: {
    status: 200,
    description: 'The sessions have ended.',
    schema: Type.Object({ ended: oneOf(['this', 'others', 'all']) }, { title: 'EndedSessions', ...closed }),
    example: { ended: 'this' },
  },
  errors: [],
});

export const sessionOperations = {
  getSignInOptions,
  openSession,
  openDemoSession,
  acceptInvitation,
  getSession,
  confirmSession,
  changePassword,
  closeSession,
} as const;
