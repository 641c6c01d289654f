import type { BrandId } from '../../domain/ids.ts';
import { columns, id } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { StoredEvent } from './journal.ts';
import { eventColumns } from './journal.ts';
import type { OutboxRow } from './outbox.ts';
import { outboxColumns, outboxRowOf } from './outbox.ts';
import type { Head } from './sequencer.ts';
import { headColumns, headOf } from './sequencer.ts';

// What was written before outbox rows and heads had a MAC. There is some only between the migrations
// 0016_audit_proofs and 0016_audit_proofs_required.

const rows = statement(
  'without_mac_rows',
  `select ${outboxColumns.list} from journal where mac is null order by arrived limit $1`,
);

/** The oldest outbox rows without a MAC. */
export const rowsWithoutMac = async (db: Connection, most: number): Promise<readonly OutboxRow[]> =>
  (await db.run(rows, [most])).map(outboxRowOf);

const putRows = sql(
  'without_mac_put_rows',
  `update journal set mac = proven.mac
     from unnest(:brandIds::uuid[], :arrived::bigint[], :macs::text[]) as proven (brand_id, arrived, mac)
    where journal.brand_id = proven.brand_id and journal.arrived = proven.arrived and journal.mac is null`,
);

export async function putRowMacs(
  db: Connection,
  proven: readonly { readonly row: OutboxRow; readonly mac: string }[],
): Promise<void> {
  await putRows.run(db, {
    brandIds: proven.map(({ row }) => row.brandId),
    arrived: proven.map(({ row }) => row.arrived),
    macs: proven.map(({ mac }) => mac),
  });
}

const heads = statement('without_mac_heads', `select ${headColumns} from journal_heads where mac is null`);

/** The ends of trails without a MAC. */
export const headsWithoutMac = async (db: Connection): Promise<readonly Omit<Head, 'mac'>[]> =>
  (await db.run(heads, [])).map(headOf);

const putHead = sql(
  'without_mac_put_head',
  'update journal_heads set mac = :mac where brand_id = :brandId and mac is null',
);

const acceptHead = sql(
  'without_mac_accept_head',
  `update journal_heads set mac = :mac where brand_id = :brandId and mac = '' and audit_number = :number and event_number = :events returning 1 as accepted`,
);

/** Proves an end that an upgrade left without proof. False if it has changed since it was read. */
export async function acceptHeadMac(db: Connection, head: Head): Promise<boolean> {
  const { brandId, number, events, mac } = head;
  return (await acceptHead.run(db, { brandId, number, events, mac })).length > 0;
}

export async function putHeadMac(
  db: Connection,
  { brandId, mac }: Pick<Head, 'brandId' | 'mac'>,
): Promise<void> {
  await putHead.run(db, { brandId, mac });
}

const event = columns({ brandId: id<BrandId>(), ...eventColumns });
const events = statement('without_mac_events', `select ${event.list} from events where mac is null limit $1`);

/** An event of an earlier version. There is some only between 0022_event_proofs and 0022_event_proofs_required. */
export type UnprovenEvent = Omit<StoredEvent, 'mac'> & { readonly brandId: BrandId };

export const eventsWithoutMac = async (db: Connection, most: number): Promise<readonly UnprovenEvent[]> =>
  (await db.run(events, [most])).map(event.read);

const putEvents = sql(
  'without_mac_put_events',
  `update events set mac = proven.mac
     from unnest(:brandIds::uuid[], :numbers::bigint[], :macs::text[]) as proven (brand_id, number, mac)
    where events.brand_id = proven.brand_id and events.number = proven.number and events.mac is null`,
);

export async function putEventMacs(
  db: Connection,
  proven: readonly { readonly event: UnprovenEvent; readonly mac: string }[],
): Promise<void> {
  await putEvents.run(db, {
    brandIds: proven.map((one) => one.event.brandId),
    numbers: proven.map((one) => one.event.number),
    macs: proven.map(({ mac }) => mac),
  });
}
