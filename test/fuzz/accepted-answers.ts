import type { AcceptedAnswer } from './run.ts';

/** Answers that the document cannot foretell, each with the reason. Few, and none of them a 5xx. */
export const acceptedAnswers: readonly AcceptedAnswer[] = [];

/** Operations that generated requests cannot bring to succeed, each with the reason. */
export const unreachableOperations: ReadonlyMap<string, string> = new Map([
  ['receiveKycCallback', 'It takes the signature of a decision service.'],
  ['approveErasure', 'It takes a second key than that of the request, and a lane has one.'],
  ...['getSettings', 'listOperators', 'inviteOperator', 'updateOperator', 'resetOperator'].map(
    (id): [string, string] => [id, 'No key has its scope.'],
  ),
  ...[
    ...['getSession', 'confirmSession', 'changePassword', 'closeSession'],
    ...['listPasskeys', 'addPasskey', 'removePasskey'],
  ].map((id): [string, string] => [id, 'It takes a session.']),
  ['openPasskeySession', 'It takes the signature of an authenticator.'],
  ['beginProviderSignIn', 'It takes a provider of identities.'],
  ['openProviderSession', 'It takes a provider of identities.'],
  ['openSession', 'It takes the password of an account.'],
  ['acceptInvitation', 'It takes a link.'],
  ['openDemoSession', 'It takes a sandbox with its demo.'],
]);
