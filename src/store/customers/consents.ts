import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, number, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

export interface ConsentRow {
  readonly consentId: Id<'consent'>;
  readonly customerId: CustomerId;
  /** The version of the customer that the record wrote. */
  readonly version: number;
  /** The identity of a key. */
  readonly recordedBy: string;
  readonly recordedAt: Instant;
  /** Sealed. */
  readonly details: string;
}

const row = columns({
  consentId: id<ConsentRow['consentId']>(),
  customerId: id<CustomerId>(),
  version: number(),
  recordedBy: text(),
  recordedAt: instant(),
  details: text(),
});

const page = statement(
  'consents_page',
  `select ${row.list} from consents
    where brand_id = $1 and customer_id = $2 and ($3::int is null or version < $3::int) order by version desc limit $4`,
);

/** The consents of a customer, the newest first. The customer may be deleted. */
export async function consentsOf(
  scope: BrandScope,
  customer: CustomerId,
  below: number | undefined,
  most: number,
): Promise<readonly ConsentRow[]> {
  return (await scope.db.read(page, [scope.brandId, customer, below ?? null, most])).map(row.read);
}

/** A new record, as a part of its customer's change. */
export const consentPart = ({
  consentId,
  version,
  recordedBy,
  recordedAt,
  details,
}: ConsentRow): StatementPart => ({
  name: 'consent',
  sql: (gate) => `consent as (
    insert into consents (brand_id, consent_id, customer_id, version, recorded_by, recorded_at, details)
    select :brandId, :consentId::uuid, :customerId::uuid, :newVersion::int, :recordedBy::uuid, :recordedAt::timestamptz,
           :details::text from ${gate})`,
  parameters: { consentId, newVersion: version, recordedBy, recordedAt: toPostgres(recordedAt), details },
});
