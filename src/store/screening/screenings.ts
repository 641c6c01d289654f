import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, number, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { WriteOutcome } from '../idempotency-claim.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';
import { writeChange } from '../statement-parts.ts';
import type { ScreeningClaimId } from './queue.ts';
import { checkCountsSql } from './queue.ts';

export type ScreeningId = Id<'screening'>;

/** Checks of a customer that found the same for the same person, from the first to the last. */
export interface ScreeningRow {
  readonly screeningId: ScreeningId;
  readonly customerId: CustomerId;
  /** The first of a customer is 1. */
  readonly ordinal: number;
  readonly provider: string;
  readonly firstVersion: string;
  readonly firstAt: Instant;
  readonly listVersion: string;
  readonly checkedAt: Instant;
  /** How many checks. */
  readonly checks: number;
  /** Sealed. */
  readonly details: string;
}

const row = columns({
  screeningId: id<ScreeningId>(),
  customerId: id<CustomerId>(),
  ordinal: number(),
  provider: text(),
  firstVersion: text(),
  firstAt: instant(),
  listVersion: text(),
  checkedAt: instant(),
  checks: number(),
  details: text(),
});

const page = statement(
  'screenings_page',
  `select ${row.list} from screenings
    where brand_id = $1 and customer_id = $2 and ($3::int is null or ordinal < $3::int) order by ordinal desc limit $4`,
);

/** The checks of a customer, the newest first. The customer may be deleted. */
export async function screeningsOf(
  scope: BrandScope,
  customer: CustomerId,
  below: number | undefined,
  most: number,
): Promise<readonly ScreeningRow[]> {
  return (await scope.db.read(page, [scope.brandId, customer, below ?? null, most])).map(row.read);
}

/**
 * Writes a check, or moves the last one on, if it still counts. `isLast`: the customer then leaves the queue. Otherwise
 * what was found is written first.
 */
export function writeScreening(
  scope: BrandScope,
  { screeningId, customerId, ordinal, ...screening }: ScreeningRow,
  claim: ScreeningClaimId,
  isLast: boolean,
  parts: readonly StatementPart[],
): Promise<WriteOutcome> {
  const { provider, firstVersion, firstAt, listVersion, checkedAt, checks, details } = screening;
  return writeChange(scope, {
    name: isLast ? 'screening_last' : 'screening',
    parameters: {
      brandId: scope.brandId,
      customerId,
      claim,
      screeningId,
      ordinal,
      provider,
      firstVersion,
      firstAt: toPostgres(firstAt),
      listVersion,
      checkedAt: toPostgres(checkedAt),
      checks,
      details,
    },
    claim: undefined,
    gate: 'gate',
    changed: 'written',
    parts,
    text: (_claimed, rest) => `with ${checkCountsSql}, written as (
        insert into screenings (brand_id, screening_id, customer_id, ordinal, provider, first_version, first_at,
          list_version, checked_at, checks, details)
        select :brandId::uuid, :screeningId::uuid, :customerId::uuid, :ordinal::int, :provider::text,
          :firstVersion::text, :firstAt::timestamptz, :listVersion::text, :checkedAt::timestamptz, :checks::int,
          :details::text from gate
        on conflict (brand_id, screening_id) do update
          set list_version = excluded.list_version, checked_at = excluded.checked_at, checks = excluded.checks,
              details = excluded.details
        returning 1 as done
      ), ${isLast ? leavesSql : ''} ${rest} result as (select done from written) select done from result`,
  });
}

const leavesSql = `left_queue as (
  delete from screening_queue where brand_id = :brandId and customer_id = :customerId::uuid and claim = :claim::uuid
     and exists (select from written)),`;
