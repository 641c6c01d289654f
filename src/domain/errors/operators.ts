import type { ErrorEntry } from './entry.ts';

/** The codes of signing in, and of operations on accounts. */
export const operatorErrors = {
  session_err: {
    status: 401,
    type: 'Request Error',
    message: 'There is no session, or it has ended.',
    help: 'Sign in again with openSession. A session ends after 12 hours, in live after 30 minutes without a request, and within a second of its end elsewhere.',
  },
  foreign_page: {
    status: 403,
    type: 'Request Error',
    message:
      'A request with a session needs the header Clientele-Brand, and comes from a page of this service.',
    help: 'Send Clientele-Brand with the id of a brand, or with - where an operation belongs to none. No other site can send it. Sec-Fetch-Site, where a browser sends it, has to be same-origin.',
  },
  sign_in_err: {
    status: 401,
    type: 'Request Error',
    message: 'Email or password is not right.',
    help: 'The answer is the same for an unknown address, a wrong password, and an account that is disabled or has no password yet. The answer is the same for a passkey that is unknown or proves nothing, and for one of a person who signs in at the provider: there a passkey is a second proof and no way in. An admin gives out a new link with resetOperator, and the command line with `clientele operators reset`.',
  },
  sign_in_limited: {
    status: 429,
    type: 'Request Error',
    message: 'There were too many tries to sign in. Wait before the next one.',
    help: 'From the fifth failure on, each makes the next try wait twice as long, and from the tenth on 15 minutes. A source address has 30 tries a minute. An unknown address waits like a known one.',
  },
  confirmation_required: {
    status: 403,
    type: 'Request Error',
    message: 'This needs a fresh proof that it is still you.',
    help: 'Send the proof with confirmSession, then the request again. A proof counts for five minutes, in its own session only, and signing in is one. Keys are never asked.',
  },
  passkey_required: {
    status: 403,
    type: 'Request Error',
    message: 'In live these roles need a passkey, and this session was opened without one.',
    help: 'The roles compliance and admin count only in a session that a passkey has proven. Add one with addPasskey, or prove an existing one with confirmSession. A lost passkey is removed by `clientele operators reset EMAIL`.',
  },
  passkey_err: {
    status: 400,
    type: 'Request Error',
    message: 'The authenticator did not answer as it has to.',
    help: 'A challenge works once, for five minutes. The passkey has to be for the host of this service, and has to have verified its user, by a PIN or a fingerprint for example. Begin again with createPasskeyChallenge. Set CLIENTELE_PUBLIC_URL to the address at which people reach the console.',
  },
  passkey_copied: {
    status: 403,
    type: 'Request Error',
    message: 'The passkey has signed more often elsewhere than here. There may be a copy of it.',
    help: 'The counter of the authenticator went back. Find out why, then remove the passkey with removePasskey and add a new one, or reset the account.',
  },
  passkey_dup: {
    status: 409,
    type: 'Request Error',
    message: 'This authenticator is registered already, or the account has ten passkeys.',
    help: 'listPasskeys lists the passkeys of the account. Remove one that is not used any more with removePasskey.',
  },
  passkey_dne: {
    status: 404,
    type: 'Request Error',
    message: 'The account has no such passkey.',
    help: 'It was removed, or never existed. listPasskeys lists the passkeys of the account.',
  },
  no_password: {
    status: 403,
    type: 'Request Error',
    message: 'This account has no password that could be changed.',
    help: 'Accounts of the demo and those that sign in elsewhere have none.',
  },
  link_err: {
    status: 403,
    type: 'Request Error',
    message: 'This link was used, has expired, or never existed.',
    help: 'A link works once. For the first account of a sandbox, start the service again: it prints another one. Otherwise ask an admin for another (resetOperator), or run `clientele operators reset EMAIL`.',
  },
  operator_dne: {
    status: 404,
    type: 'Request Error',
    message: 'There is no such operator in this brand.',
    help: 'The account never existed, or has no roles in this brand. GET /operators lists those that have.',
  },
  own_account: {
    status: 403,
    type: 'Request Error',
    message: 'Nobody changes their own roles or resets their own account here.',
    help: 'Another admin does, so that one admin always stays. The command line can, too: `clientele operators`.',
  },
  operator_elsewhere: {
    status: 403,
    type: 'Request Error',
    message: 'This account has roles beyond the brands that you administer.',
    help: 'Only an admin of every brand of the account gives it roles in another one, disables or resets it, and roles in every brand change at the command line: `clientele operators create EMAIL --roles ROLES`.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
