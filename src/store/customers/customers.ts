import type { CustomerHead } from '../../domain/customers/record.ts';
import type { CustomerId, Id } from '../../domain/ids.ts';
import type { KycState, KycStatus } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { columns, id, instant, number, optional, text } from '../columns.ts';
import type { Row } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { ReadById } from '../connection/shared-reads.ts';
import type { BrandScope } from '../scope.ts';

/** A customer as stored: readable columns and the sealed profile, still sealed. */
export interface CustomerRow {
  readonly head: CustomerHead;
  readonly version: number;
  readonly profile: string;
  readonly profileSeal: number;
  readonly kycPassedAt: Instant | undefined;
  readonly ssnSeal: number;
  /** Legal holds that are not released. */
  readonly holds: number;
  /** The day on which the account was closed, `YYYY-MM-DD`. */
  readonly closedOn: string | undefined;
  /** The day on which a client said so. */
  readonly closingStatedOn: string | undefined;
}

/** What a change also needs: the sealed SSN and the state of KYC. */
export interface ChangeableRow extends CustomerRow {
  readonly ssn: string | undefined;
  /** The sealed key of this customer's digests; `undefined` in rows from before there was one. */
  readonly auditKey: string | undefined;
  readonly indexVersion: number;
  readonly kyc: KycState;
  /** How many requests to a remote verifier about the present addresses have failed. */
  readonly verifyTries: number;
}

const head = columns({
  customer_id: id<CustomerId>(),
  brand_person_id: id<Id<'brand person'>>(),
  created_at: instant(),
  updated_at: instant(),
  kyc_status: optional(text<KycStatus>()),
  kyc_requests_available: number(),
});
const record = columns({
  version: number(),
  profileSeal: number(),
  profile: text(),
  kycPassedAt: optional(instant()),
  ssnSeal: number(),
  holds: number(),
  closedOn: optional(text()),
  closingStatedOn: optional(text()),
});
const changeable = columns({
  ssn: optional(text()),
  auditKey: optional(text()),
  indexVersion: number(),
  verifyTries: number(),
});

/** The columns that an answer shows, and those that the profile is bound to. */
export const shownColumns = `${head.list}, ${record.list}`;

/**
 * The second looks each customer up by itself, in a range and an order that only the primary key has. A plan lasts, and
 * one that is made while the table is small would otherwise read all of it.
 */
const byId = (purpose: string, selected: string): ReadById => ({
  one: statement(
    `customer_${purpose}`,
    `select ${selected} from customers where brand_id = $1 and customer_id = $2`,
  ),
  many: statement(
    `customers_${purpose}`,
    `select found.* from (select distinct unnest($2::uuid[]) as id) as asked
      cross join lateral (
        select ${selected} from customers where brand_id = $1 and customer_id between asked.id and asked.id
         order by customer_id limit 1) as found`,
  ),
  column: 'customer_id',
});

const shown = byId('read', shownColumns);

/** One customer of the brand, or `undefined`. */
export async function readCustomer(scope: BrandScope, id: CustomerId): Promise<CustomerRow | undefined> {
  const row = await scope.db.sharedReads.read(shown, scope.brandId, id);
  return row && customerRow(scope, row);
}

const forChange = byId('read_for_change', `${shownColumns}, ${changeable.list}`);

/** One customer with what a change needs. No row is locked: the change itself checks the version. */
export async function readForChange(scope: BrandScope, id: CustomerId): Promise<ChangeableRow | undefined> {
  const row = await scope.db.sharedReads.read(forChange, scope.brandId, id);
  if (!row) return undefined;
  const base = customerRow(scope, row);
  const { kyc_status: status, kyc_requests_available: requestsAvailable } = base.head;
  const kyc = { status, passedAt: base.kycPassedAt, requestsAvailable };
  return { ...base, ...changeable.read(row), kyc };
}

/** Each member is written out: spreading the parts takes five times as long, for every row of a list. */
export function customerRow(scope: BrandScope, row: Row): CustomerRow {
  const { customer_id, brand_person_id, created_at, updated_at, kyc_status, kyc_requests_available } =
    head.read(row);
  const { version, profileSeal, profile, kycPassedAt, ssnSeal, holds, closedOn, closingStatedOn } =
    record.read(row);
  return {
    head: {
      customer_id,
      brand_person_id,
      bond_brand_id: scope.brandId,
      created_at,
      updated_at,
      kyc_status,
      kyc_requests_available,
    },
    version,
    profile,
    profileSeal,
    kycPassedAt,
    ssnSeal,
    holds,
    closedOn,
    closingStatedOn,
  };
}
