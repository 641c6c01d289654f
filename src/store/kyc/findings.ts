import type { CustomerId, Id, RunId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, optional, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

export interface FindingRow {
  readonly findingId: Id<'finding'>;
  readonly runId: RunId;
  /** A provider, or `reviewer`. */
  readonly source: string;
  /** The identity of a reviewer's key. */
  readonly foundBy: string | undefined;
  readonly foundAt: Instant;
  /** Sealed. */
  readonly details: string;
}

const row = columns({
  findingId: id<FindingRow['findingId']>(),
  runId: id<RunId>(),
  source: text(),
  foundBy: optional(text()),
  foundAt: instant(),
  details: text(),
});

/** A finding, as a part of the change of the customer. */
export const findingPart = ({
  findingId,
  runId,
  source,
  foundBy,
  foundAt,
  details,
}: FindingRow): StatementPart => ({
  name: 'found',
  sql: (gate) => `finding as (
    insert into kyc_findings (brand_id, customer_id, run_id, finding_id, source, found_by, found_at, details)
    select :brandId, :customerId::uuid, :runId::uuid, :findingId::uuid, :source::text, :foundBy::uuid,
           :foundAt::timestamptz, :details::text from ${gate})`,
  parameters: { findingId, runId, source, foundBy, foundAt: toPostgres(foundAt), details },
});

const ofCustomer = statement(
  'kyc_findings_of_customer',
  `select ${row.list} from kyc_findings where brand_id = $1 and customer_id = $2 order by found_at, finding_id`,
);

/** What was found about a customer, over all verifications, in order. */
export const findingsOfCustomer = async (scope: BrandScope, id: CustomerId): Promise<readonly FindingRow[]> =>
  (await scope.db.read(ofCustomer, [scope.brandId, id])).map(row.read);
