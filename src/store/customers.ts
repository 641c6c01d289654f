import type { Deliverability } from '../domain/address.ts';
import type { CustomerId, Id } from '../domain/ids.ts';
import type { KycState, KycStatus } from '../domain/kyc.ts';
import type { CustomerHead } from '../domain/record.ts';
import type { Instant } from '../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../domain/time.ts';
import { arrivalsOf } from './brands.ts';
import type { Claim, Outcome } from './claim.ts';
import { claimSql, claimValues, settle } from './claim.ts';
import type { Row, Value } from './database.ts';
import { statement } from './database.ts';
import type { BrandScope } from './scope.ts';

/** A customer as stored: readable columns and the sealed profile, still sealed. */
export interface CustomerRow {
  readonly head: CustomerHead;
  readonly version: number;
  readonly profile: string;
  readonly profileSeal: number;
}

/** What a change needs besides: the sealed number and the state of KYC. */
export interface ChangeableRow extends CustomerRow {
  readonly ssn: string | undefined;
  readonly ssnSeal: number;
  readonly indexVersion: number;
  readonly kyc: KycState;
  /** How often a remote verifier was asked in vain about the present addresses. */
  readonly verifyTries: number;
}

/** The columns that an answer shows. */
export const shownColumns =
  'customer_id, brand_person_id, created_at, updated_at, kyc_status, kyc_requests_available, version, profile_seal, profile';

const one = statement(
  'customer_read',
  `select ${shownColumns} from customers where brand_id = $1 and customer_id = $2`,
);

/** One customer of the brand, or `undefined`. */
export async function readCustomer(scope: BrandScope, id: CustomerId): Promise<CustomerRow | undefined> {
  const [row] = await scope.db.read(one, [scope.brandId, id]);
  return row && customerRow(scope, row);
}

const forChange = statement(
  'customer_read_for_change',
  `select ${shownColumns}, ssn, ssn_seal, index_version, kyc_passed_at, verify_tries from customers where brand_id = $1 and customer_id = $2`,
);

/** One customer with what a change needs. Nothing is locked: the change itself checks the version. */
export async function readForChange(scope: BrandScope, id: CustomerId): Promise<ChangeableRow | undefined> {
  const [row] = await scope.db.read(forChange, [scope.brandId, id]);
  if (!row) return undefined;
  const base = customerRow(scope, row);
  const passedAt = row['kyc_passed_at'];
  return {
    ...base,
    ssn: row['ssn'] === null ? undefined : String(row['ssn']),
    ssnSeal: Number(row['ssn_seal']),
    indexVersion: Number(row['index_version']),
    verifyTries: Number(row['verify_tries']),
    kyc: {
      status: base.head.kyc_status,
      passedAt: passedAt === null ? undefined : instantOfPostgres(String(passedAt)),
      requestsAvailable: base.head.kyc_requests_available,
    },
  };
}

export function customerRow(scope: BrandScope, row: Row): CustomerRow {
  return {
    head: {
      customer_id: row['customer_id'] as CustomerId,
      brand_person_id: row['brand_person_id'] as Id<'brand person'>,
      bond_brand_id: scope.brandId,
      created_at: instantOfPostgres(row['created_at'] as string),
      updated_at: instantOfPostgres(row['updated_at'] as string),
      kyc_status: (row['kyc_status'] ?? undefined) as KycStatus | undefined,
      kyc_requests_available: row['kyc_requests_available'] as number,
    },
    version: row['version'] as number,
    profile: row['profile'] as string,
    profileSeal: row['profile_seal'] as number,
  };
}

/** A blind index value for each way in which a customer can be found. */
export interface IndexValues {
  readonly ssn: Buffer | undefined;
  readonly email: Buffer | undefined;
  readonly phone: Buffer | undefined;
  readonly nameAndDob: Buffer | undefined;
}

