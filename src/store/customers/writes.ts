import type { Deliverability } from '../../domain/customers/address.ts';
import type { CustomerHead } from '../../domain/customers/record.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { KycState } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { customerSequenceName } from '../brands/brands.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { Change, ChangesTogether, StatementPart } from '../statement-parts.ts';
import { changesTogether, writeChange, writeTogether } from '../statement-parts.ts';
import type { RetentionFactsChange } from './retention-facts.ts';
import { retentionFactsParameters, retentionFactsSql } from './retention-facts.ts';

/** One blind index value for each field by which a customer can be found. */
export interface IndexValues {
  /** The index key version of these values: the newest. */
  readonly version: number;
  readonly ssn: Buffer | undefined;
  readonly email: Buffer | undefined;
  readonly phone: Buffer | undefined;
  readonly nameAndDob: Buffer | undefined;
  /** The SSN's values under older keys, as long as customers are indexed under them. */
  readonly olderSsn: readonly Buffer[];
}

export interface NewCustomerRow {
  readonly head: CustomerHead;
  readonly kycPassedAt?: Instant;
  readonly deliverability: Deliverability | undefined;
  /** When to ask a remote verifier about the addresses. */
  readonly verifyAt: Instant | undefined;
  readonly profile: string;
  readonly ssn: string | undefined;
  /** False for the sandbox's trigger numbers, which many customers may share. */
  readonly ssnUnique: boolean;
  readonly auditKey: string;
  readonly index: IndexValues;
}

const bucketSize = 4096;
const slots = 16;
let turn = Math.floor(Math.random() * slots);
/** Writers take the slots of a count in turn, so that concurrent writers seldom share a row. */
function nextSlot(): number {
  turn = (turn + 1) % slots;
  return turn;
}

const countSql = (from: string, by: 1 | -1): string => `
  insert into customer_counts as total (brand_id, bucket, slot, count)
  select :brandId, seq / ${bucketSize}, :slot::smallint, ${by} * count(*) from ${from} group by seq / ${bucketSize}
  on conflict (brand_id, bucket, slot) do update set count = total.count + excluded.count
  returning 1 as done`;

const nextSeq = 'nextval(:arrivals::text::regclass)';

const insertSql = (gate: string, seq = nextSeq): string => `created as (
  insert into customers (brand_id, customer_id, seq, brand_person_id, version, created_at, updated_at, kyc_status,
    kyc_passed_at, kyc_requests_available, holds, deliverability, profile_seal, profile, ssn_seal, ssn, index_version,
    ssn_index, ssn_unique, email_index, phone_index, name_dob_index, verify_at, audit_key)
  select :brandId, :customerId::uuid, ${seq}, :brandPersonId::uuid, 1,
    :createdAt::timestamptz, :updatedAt::timestamptz, :kycStatus, :kycPassedAt::timestamptz,
    :kycRequestsAvailable::smallint, 0, :deliverability, 1, :profile, 1, :ssn, :indexVersion::int, :ssnIndex::bytea,
    :ssnUnique::boolean, :emailIndex::bytea, :phoneIndex::bytea, :nameDobIndex::bytea, :verifyAt::timestamptz,
    :auditKey
    from ${gate}
  returning customer_id, seq)`;

/**
 * Finds another customer with a value. As long as a table is small, every index of the brand costs the same, and a plan
 * lasts. Only one index has the range in this order, so none is chosen that reads the whole brand.
 */
const takenSql = (column: string, value: string, where = 'true'): string => `
  left join lateral (select true as is_taken from customers c
    where c.brand_id = :brandId and c.${column} between ${value} and ${value} and ${where}
    order by c.${column} limit 1) as other_${column} on true`;

