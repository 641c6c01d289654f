import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, text } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { Unsequenced } from './sequencer.ts';
import { outboxColumns, outboxRowOf, proof } from './sequencer.ts';

// Rows of the outbox that the service did not write. They stay there as evidence, outside of the audit trail.

type RowKey = Pick<Unsequenced, 'brandId' | 'arrived'>;

const keysOf = (rows: readonly RowKey[]) => ({
  brandIds: rows.map(({ brandId }) => brandId),
  arrived: rows.map(({ arrived }) => arrived),
});

const refuse = sql(
  'sequence_refuse',
  `update journal set refused_at = :now::timestamptz from unnest(:brandIds::uuid[], :arrived::bigint[]) as refused (brand_id, arrived)
    where journal.brand_id = refused.brand_id and journal.arrived = refused.arrived`,
);

/** Keeps rows out of the audit trail. */
export async function refuseRows(db: Connection, rows: readonly RowKey[], now: Instant): Promise<void> {
  await refuse.run(db, { ...keysOf(rows), now: toPostgres(now) });
}

const readmit = sql(
  'sequence_readmit',
  `update journal set refused_at = null from unnest(:brandIds::uuid[], :arrived::bigint[]) as readmitted (brand_id, arrived)
    where journal.brand_id = readmitted.brand_id and journal.arrived = readmitted.arrived`,
);

/** Lets rows wait for their place again. */
export async function readmitRows(db: Connection, rows: readonly RowKey[]): Promise<void> {
  await readmit.run(db, keysOf(rows));
}

const refusedAfter = statement(
  'sequence_refused_after',
  `select ${outboxColumns.list}, ${proof.list} from journal
    where refused_at is not null and arrived > $1::bigint order by arrived limit $2`,
);

/** Refused rows with their proofs, in the order of their arrival. */
export const refusedRowsAfter = async (
  db: Connection,
  after: string,
  most: number,
): Promise<readonly Unsequenced[]> =>
  (await db.run(refusedAfter, [after, most])).map((row) => ({ ...outboxRowOf(row), ...proof.read(row) }));

const refusedRow = columns({ brandId: id<BrandId>(), arrived: text() });
const refused = statement(
  'sequence_refused',
  `select ${refusedRow.list} from journal where refused_at is not null order by arrived limit 100`,
);

/** The first refused rows. */
export const refusedRows = async (db: Connection): Promise<readonly RowKey[]> =>
  (await db.run(refused, [])).map(refusedRow.read);