export interface NewCustomerRow {
  readonly head: CustomerHead;
  readonly kycPassedAt?: Instant;
  readonly deliverability: Deliverability | undefined;
  /** When to ask a remote verifier about the addresses. */
  readonly verifyAt: Instant | undefined;
  readonly profile: string;
  readonly ssn: string | undefined;
  /** False for the sandbox's trigger numbers, which may belong to many. */
  readonly ssnUnique: boolean;
  readonly indexVersion: number;
  readonly index: IndexValues;
}

const bucketSize = 4096;
const slots = 16;
let turn = Math.floor(Math.random() * slots);
/** Writers take the slots of a count in turn, so that those under way at once seldom share a row. */
function nextSlot(): number {
  turn = (turn + 1) % slots;
  return turn;
}

const countSql = (from: string, slot: number, by: 1 | -1): string => `
  insert into customer_counts as total (brand_id, bucket, slot, count)
  select $1, seq / ${bucketSize}, $${slot}::smallint, ${by} from ${from}
  on conflict (brand_id, bucket, slot) do update set count = total.count + excluded.count
  returning 1 as done`;

const insertSql = (gate: string): string => `created as (
  insert into customers (brand_id, customer_id, seq, brand_person_id, version, created_at, updated_at, kyc_status,
    kyc_passed_at, kyc_requests_available, deliverability, profile_seal, profile, ssn_seal, ssn, index_version,
    ssn_index, ssn_unique, email_index, phone_index, name_dob_index, verify_at)
  select $1, $2::uuid, nextval($3::text::regclass), $4::uuid, 1, $5::timestamptz, $6::timestamptz, $7,
    $8::timestamptz, $9::smallint, $10, 1, $11, 1, $12, $13::int, $14::bytea, $15::boolean, $16::bytea, $17::bytea, $18::bytea,
    $20::timestamptz
    from ${gate}
  returning seq)`;

const create = statement(
  'customer_create',
  `with gate as (select 1), ${insertSql('gate')} ${countSql('created', 19, 1)}`,
);
const createClaimed = statement(
  'customer_create_claimed',
  `with gate as (select 1), ${claimSql('gate', 21)}, ${insertSql('claim')} ${countSql('created', 19, 1)}`,
);

/**
 * Writes a new customer, its place in the counts and, under a claim, the answer: one statement.
 * A duplicate of the SSN or of the brand's own id rejects with PostgreSQL's error (see `violatedIndex`).
 */
export function insertCustomer(scope: BrandScope, row: NewCustomerRow, claim?: Claim): Promise<Outcome> {
  const values: readonly Value[] = [
    scope.brandId,
    row.head.customer_id,
    arrivalsOf(scope.brandId),
    row.head.brand_person_id,
    toPostgres(row.head.created_at),
    toPostgres(row.head.updated_at),
    row.head.kyc_status ?? null,
    row.kycPassedAt ? toPostgres(row.kycPassedAt) : null,
    row.head.kyc_requests_available,
    row.deliverability ?? null,
    row.profile,
    row.ssn ?? null,
    row.indexVersion,
    row.index.ssn ?? null,
    row.ssn !== undefined && row.ssnUnique,
    row.index.email ?? null,
    row.index.phone ?? null,
    row.index.nameAndDob ?? null,
    nextSlot(),
    row.verifyAt ? toPostgres(row.verifyAt) : null,
  ];
  if (!claim) return settle(undefined, scope.db.run(create, values));
  return settle(claim, scope.db.run(createClaimed, [...values, ...claimValues(claim)]));
}

export interface CustomerRowChange {
  readonly id: CustomerId;
  /** The version that was read; if it is no longer the stored one, nothing is written. */
  readonly version: number;
  readonly updatedAt: Instant;
  readonly deliverability: Deliverability | undefined;
  readonly profile: string;
  readonly profileSeal: number;
  /** Where the change brings a new number. */
  readonly ssn?: { readonly sealed: string; readonly seal: number; readonly unique: boolean };
  /** Only the values that change. */
  readonly index: IndexValues;
  /** Where addresses changed: when to ask a remote verifier about them, if at all. */
  readonly verify?: { readonly at: Instant | undefined; readonly tries: number };
}