/** Customers whose number or own id another one has are left to their own statement, which says so. */
const insertGroupSql = {
  gate: `gate as (
    select given.* from given ${takenSql('brand_person_id', ':brandPersonId::uuid')}
      ${takenSql('ssn_index', ':ssnIndex::bytea', 'c.ssn_unique')}
     where other_brand_person_id.is_taken is null and other_ssn_index.is_taken is null
     order by n)`,
  changed: `changed as (select claimed.*, ${nextSeq} as seq from claimed),
    ${insertSql('changed', 'seq')}, counted as (${countSql('changed', 1)})`,
} as const;

/** A new customer and what is written with it. */
export interface Insertion {
  readonly row: NewCustomerRow;
  readonly parts: readonly StatementPart[];
  readonly claim?: IdempotencyClaim | undefined;
}

/**
 * Writes a new customer, its place in the counts, its parts and, under a claim, the answer: one statement.
 * A duplicate of the SSN or of the brand's own id rejects with PostgreSQL's error (see `violatedIndex`).
 */
export async function insertCustomer(
  scope: BrandScope,
  row: NewCustomerRow,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  await refuseTakenSsn(scope, row.head.customer_id, row.ssnUnique, row.index);
  return writeChange(scope, insertionOf(scope, { row, parts, claim }));
}

/**
 * Writes new customers in their order, in one statement. None has a unique value of another one. Those that are
 * `undefined` were not written.
 */
export async function insertCustomers(
  scope: BrandScope,
  insertions: readonly Insertion[],
): Promise<readonly ('done' | undefined)[]> {
  for (const { row } of insertions)
    await refuseTakenSsn(scope, row.head.customer_id, row.ssnUnique, row.index);
  return writeTogether(scope.db, insertionsTogether(scope, insertions));
}

/**
 * The statement of `insertCustomers`. Run it by itself only where no customer has a number under an older index key.
 */
export const insertionsTogether = (
  scope: Pick<BrandScope, 'brandId'>,
  insertions: readonly Insertion[],
): ChangesTogether => changesTogether(insertions.map((one) => insertionOf(scope, one)));

function insertionOf(scope: Pick<BrandScope, 'brandId'>, { row, parts, claim }: Insertion): Change {
  const parameters = {
    brandId: scope.brandId,
    customerId: row.head.customer_id,
    arrivals: customerSequenceName(scope.brandId),
    brandPersonId: row.head.brand_person_id,
    createdAt: toPostgres(row.head.created_at),
    updatedAt: toPostgres(row.head.updated_at),
    kycStatus: row.head.kyc_status,
    kycPassedAt: row.kycPassedAt && toPostgres(row.kycPassedAt),
    kycRequestsAvailable: row.head.kyc_requests_available,
    deliverability: row.deliverability,
    profile: row.profile,
    ssn: row.ssn,
    indexVersion: row.index.version,
    ssnIndex: row.index.ssn,
    ssnUnique: row.ssn !== undefined && row.ssnUnique,
    emailIndex: row.index.email,
    phoneIndex: row.index.phone,
    nameDobIndex: row.index.nameAndDob,
    slot: nextSlot(),
    verifyAt: row.verifyAt && toPostgres(row.verifyAt),
    auditKey: row.auditKey,
  };
  return {
    name: 'customer_create',
    parameters,
    claim,
    gate: 'gate',
    changed: 'created',
    parts,
    text: (claimed, rest) =>
      `with gate as (select 1), ${claimed} ${insertSql(claimed ? 'claim' : 'gate')}, ${rest}
       counted as (${countSql('created', 1)}) select done from counted`,
    group: {
      ...insertGroupSql,
      shared: ['arrivals', 'slot'],
      exclusive: [
        row.head.brand_person_id,
        ...(parameters.ssnUnique && row.index.ssn ? [row.index.ssn.toString('latin1')] : []),
      ],
    },
  };
}

/** The error of a unique violation for an SSN that another customer has under another index key. */
class TakenSsn extends Error {
  readonly code = '23505';
  readonly constraint = 'customers_ssn';
}

