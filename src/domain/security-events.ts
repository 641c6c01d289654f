import type { ErrorCode } from './errors.ts';
import type { BrandId, Id, KeyIdentity, OperatorId } from './ids.ts';

/**
 * Everything that an investigation asks about: one catalogue of events, of what causes each of them, and of all
 * that an event says. An event never carries a value of a person or a secret.
 */

/** As syslog numbers them (RFC 5424, table 2). */
export const severities = { alert: 1, error: 3, warning: 4, notice: 5, info: 6 } as const;
export type Severity = keyof typeof severities;

/** `succeeded`: it was done. `refused`: it was asked for and not done. `detected`: Clientele found it. */
export const outcomes = ['succeeded', 'refused', 'detected'] as const;
export type Outcome = (typeof outcomes)[number];

interface Kind {
  readonly severity: Severity;
  /** What happened, as a sentence. */
  readonly when: string;
}

export const securityEvents = {
  authentication_failed: {
    severity: 'warning',
    when: 'A request had no key, or one that is unknown, wrong, expired or revoked.',
  },
  source_refused: {
    severity: 'alert',
    when: 'Too many authentications from one source address failed, and it is refused for the rest of the minute. Announced once in that minute.',
  },
  network_refused: {
    severity: 'alert',
    when: 'A key with the right secret came from outside its networks. It may be stolen: rotate or revoke it.',
  },
  scope_refused: { severity: 'warning', when: 'A key asked for something that its scopes do not include.' },
  signed_in: { severity: 'notice', when: 'A person signed in to the console.' },
  sign_in_refused: {
    severity: 'warning',
    when: 'A person, or another one in their name, tried to sign in with a wrong address or password, with a link that does not work, or with an answer of the provider that opens no account.',
  },
  sign_in_provider_failed: {
    severity: 'error',
    when: 'The provider at which people sign in did not answer, refused this service, or has another time.',
  },
  sign_in_limited: {
    severity: 'alert',
    when: 'A try to sign in was refused, because too many before it had failed for the address or from the source.',
  },
  operator_changed: {
    severity: 'warning',
    when: 'An operator of the console was invited, reset, disabled or got other roles, or changed their own password or passkeys.',
  },
  passkey_copied: {
    severity: 'alert',
    when: 'The counter of a passkey went back, so there may be a copy of it. What it was used for was refused.',
  },
  approval_refused: {
    severity: 'warning',
    when: 'A key or an operator tried to approve what the same person had asked for, or to get the secret of the key of another person.',
  },
  signature_refused: {
    severity: 'warning',
    when: 'A KYC callback had no valid signature, or named no program that takes callbacks.',
  },
  ssn_probing: {
    severity: 'alert',
    when: 'A request was refused because its budget of lookups was used up.',
  },
  ssn_revealed: { severity: 'notice', when: 'A full SSN was shown.' },
  bulk_reveal: {
    severity: 'alert',
    when: 'A key has read half of the full SSNs that it may read in a day (succeeded), or asked for more than all of them (refused).',
  },
  data_exported: {
    severity: 'notice',
    when: 'An operator exported customers, the file of one, or the audit trail.',
  },
  key_created: { severity: 'notice', when: 'An operator, or a caller of the API, created an API key.' },
  key_rotated: {
    severity: 'notice',
    when: 'An operator, or a caller of the API, gave an API key a new secret.',
  },
  key_enabled: {
    severity: 'warning',
    when: 'An operator enabled an API key that a restore had disabled.',
  },
  key_owned: {
    severity: 'notice',
    when: 'An operator named the owner of an API key that had none.',
  },
  key_revoked: { severity: 'notice', when: 'An operator, or a caller of the API, revoked an API key.' },
  provider_changed: {
    severity: 'warning',
    when: 'An operator created a KYC program, or changed the provider, URL or secret of one; in live, a second operator approved the change.',
  },
  provider_proposed: {
    severity: 'notice',
    when: 'An operator proposed another provider, URL or secret for a KYC program. It waits for a second operator.',
  },
  webhook_stopped: {
    severity: 'warning',
    when: 'A webhook subscription was stopped, because the key that answers for it was revoked, has expired or lacks a scope. The event names that key.',
  },
  record_altered: {
    severity: 'alert',
    when: 'A row in the database is not as Clientele wrote it. A request that needed it was refused, a webhook that needed it was not sent, or a comparison with the audit trail found it.',
  },
  events_dropped: {
    severity: 'error',
    when: 'The spool of a push target was full. The oldest events in it were dropped; the log still has them.',
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type SecurityEventName = keyof typeof securityEvents;

/** The facts of an event that its cause decides. */
export interface SecurityFact {
  readonly name: SecurityEventName;
  readonly outcome: Outcome;
  /** The source address; behind a declared proxy the forwarded one. None for a command. */
  readonly source?: string | undefined;
  /** The Identity that was claimed or, for a command, the key that it was about. */
  readonly key?: KeyIdentity | undefined;
  /** The account of the person who has signed in. */
  readonly operator?: OperatorId | undefined;
  readonly brandId?: BrandId | undefined;
  /** The operationId, or the command. */
  readonly operation?: string | undefined;
  readonly requestId?: string | undefined;
  /** How many events were dropped. */
  readonly count?: number | undefined;
}

/** An event in its final form. Members without a value are absent. */
export interface SecurityEvent {
  readonly at: string;
  readonly event_id: Id<'security event'>;
  readonly security_event: SecurityEventName;
  readonly severity: Severity;
  readonly outcome: Outcome;
  readonly source?: string;
  readonly key?: string;
  readonly operator?: string;
  readonly brand_id?: string;
  readonly operation?: string;
  readonly request_id?: string;
  readonly count?: number;
}

/** What each member says, in the order in which an event has them. */
export const securityEventMembers: Readonly<Record<keyof SecurityEvent, string>> = {
  at: 'When it happened, in UTC with microseconds.',
  event_id: 'A UUID. A target that gets an event twice tells it by this.',
  security_event: 'The name of the event.',
  severity: `One of ${Object.keys(severities).join(', ')}.`,
  outcome: `One of ${outcomes.join(', ')}.`,
  source:
    'The address that the request came from. Behind a proxy of CLIENTELE_TRUST_PROXY, the address that the proxy forwarded. Absent for commands.',
  key: 'The Identity that the request claimed, whether or not it is real, if it is a well-formed UUID; for events about a key, that key.',
  operator: 'The account of the person who has signed in to the console.',
  brand_id: 'The brand, where it is known: a failed authentication belongs to none.',
  operation: 'The operationId, or the command.',
  request_id: 'The X-Request-Id of the answer.',
  count: 'How many events were dropped.',
};

/** Writes out an event. The order of its members is the one documented. */
export function securityEvent(fact: SecurityFact, at: string, eventId: Id<'security event'>): SecurityEvent {
  const { name, outcome, source, key, operator, brandId, operation, requestId, count } = fact;
  return {
    at,
    event_id: eventId,
    security_event: name,
    severity: securityEvents[name].severity,
    outcome,
    ...(source !== undefined && { source }),
    ...(key !== undefined && { key }),
    ...(operator !== undefined && { operator }),
    ...(brandId !== undefined && { brand_id: brandId }),
    ...(operation !== undefined && { operation }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(count !== undefined && { count }),
  };
}

/** Which events a request leaves that is refused with a code. */
const refusals: Readonly<Record<string, SecurityEventName>> = {
  auth_err: 'authentication_failed',
  scope_err: 'scope_refused',
  sign_in_err: 'sign_in_refused',
  link_err: 'sign_in_refused',
  provider_flow: 'sign_in_refused',
  provider_denied: 'sign_in_refused',
  provider_answer: 'sign_in_refused',
  provider_no_roles: 'sign_in_refused',
  provider_email: 'sign_in_refused',
  provider_email_taken: 'sign_in_refused',
  account_disabled: 'sign_in_refused',
  provider_clock: 'sign_in_provider_failed',
  provider_unreachable: 'sign_in_provider_failed',
  provider_refused: 'sign_in_provider_failed',
  sign_in_limited: 'sign_in_limited',
  passkey_copied: 'passkey_copied',
  second_approver: 'approval_refused',
  key_person: 'approval_refused',
  lookup_budget: 'ssn_probing',
  reveal_budget: 'bulk_reveal',
  record_altered: 'record_altered',
};

/** The event of a refused request. A caller that signs claims no key. */
export function refusalEvent(code: ErrorCode, isSigned: boolean): SecurityEventName | undefined {
  return code === 'auth_err' && isSigned ? 'signature_refused' : refusals[code];
}

/** Which operations leave an event when they succeed. */
const successes: Readonly<Record<string, SecurityEventName>> = {
  revealSsn: 'ssn_revealed',
  revealRestrictedSsn: 'ssn_revealed',
  createKey: 'key_created',
  rotateKey: 'key_rotated',
  revokeKey: 'key_revoked',
  inviteOperator: 'operator_changed',
  updateOperator: 'operator_changed',
  resetOperator: 'operator_changed',
  addPasskey: 'operator_changed',
  removePasskey: 'operator_changed',
  changePassword: 'operator_changed',
};

export const successEvent = (operation: string): SecurityEventName | undefined => successes[operation];

/** Which commands leave an event, by the operation of their audit entry. */
const commands: Readonly<Record<string, SecurityEventName>> = {
  'keys create': 'key_created',
  'keys rotate': 'key_rotated',
  'keys revoke': 'key_revoked',
  'keys enable': 'key_enabled',
  'keys set-owner': 'key_owned',
  'operators create': 'operator_changed',
  'operators reset': 'operator_changed',
  'operators disable': 'operator_changed',
  'operators link': 'operator_changed',
  'operators unlink': 'operator_changed',
  'programs create': 'provider_changed',
  'programs set': 'provider_changed',
  'programs propose': 'provider_proposed',
  'programs approve': 'provider_changed',
  'export audit': 'data_exported',
  'export customer': 'data_exported',
  'export customers': 'data_exported',
};

export const commandEvent = (command: string): SecurityEventName | undefined =>
  Object.hasOwn(commands, command) ? commands[command] : undefined;
