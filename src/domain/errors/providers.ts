import type { ErrorEntry } from './entry.ts';

/** The codes of signing in at the provider of a company. */
export const identityErrors = {
  provider_flow: {
    status: 403,
    type: 'Request Error',
    message: 'This sign-in has expired, was used before, or was begun in another browser. Begin again.',
    help: 'What beginProviderSignIn answers works once, for ten minutes, and in the browser that holds its cookie. A second tab that begins later ends the first one. Open the console at the address of CLIENTELE_PUBLIC_URL.',
  },
  provider_denied: {
    status: 403,
    type: 'Request Error',
    message: 'The provider did not let you in, or you cancelled there.',
    help: 'The provider answered with an error, access_denied for example. Try again, or ask those who run the provider whether you may use this service.',
  },
  provider_answer: {
    status: 403,
    type: 'Request Error',
    message: "The provider's answer does not prove who you are. Begin again.",
    help: 'The code was used or has expired, or the token is not signed by the issuer, is for another service or another sign-in. A fresh proof also needs the claim auth_time, of a sign-in at the provider after it was asked for, by the same person. The log of the service has which of these.',
  },
  provider_clock: {
    status: 502,
    type: 'Server Error',
    message:
      'The clocks of the provider and of this service differ, so nobody can sign in there. Tell the person who runs this service.',
    help: 'The times in the token are more than 30 seconds off. Set the clock of the machine by NTP, then sign in again.',
  },
  provider_unreachable: {
    status: 502,
    type: 'Server Error',
    message: 'The provider does not answer now. Try again in a minute.',
    help: 'The issuer of CLIENTELE_OIDC_ISSUER gave no usable answer within 5 seconds. `clientele doctor` says why. Accounts with a password can sign in.',
  },
  provider_refused: {
    status: 502,
    type: 'Server Error',
    message: 'The provider refuses this service. Tell the person who runs it.',
    help: 'The client id, its secret, its redirect URI or its scopes are not those that the provider knows. The log of the service has the error of the provider. docs/operators.md has the steps.',
  },
  provider_no_roles: {
    status: 403,
    type: 'Request Error',
    message:
      'Your account at the provider is in no group that may use this console. Ask those who run the provider.',
    help: 'CLIENTELE_OIDC_ROLES says which groups give which roles. None of them is in the claim of CLIENTELE_OIDC_GROUPS_CLAIM. An account that had roles has lost them, and its sessions have ended.',
  },
  provider_email: {
    status: 403,
    type: 'Request Error',
    message: 'The provider does not vouch for an email address of yours, and an account needs one.',
    help: 'The first sign-in needs the claim email, with email_verified. For a directory that gives people their addresses itself, set CLIENTELE_OIDC_EMAIL=assigned.',
  },
  provider_email_taken: {
    status: 409,
    type: 'Request Error',
    message:
      'Another account has your email address. The person who runs this service can link it to you: give them this sentence.',
    help: 'Accounts are found by the subject of the provider and never by their address. `clientele operators link EMAIL --subject SUBJECT` hands the account over, with the subject as the provider shows it.',
  },
  provider_account: {
    status: 409,
    type: 'Request Error',
    message: 'This person signs in at the provider, and the groups there give the roles.',
    help: 'Change the groups of the person at the provider, or CLIENTELE_OIDC_ROLES. It counts from the next sign-in. The account can be disabled here.',
  },
  account_disabled: {
    status: 403,
    type: 'Request Error',
    message: 'Your account here is disabled. Ask an admin.',
    help: 'The provider vouches for the person, and the account was disabled in the console or with `clientele operators disable`. `clientele operators reset EMAIL` enables it.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