const holder = statement(
  'customer_of_older_ssn',
  'select 1 as found from customers where brand_id = $1 and ssn_index = any ($2::bytea[]) and ssn_unique and customer_id <> $3 limit 1',
);

/**
 * The unique index recognises equal numbers only under one key. During a rotation some customers are still under an
 * older key. No customer is added under an older key, so a check before the write is sufficient.
 */
async function refuseTakenSsn(
  scope: BrandScope,
  id: CustomerId,
  isUnique: boolean,
  { olderSsn }: IndexValues,
): Promise<void> {
  if (!isUnique || olderSsn.length === 0) return;
  const values = olderSsn.map((value) => `\\x${value.toString('hex')}`);
  if ((await scope.db.run(holder, [scope.brandId, values, id])).length > 0) throw new TakenSsn('Taken.');
}

/**
 * What changes in a customer's row. A group that is absent stays as it is, but for the profile: it is bound to the
 * version, so every change seals it again.
 */
export interface CustomerRowChange extends RetentionFactsChange {
  readonly id: CustomerId;
  /** The version that was read; if it is no longer the stored one, nothing is written. */
  readonly version: number;
  readonly updatedAt: Instant;
  readonly profile: { readonly sealed: string; readonly seal: number };
  /** Where addresses may have changed: the verdict on the first primary one. */
  readonly verdict?: { readonly deliverability: Deliverability | undefined };
  /** Where the change brings a new number. */
  readonly ssn?: { readonly sealed: string; readonly seal: number; readonly unique: boolean };
  /** Only the values that change. */
  readonly index?: IndexValues;
  /** Present if addresses changed: when to ask a remote verifier about them, if at all. */
  readonly verify?: { readonly at: Instant | undefined; readonly tries: number };
  readonly kyc?: KycState;
  /** For a row that has none yet. */
  readonly auditKey?: string | undefined;
}

const changeSql = (where: string, from = ''): string => `
  update customers set version = version + 1, updated_at = :updatedAt::timestamptz,
    profile = :profile, profile_seal = :profileSeal::int,
    deliverability = case when :hasVerdict::boolean then :deliverability else deliverability end,
    ${retentionFactsSql},
    ssn = coalesce(:ssn, ssn), ssn_seal = coalesce(:ssnSeal::int, ssn_seal),
    ssn_unique = coalesce(:ssnUnique::boolean, ssn_unique), ssn_index = coalesce(:ssnIndex::bytea, ssn_index),
    email_index = coalesce(:emailIndex::bytea, email_index), phone_index = coalesce(:phoneIndex::bytea, phone_index),
    name_dob_index = coalesce(:nameDobIndex::bytea, name_dob_index), index_version = coalesce(:indexVersion::int, index_version),
    verify_at = case when :verifyTries::smallint is null then verify_at else :verifyAt::timestamptz end,
    verify_tries = coalesce(:verifyTries::smallint, verify_tries),
    kyc_status = case when :kycRequestsAvailable::smallint is null then kyc_status else :kycStatus end,
    kyc_passed_at = case when :kycRequestsAvailable::smallint is null then kyc_passed_at else :kycPassedAt::timestamptz end,
    kyc_requests_available = coalesce(:kycRequestsAvailable::smallint, kyc_requests_available),
    audit_key = coalesce(audit_key, :auditKey)
  ${from} where brand_id = :brandId and customer_id = :customerId::uuid and ${where}
  returning ${from ? 'claimed.*' : '1 as done'}`;

/** A row that another change holds is left to a statement of its own, which waits for it. */
const changeGroupSql = {
  gate: `gate as (
    select given.* from given cross join lateral (
      select from customers c where c.brand_id = :brandId and c.customer_id = :customerId::uuid and c.version = :version::int
       limit 1 for update skip locked) as held
     order by n)`,
  changed: `changed as (${changeSql('true', 'from claimed')})`,
} as const;

const heldSql =
  'held as (select 1 from customers where brand_id = :brandId and customer_id = :customerId::uuid and version = :version::int for update)';

