import type { BudgetLimits } from '../domain/customers/lookups.ts';
import type { BrandId, Id } from '../domain/ids.ts';
import type { GroupRoles } from '../domain/operators/groups.ts';
import type { RecentRequests } from '../domain/requests/recent.ts';
import type { Instant } from '../domain/time.ts';
import type { AddressVerifier } from '../providers/address.ts';
import type { IdentityProvider } from '../providers/identity/identity.ts';
import type { KycProvider, ProviderChoice } from '../providers/kyc.ts';
import type { Outbound } from '../providers/outbound.ts';
import type { ScreeningProvider } from '../providers/screening/screening.ts';
import type { Database } from '../store/connection/database.ts';
import type { IdempotencyClaim } from '../store/idempotency-claim.ts';
import type { Environment } from '../store/installation/installation.ts';
import type { BrandScope } from '../store/scope.ts';
import type { StatementPart } from '../store/statement-parts.ts';
import type { AnchorFile } from '../vault/anchor-file.ts';
import type { RootKeyLocation } from '../vault/key-source.ts';
import type { Keyring, Vault } from '../vault/vault.ts';
import type { ChangeRecord } from './journal.ts';
import type { Keyrings } from './keyrings.ts';
import type { Principal } from './principal.ts';
import type { Quotas } from './quotas.ts';
import type { SecurityLog } from './security-log.ts';

/** The company's provider of identities, and what its groups may do here. */
export interface CompanySignIn {
  readonly provider: IdentityProvider;
  readonly groupRoles: GroupRoles;
}

/** What every operation uses. Clock and randomness are passed in, so that tests can control them. */
export interface System {
  readonly db: Database;
  readonly vault: Vault;
  readonly rootKeyLocation: RootKeyLocation;
  readonly keyrings: Keyrings;
  /** The last signed state of each audit trail, outside of the database. */
  readonly anchors: AnchorFile;
  readonly environment: Environment;
  /** The version of Clientele. */
  readonly version: string;
  /** Which verifier finds the verdicts on addresses. */
  readonly addressVerifier: 'offline' | 'lob';
  /** Whether people sign in to the accounts of a sandbox's demo. */
  readonly hasDemoAccounts: boolean;
  /** Whether ordinary reads of customers are written into the audit trail. */
  readonly auditReads: boolean;
  /** What keys may find out in a day. */
  readonly budgetLimits: BudgetLimits;
  /** What a brand may have stored at once. */
  readonly quotas: Quotas;
  readonly verifier: AddressVerifier;
  /** Who checks customers against lists of sanctioned people. `undefined`: nobody, and nothing is queued. */
  readonly screening: ScreeningProvider | undefined;
  /** Where people sign in with the accounts of their company. `undefined`: nowhere. */
  readonly identity: CompanySignIn | undefined;
  /** The KYC provider of a program. */
  readonly kycProvider: (program: ProviderChoice) => KycProvider;
  /** The HTTP client for webhooks. */
  readonly outbound: Outbound;
  readonly security: SecurityLog;
  /** The last requests to this process. */
  readonly requests: RecentRequests;
  /**
   * Set for a command that changes something: why its operator runs it, as far as that was said. Tests name the
   * account too; otherwise it is the one that runs the process.
   */
  readonly operator?: { readonly reason: string | undefined; readonly account?: string };
  readonly now: () => Instant;
  readonly newId: <Kind extends string>() => Id<Kind>;
  /** Returns the given number of cryptographically random bytes. */
  readonly random: (bytes: number) => Buffer;
}

/** The answer of an operation, before it is sent. */
export interface Answer {
  readonly status: 200 | 201;
  /** JSON, in ASCII. */
  readonly body: string;
  /** Where the row says that it is streamed: what follows `body`, made while it is sent. */
  readonly rest?: AsyncIterable<string>;
  /** The version of the row that the answer shows. */
  readonly version?: number;
  readonly page?: PageFacts;
}

export interface PageFacts {
  readonly total: number;
  /** Relation and query string, for the Link header. */
  readonly links: readonly (readonly [string, string])[];
}

/** The context of one request. */
export interface Context {
  readonly system: System;
  readonly principal: Principal;
  /** The `X-Request-Id` of the answer. */
  readonly requestId: string;
  readonly scope: BrandScope;
  readonly keyring: Keyring;
  readonly now: Instant;
  /** With an Idempotency-Key: the claim that the change writes in its transaction. */
  readonly claim: ClaimMaker | undefined;
  /** Makes the audit entry and event of a change. Only a change that calls this wakes the workers. */
  readonly journal: (changeRecord: ChangeRecord) => StatementPart;
}

/** What a change uses, in a request and in the background. */
export type ChangeContext = Pick<Context, 'system' | 'scope' | 'keyring' | 'now' | 'journal'>;

/** The request of a caller without a key. */
export interface SignedCall {
  readonly params: Readonly<Record<string, Id<string>>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came. */
  readonly body: string;
}

/** @throws Refusal `auth_err` if the signature is invalid. */
export type SignedHandler = (system: System, call: SignedCall) => Promise<Answer>;

export type ClaimMaker = (answer: Answer, customerId: Id<'customer'> | undefined) => IdempotencyClaim;

export const scopeOf = (system: System, brandId: BrandId): BrandScope => ({ brandId, db: system.db });