const changeSql = (where: string): string => `
  update customers set version = version + 1, updated_at = $4::timestamptz, deliverability = $5, profile = $6,
    profile_seal = $7::int, ssn = coalesce($8, ssn), ssn_seal = coalesce($9::int, ssn_seal),
    ssn_unique = coalesce($10::boolean, ssn_unique), ssn_index = coalesce($11::bytea, ssn_index),
    email_index = coalesce($12::bytea, email_index), phone_index = coalesce($13::bytea, phone_index),
    name_dob_index = coalesce($14::bytea, name_dob_index),
    verify_at = case when $15::smallint is null then verify_at else $16::timestamptz end,
    verify_tries = coalesce($15::smallint, verify_tries)
  where brand_id = $1 and customer_id = $2 and ${where}
  returning 1 as done`;

const change = statement('customer_change', changeSql('version = $3::int'));
const changeClaimed = statement(
  'customer_change_claimed',
  `with held as (
     select 1 from customers where brand_id = $1 and customer_id = $2 and version = $3::int for update
   ), ${claimSql('held', 17)} ${changeSql('exists (select from claim)')}`,
);

/** Writes a change if the row still has the version that was read. */
export function changeCustomer(scope: BrandScope, row: CustomerRowChange, claim?: Claim): Promise<Outcome> {
  const values: readonly Value[] = [
    scope.brandId,
    row.id,
    row.version,
    toPostgres(row.updatedAt),
    row.deliverability ?? null,
    row.profile,
    row.profileSeal,
    row.ssn?.sealed ?? null,
    row.ssn?.seal ?? null,
    row.ssn?.unique ?? null,
    row.index.ssn ?? null,
    row.index.email ?? null,
    row.index.phone ?? null,
    row.index.nameAndDob ?? null,
    row.verify?.tries ?? null,
    row.verify?.at ? toPostgres(row.verify.at) : null,
  ];
  if (!claim) return settle(undefined, scope.db.run(change, values));
  return settle(claim, scope.db.run(changeClaimed, [...values, ...claimValues(claim)]));
}

const kept =
  'brand_id, customer_id, seq, brand_person_id, version, created_at, updated_at, kyc_status, kyc_passed_at, ' +
  'kyc_requests_available, deliverability, profile_seal, profile, ssn_seal, ssn, index_version, ssn_index, ' +
  'ssn_unique, email_index, phone_index, name_dob_index';

const target = 'brand_id = $1 and customer_id = $2 and ($3::int[] is null or version = any ($3::int[]))';

const removeSql = (where: string): string => `gone as (
    delete from customers where ${where} returning ${kept}
  ), moved as (
    insert into deleted_customers (${kept}, deleted_at) select ${kept}, $4::timestamptz from gone returning seq
  ) ${countSql('moved', 5, -1)}`;

const remove = statement('customer_delete', `with ${removeSql(target)}`);
const removeClaimed = statement(
  'customer_delete_claimed',
  `with held as (select 1 from customers where ${target} for update), ${claimSql('held', 6)},
    ${removeSql('brand_id = $1 and customer_id = $2 and exists (select from claim)')}`,
);

/** Moves a customer out of reach, if it has one of the versions asked for (`undefined`: any). */
export function removeCustomer(
  scope: BrandScope,
  id: CustomerId,
  versions: readonly number[] | undefined,
  now: Instant,
  claim?: Claim,
): Promise<Outcome> {
  const wanted = versions ? versions.map(String) : null;
  const values: readonly Value[] = [scope.brandId, id, wanted, toPostgres(now), nextSlot()];
  if (!claim) return settle(undefined, scope.db.run(remove, values));
  return settle(claim, scope.db.run(removeClaimed, [...values, ...claimValues(claim)]));
}
