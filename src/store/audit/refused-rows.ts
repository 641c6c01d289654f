import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id, text } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { OutboxKey, OutboxRows } from './outbox.ts';
import { outboxRowsOf, unsequencedList } from './outbox.ts';

// Rows of the outbox that the service did not write. They stay there as evidence, outside of the audit trail.

const keysOf = (rows: readonly OutboxKey[]) => ({
  brandIds: rows.map(({ brandId }) => brandId),
  arrived: rows.map(({ arrived }) => arrived),
});

const refuse = sql(
  'sequence_refuse',
  `update journal set refused_at = :now::timestamptz from unnest(:brandIds::uuid[], :arrived::bigint[]) as refused (brand_id, arrived)
    where journal.brand_id = refused.brand_id and journal.arrived = refused.arrived`,
);

/** Keeps rows out of the audit trail. */
export async function refuseRows(db: Connection, rows: readonly OutboxKey[], now: Instant): Promise<void> {
  await refuse.run(db, { ...keysOf(rows), now: toPostgres(now) });
}

const readmit = sql(
  'sequence_readmit',
  `update journal set refused_at = null from unnest(:brandIds::uuid[], :arrived::bigint[]) as readmitted (brand_id, arrived)
    where journal.brand_id = readmitted.brand_id and journal.arrived = readmitted.arrived`,
);

/** Lets rows wait for their place again. */
export async function readmitRows(db: Connection, rows: readonly OutboxKey[]): Promise<void> {
  await readmit.run(db, keysOf(rows));
}

const refusedAfter = statement(
  'sequence_refused_after',
  `select ${unsequencedList} from journal
    where refused_at is not null and arrived > $1::bigint order by arrived limit $2`,
);

/** Refused rows with their proofs, in the order of their arrival. */
export const refusedRowsAfter = async (db: Connection, after: string, most: number): Promise<OutboxRows> =>
  outboxRowsOf(await db.run(refusedAfter, [after, most]));

const refusedRow = columns({ brandId: id(), arrived: text() });

const copies = sql(
  'sequence_copies',
  `with asked as (
     select brand_id, arrived, customer_id, body, refused_at
       from journal join unnest(:brandIds::uuid[], :arrived::bigint[]) as asked (brand_id, arrived) using (brand_id, arrived)
   )
   select ${refusedRow.list} from asked where exists (
     select from audit where audit.brand_id = asked.brand_id and audit.customer_id = asked.customer_id and audit.body = asked.body)
   union
   select asked.brand_id, asked.arrived from asked join audit
       on audit.brand_id = asked.brand_id and audit.body = asked.body
    where asked.customer_id is null and audit.customer_id is null
   union
   select asked.brand_id, asked.arrived from asked join journal as other
       on other.brand_id = asked.brand_id and other.body = asked.body
    where other.arrived < asked.arrived
       or (asked.refused_at is not null and other.arrived > asked.arrived and other.refused_at is null)`,
);

const nameOf = ({ brandId, arrived }: { readonly brandId: string; readonly arrived: string }): string =>
  `${brandId} ${arrived}`;

/**
 * Tells which of these rows are copies: of an entry that has its place in the audit trail, or of another row of the
 * outbox, which came first or is to be placed while this one is refused. Entries contain their time to the microsecond
 * and the request, so two changes never have the same one.
 */
export async function copiedRows(
  db: Connection,
  rows: readonly OutboxKey[],
): Promise<(row: OutboxKey) => boolean> {
  if (rows.length === 0) return () => false;
  const found = new Set((await copies.run(db, keysOf(rows))).map((row) => nameOf(refusedRow.read(row))));
  return (row) => found.has(nameOf(row));
}

const refused = statement(
  'sequence_refused',
  `select ${refusedRow.list} from journal where refused_at is not null order by arrived limit 100`,
);

/** The first refused rows. */
export const refusedRows = async (
  db: Connection,
): Promise<readonly { readonly brandId: string; readonly arrived: string }[]> =>
  (await db.run(refused, [])).map(refusedRow.read);
