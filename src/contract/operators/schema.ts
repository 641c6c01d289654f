import Type from 'typebox';
import { passwordLimits } from '../../domain/operators/password.ts';
import { roles } from '../../domain/operators/roles.ts';
import { proofs } from '../../domain/operators/sessions.ts';
import { allScopes } from '../../domain/scopes.ts';
import { shortText } from '../../domain/text.ts';
import { limits } from '../../domain/values.ts';
import { customerExample } from '../customers/examples.ts';
import { oneOf, shortTextField, text, uuid } from '../shapes.ts';

export const closed = { additionalProperties: false } as const;
const time = (description: string) => Type.String({ description });
const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

export const personName = shortText(100);
export const nameField = shortTextField('The name of the person, as others see it.', personName);
export const emailField = text("The person's email address.", limits.email, { free: true });
export const passwordField = text('The password.', passwordLimits, { free: true });

export const roleList = (description: string) =>
  Type.Array(oneOf(roles), { description, maxItems: roles.length });

const account = Type.Object(
  { operator_id: uuid("The account's id."), email: Type.String(), name: Type.String() },
  { title: 'Account', ...closed },
);

const brandOfSession = Type.Object(
  {
    bond_brand_id: uuid("The brand's id, for the header Clientele-Brand."),
    name: Type.String(),
    slug: Type.String({ description: 'The name of the brand in addresses of the console.' }),
    roles: roleList('The roles in this brand, those in every brand included.'),
    scopes: Type.Array(oneOf(allScopes), {
      description: 'What these roles allow in this session.',
      maxItems: allScopes.length,
    }),
  },
  { title: 'SessionBrand', ...closed },
);

const ownSession = Type.Object(
  {
    session_id: uuid("The session's id."),
    date_created: time('When the person signed in.'),
    date_seen: time('When the session was last used, to the minute.'),
    is_current: Type.Boolean({ description: 'Whether this is the calling session.' }),
  },
  { title: 'OwnSession', ...closed },
);

export const session = Type.Object(
  {
    account,
    environment: oneOf(['sandbox', 'live']),
    brands: Type.Array(brandOfSession),
    with_passkey: Type.Boolean({
      description:
        'Whether a passkey has proven the person in this session, or what counts as one at the provider.',
    }),
    by_provider: Type.Boolean({
      description: 'Whether the person signs in at the provider of the company. Its groups give the roles.',
    }),
    has_password: Type.Boolean({ description: 'Whether the account has a password.' }),
    passkeys: Type.Integer({ description: 'How many passkeys the account has.' }),
    passkey_required: Type.Boolean({
      description:
        'Whether roles of the account wait for a passkey in this session: in live, compliance and admin do. Their brands have no scopes until then.',
    }),
    confirmed_until: orNull(
      'Until when operations that need a fresh proof of identity are allowed; null: not now.',
    ),
    confirm_with: Type.Array(oneOf(proofs), {
      description: 'The ways in which confirmSession takes that proof from this person.',
      maxItems: proofs.length,
    }),
    expires: time('When the session ends unless it is used, and at the latest.'),
    sessions: Type.Array(ownSession, { description: 'All sessions of the account.' }),
  },
  { title: 'Session', ...closed },
);

const operatorId = '5d0c7f0e-2f5a-4a57-9f6d-0b9a3c1e7d42';
const at = '2026-11-29T09:00:00.000000+00:00';

export const sessionExample = {
  account: { operator_id: operatorId, email: 'maria.chen@example.com', name: 'Maria Chen' },
  environment: 'live',
  brands: [
    {
      bond_brand_id: customerExample.bond_brand_id,
      name: 'Universal Exports',
      slug: 'universal-exports',
      roles: ['viewer'],
      scopes: ['customers:read', 'kyc:read', 'webhooks:read', 'events:read'],
    },
  ],
  with_passkey: true,
  by_provider: false,
  has_password: true,
  passkeys: 1,
  passkey_required: false,
  confirmed_until: '2026-11-29T09:05:00.000000+00:00',
  confirm_with: ['passkey'],
  expires: '2026-11-29T09:30:00.000000+00:00',
  sessions: [
    {
      session_id: '0e0f7a52-6f0a-4d9b-8a55-4d2f8f3f1c11',
      date_created: at,
      date_seen: at,
      is_current: true,
    },
  ],
};

export const operator = Type.Object(
  {
    operator_id: uuid("The account's id."),
    email: Type.String(),
    name: Type.String({ description: 'Empty until the person has accepted the invitation.' }),
    roles: roleList('The roles that were given in this brand.'),
    roles_everywhere: roleList('The roles in every brand. They change at the command line.'),
    by_provider: Type.Boolean({
      description:
        'Whether the person signs in at the provider of the company. Roles then come from its groups and are not changed here.',
    }),
    status: oneOf(['invited', 'active', 'disabled'], {
      description: '`invited` until the person has chosen a password.',
    }),
    date_created: time('When the account was made.'),
    date_seen: orNull('When the person last used the console, to the minute; null: never.'),
  },
  { title: 'Operator', ...closed },
);

export const operatorExample = {
  operator_id: operatorId,
  email: 'maria.chen@example.com',
  name: 'Maria Chen',
  roles: ['viewer'],
  roles_everywhere: [],
  by_provider: false,
  status: 'active',
  date_created: at,
  date_seen: at,
};

export const withLink = Type.Object(
  {
    operator,
    link: orNull(
      'The path of a page on which the person chooses a password. It works once, and is shown only in this answer. null: the account has a password already, signs in at the provider, or the answer is a repeat.',
    ),
    link_expires: orNull('Until when the link works.'),
  },
  { title: 'OperatorWithLink', ...closed },
);

export const withLinkExample = {
  operator: { ...operatorExample, name: '', status: 'invited', date_seen: null },
  link: '/console/start#invitation_Zk1vQ0pVb0xXc2t4c3d6T2d0S2h3d1ZqY2F0a2VuZXk',
  link_expires: '2026-12-02T09:00:00.000000+00:00',
};