/** Writes a change and its parts if the row still has the version that was read. */
export async function changeCustomer(
  scope: BrandScope,
  row: CustomerRowChange,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { profile, ssn, index, verify, kyc } = row;
  const parameters = {
    brandId: scope.brandId,
    customerId: row.id,
    version: row.version,
    updatedAt: toPostgres(row.updatedAt),
    profile: profile.sealed,
    profileSeal: profile.seal,
    hasVerdict: row.verdict !== undefined,
    deliverability: row.verdict?.deliverability,
    ...retentionFactsParameters(row),
    ssn: ssn?.sealed,
    ssnSeal: ssn?.seal,
    ssnUnique: ssn?.unique,
    ssnIndex: index?.ssn,
    emailIndex: index?.email,
    phoneIndex: index?.phone,
    nameDobIndex: index?.nameAndDob,
    indexVersion: index?.version,
    verifyTries: verify?.tries,
    verifyAt: verify?.at && toPostgres(verify.at),
    kycRequestsAvailable: kyc?.requestsAvailable,
    kycStatus: kyc?.status,
    kycPassedAt: kyc?.passedAt && toPostgres(kyc.passedAt),
    auditKey: row.auditKey,
  };
  if (index) await refuseTakenSsn(scope, row.id, ssn?.unique === true, index);
  return writeChange(scope, {
    name: 'customer_change',
    parameters,
    claim,
    gate: 'held',
    changed: 'changed',
    parts,
    text: (claimed, rest) =>
      claimed
        ? `with ${heldSql}, ${claimed} changed as (${changeSql('exists (select from claim)')}), ${rest} result as (select done from changed) select done from result`
        : `with changed as (${changeSql('version = :version::int')}), ${rest} result as (select done from changed) select done from result`,
    // A new number may be another customer's.
    ...(!ssn && { group: { ...changeGroupSql, shared: [], exclusive: [row.id] } }),
  });
}

const kept =
  'brand_id, customer_id, seq, brand_person_id, version, created_at, updated_at, kyc_status, kyc_passed_at, ' +
  'kyc_requests_available, holds, closed_on, closing_stated_on, deliverability, profile_seal, profile, ssn_seal, ssn, index_version, ssn_index, ' +
  'ssn_unique, email_index, phone_index, name_dob_index, audit_key';

const target =
  'brand_id = :brandId and customer_id = :customerId::uuid and (:versions::int[] is null or version = any (:versions::int[]))';

const removeSql = (where: string): string => `gone as (
    delete from customers where ${where} returning ${kept}
  ), moved as (
    insert into deleted_customers (${kept}, deleted_at, deletion)
    select ${kept}, :now::timestamptz, :deletion::text from gone returning seq
  )`;

export interface Deletion {
  /** The versions that the customer may have; `undefined`: any. */
  readonly versions: readonly number[] | undefined;
  readonly now: Instant;
  /** Proves the moment of the deletion (`deleted_customers.deletion`). */
  readonly proof: string;
}

/** Moves a customer out of reach, if it has one of the versions asked for (`undefined`: any). */
export function removeCustomer(
  scope: BrandScope,
  id: CustomerId,
  { versions, now, proof }: Deletion,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const parameters = {
    brandId: scope.brandId,
    customerId: id,
    versions: versions?.map(String),
    now: toPostgres(now),
    deletion: proof,
    slot: nextSlot(),
  };
  return writeChange(scope, {
    name: 'customer_delete',
    parameters,
    claim,
    gate: 'held',
    changed: 'moved',
    parts,
    text: (claimed, rest) => {
      const removed = claimed
        ? `held as (select 1 from customers where ${target} for update), ${claimed}
           ${removeSql('brand_id = :brandId and customer_id = :customerId::uuid and exists (select from claim)')}`
        : removeSql(target);
      return `with ${removed}, ${rest} counted as (${countSql('moved', -1)}) select done from counted`;
    },
  });
}
