import type { Deliverability } from '../../domain/customers/address.ts';
import type { CustomerHead } from '../../domain/customers/record.ts';
import type { CustomerId, Id } from '../../domain/ids.ts';
import type { KycState, KycStatus } from '../../domain/kyc/verification.ts';
import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres, toPostgres } from '../../domain/time.ts';
import { arrivalsOf } from '../brands/brands.ts';
import type { Row, Value } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { IdempotencyClaim, WriteOutcome } from '../idempotency-claim.ts';
import { settle } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { assemble } from '../statement-parts.ts';

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
  /** The sealed key of this customer's digests; `undefined` in rows from before there was one. */
  readonly auditKey: string | undefined;
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
  `select ${shownColumns}, ssn, ssn_seal, audit_key, index_version, kyc_passed_at, verify_tries from customers where brand_id = $1 and customer_id = $2`,
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
    auditKey: row['audit_key'] === null ? undefined : String(row['audit_key']),
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
  /** The index key version that they are under: the newest. */
  readonly version: number;
  readonly ssn: Buffer | undefined;
  readonly email: Buffer | undefined;
  readonly phone: Buffer | undefined;
  readonly nameAndDob: Buffer | undefined;
  /** The number's values under older keys, while there are customers who are indexed under them. */
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
  /** False for the sandbox's trigger numbers, which may belong to many. */
  readonly ssnUnique: boolean;
  readonly auditKey: string;
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
    ssn_index, ssn_unique, email_index, phone_index, name_dob_index, verify_at, audit_key)
  select $1, $2::uuid, nextval($3::text::regclass), $4::uuid, 1, $5::timestamptz, $6::timestamptz, $7,
    $8::timestamptz, $9::smallint, $10, 1, $11, 1, $12, $13::int, $14::bytea, $15::boolean, $16::bytea, $17::bytea, $18::bytea,
    $20::timestamptz, $21
    from ${gate}
  returning seq)`;

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
    row.index.version,
    row.index.ssn ?? null,
    row.ssn !== undefined && row.ssnUnique,
    row.index.email ?? null,
    row.index.phone ?? null,
    row.index.nameAndDob ?? null,
    nextSlot(),
    row.verifyAt ? toPostgres(row.verifyAt) : null,
    row.auditKey,
  ];
  if (row.ssnUnique) await refuseTakenSsn(scope, row.head.customer_id, row.index);
  return write(scope, {
    name: 'customer_create',
    values,
    claim,
    gate: 'gate',
    changed: 'created',
    parts,
    text: (claimed, rest) =>
      `with gate as (select 1), ${claimed} ${insertSql(claimed ? 'claim' : 'gate')}, ${rest}
       counted as (${countSql('created', 19, 1)}) select done from counted`,
  });
}

/** Says in PostgreSQL's words that somebody has the number already, though under another index key. */
class TakenSsn extends Error {
  readonly code = '23505';
  readonly constraint = 'customers_ssn';
}

const holder = statement(
  'customer_of_older_ssn',
  'select 1 as found from customers where brand_id = $1 and ssn_index = any ($2::bytea[]) and ssn_unique and customer_id <> $3 limit 1',
);

/**
 * The unique index tells equal numbers only under one key. While a rotation is under way there are customers
 * under an older one; nobody joins them any more, so a look before the write is as good as one within it.
 */
async function refuseTakenSsn(scope: BrandScope, id: CustomerId, { olderSsn }: IndexValues): Promise<void> {
  if (olderSsn.length === 0) return;
  const values = olderSsn.map((value) => `\\x${value.toString('hex')}`);
  if ((await scope.db.run(holder, [scope.brandId, values, id])).length > 0) throw new TakenSsn('Taken.');
}

function write(scope: BrandScope, change: Parameters<typeof assemble>[0]): Promise<WriteOutcome> {
  const { query, values } = assemble(change);
  return settle(change.claim, scope.db.run(query, values));
}

/** What changes in a customer's row. A group that is absent stays as it is. */
export interface CustomerRowChange {
  readonly id: CustomerId;
  /** The version that was read; if it is no longer the stored one, nothing is written. */
  readonly version: number;
  readonly updatedAt: Instant;
  readonly profile?: {
    readonly sealed: string;
    readonly seal: number;
    /** The verdict on the first primary address. */
    readonly deliverability: Deliverability | undefined;
  };
  /** Where the change brings a new number. */
  readonly ssn?: { readonly sealed: string; readonly seal: number; readonly unique: boolean };
  /** Only the values that change. */
  readonly index?: IndexValues;
  /** Where addresses changed: when to ask a remote verifier about them, if at all. */
  readonly verify?: { readonly at: Instant | undefined; readonly tries: number };
  readonly kyc?: KycState;
  /** For a row that has none yet. */
  readonly auditKey?: string | undefined;
}

const changeSql = (where: string): string => `
  update customers set version = version + 1, updated_at = $4::timestamptz,
    profile = coalesce($5, profile), profile_seal = coalesce($6::int, profile_seal),
    deliverability = case when $5 is null then deliverability else $7 end,
    ssn = coalesce($8, ssn), ssn_seal = coalesce($9::int, ssn_seal),
    ssn_unique = coalesce($10::boolean, ssn_unique), ssn_index = coalesce($11::bytea, ssn_index),
    email_index = coalesce($12::bytea, email_index), phone_index = coalesce($13::bytea, phone_index),
    name_dob_index = coalesce($14::bytea, name_dob_index), index_version = coalesce($21::int, index_version),
    verify_at = case when $15::smallint is null then verify_at else $16::timestamptz end,
    verify_tries = coalesce($15::smallint, verify_tries),
    kyc_status = case when $17::smallint is null then kyc_status else $18 end,
    kyc_passed_at = case when $17::smallint is null then kyc_passed_at else $19::timestamptz end,
    kyc_requests_available = coalesce($17::smallint, kyc_requests_available),
    audit_key = coalesce(audit_key, $20)
  where brand_id = $1 and customer_id = $2::uuid and ${where}
  returning 1 as done`;

const heldSql =
  'held as (select 1 from customers where brand_id = $1 and customer_id = $2::uuid and version = $3::int for update)';

/** Writes a change and its parts if the row still has the version that was read. */
export async function changeCustomer(
  scope: BrandScope,
  row: CustomerRowChange,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const { profile, ssn, index, verify, kyc } = row;
  const values: readonly Value[] = [
    scope.brandId,
    row.id,
    row.version,
    toPostgres(row.updatedAt),
    profile?.sealed ?? null,
    profile?.seal ?? null,
    profile?.deliverability ?? null,
    ssn?.sealed ?? null,
    ssn?.seal ?? null,
    ssn?.unique ?? null,
    index?.ssn ?? null,
    index?.email ?? null,
    index?.phone ?? null,
    index?.nameAndDob ?? null,
    verify?.tries ?? null,
    verify?.at ? toPostgres(verify.at) : null,
    kyc?.requestsAvailable ?? null,
    kyc?.status ?? null,
    kyc?.passedAt ? toPostgres(kyc.passedAt) : null,
    row.auditKey ?? null,
    index?.version ?? null,
  ];
  if (index && ssn?.unique) await refuseTakenSsn(scope, row.id, index);
  return write(scope, {
    name: 'customer_change',
    values,
    claim,
    gate: 'held',
    changed: 'changed',
    parts,
    text: (claimed, rest) =>
      claimed
        ? `with ${heldSql}, ${claimed} changed as (${changeSql('exists (select from claim)')}), ${rest} result as (select done from changed) select done from result`
        : `with changed as (${changeSql('version = $3::int')}), ${rest} result as (select done from changed) select done from result`,
  });
}

const kept =
  'brand_id, customer_id, seq, brand_person_id, version, created_at, updated_at, kyc_status, kyc_passed_at, ' +
  'kyc_requests_available, deliverability, profile_seal, profile, ssn_seal, ssn, index_version, ssn_index, ' +
  'ssn_unique, email_index, phone_index, name_dob_index, audit_key';

const target =
  'brand_id = $1 and customer_id = $2::uuid and ($3::int[] is null or version = any ($3::int[]))';

const removeSql = (where: string): string => `gone as (
    delete from customers where ${where} returning ${kept}
  ), moved as (
    insert into deleted_customers (${kept}, deleted_at) select ${kept}, $4::timestamptz from gone returning seq
  )`;

/** Moves a customer out of reach, if it has one of the versions asked for (`undefined`: any). */
export function removeCustomer(
  scope: BrandScope,
  id: CustomerId,
  versions: readonly number[] | undefined,
  now: Instant,
  parts: readonly StatementPart[],
  claim?: IdempotencyClaim,
): Promise<WriteOutcome> {
  const wanted = versions ? versions.map(String) : null;
  const values: readonly Value[] = [scope.brandId, id, wanted, toPostgres(now), nextSlot()];
  return write(scope, {
    name: 'customer_delete',
    values,
    claim,
    gate: 'held',
    changed: 'moved',
    parts,
    text: (claimed, rest) => {
      const removed = claimed
        ? `held as (select 1 from customers where ${target} for update), ${claimed}
           ${removeSql('brand_id = $1 and customer_id = $2::uuid and exists (select from claim)')}`
        : removeSql(target);
      return `with ${removed}, ${rest} counted as (${countSql('moved', 5, -1)}) select done from counted`;
    },
  });
}
