import type { CustomerId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, instant, number, optional, text, words } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import type { StatementPart } from '../statement-parts.ts';

export type HistoryId = Id<'customer history'>;

/** What one change of a customer replaced. */
export interface HistoryRow {
  readonly historyId: HistoryId;
  readonly customerId: CustomerId;
  /** The version of the customer that the change wrote. */
  readonly version: number;
  readonly changedAt: Instant;
  /** Names of fields. */
  readonly fields: readonly string[];
  /** Sealed, as is the next one. */
  readonly earlier: string;
  readonly ssn: string | undefined;
}

const row = columns({
  historyId: id<HistoryId>(),
  customerId: id<CustomerId>(),
  version: number(),
  changedAt: instant(),
  fields: words(),
  earlier: text(),
  ssn: optional(text()),
});

const page = statement(
  'customer_history_page',
  `select ${row.list} from customer_history
    where brand_id = $1 and customer_id = $2 and ($3::int is null or version < $3::int) order by version desc limit $4`,
);

/** What changes of a customer replaced, the newest first. The customer may be deleted. */
export async function historyOf(
  scope: BrandScope,
  customer: CustomerId,
  below: number | undefined,
  most: number,
): Promise<readonly HistoryRow[]> {
  return (await scope.db.read(page, [scope.brandId, customer, below ?? null, most])).map(row.read);
}

const one = statement(
  'customer_history_read',
  `select ${row.list} from customer_history where brand_id = $1 and customer_id = $2 and history_id = $3`,
);

export async function readHistory(
  scope: BrandScope,
  customer: CustomerId,
  historyId: HistoryId,
): Promise<HistoryRow | undefined> {
  const [found] = await scope.db.read(one, [scope.brandId, customer, historyId]);
  return found && row.read(found);
}

/** What a change replaced, as a part of the change. */
export const historyPart = ({
  historyId,
  version,
  changedAt,
  fields,
  earlier,
  ssn,
}: HistoryRow): StatementPart => ({
  name: 'history',
  sql: (gate) => `history as (
    insert into customer_history (brand_id, history_id, customer_id, version, changed_at, fields, earlier, ssn)
    select :brandId, :historyId::uuid, :customerId::uuid, :newVersion::int, :changedAt::timestamptz, :fields::text[],
           :earlier::text, :formerSsn::text from ${gate})`,
  parameters: {
    historyId,
    newVersion: version,
    changedAt: toPostgres(changedAt),
    fields,
    earlier,
    formerSsn: ssn,
  },
  group: { shared: [], exclusive: [] },
});
