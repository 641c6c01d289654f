import type { BrandId, Id } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, id } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { sql } from '../sql.ts';
import type { Head } from './sequencer.ts';

const brand = columns({ brandId: id<BrandId>() });

const unannounced = sql(
  'announce_due',
  `select ${brand.list} from journal_heads
    where checkpoint_number <> announced_number
      and (announced_at is null or announced_at <= :notAfter::timestamptz
        or announced_at > :notAfter::timestamptz + interval '2 minutes')
      and exists (select from webhooks where webhooks.brand_id = journal_heads.brand_id
                    and status = 'STATUS_ENABLED' and events && :patterns::text[])`,
);

/**
 * The brands whose last checkpoint was not announced, whose last announcement is not later than this time, and where
 * an enabled subscription has one of the patterns.
 */
export async function unannouncedBrands(
  db: Connection,
  notAfter: Instant,
  patterns: readonly string[],
): Promise<readonly BrandId[]> {
  const rows = await unannounced.run(db, { notAfter: toPostgres(notAfter), patterns });
  return rows.map((row) => brand.read(row).brandId);
}

/** The event about a checkpoint, and the head that counts it. */
export interface Announcement {
  readonly head: Head;
  readonly checkpoint: number;
  readonly eventId: Id<'event'>;
  readonly at: Instant;
  readonly payload: string;
  /** The MAC of the event. */
  readonly eventMac: string;
}

/** The type of the event. */
export const announcementType = 'audit.checkpoint';

const put = sql(
  'announce_put',
  `with announced as (
     insert into events (brand_id, number, event_id, type, occurred_at, payload, mac)
     values (:brandId, :number::bigint, :eventId, :type, :at::timestamptz, :payload, :eventMac)
   )
   update journal_heads set event_number = :number::bigint, mac = :mac, announced_number = :checkpoint::bigint,
     announced_at = :at::timestamptz where brand_id = :brandId`,
);

/** Writes the event. It has no entry in the audit trail, so that no checkpoint follows from it. */
export async function insertAnnouncement(
  db: Connection,
  { head, checkpoint, eventId, at, payload, eventMac }: Announcement,
): Promise<void> {
  await put.run(db, {
    brandId: head.brandId,
    number: String(head.events),
    mac: head.mac,
    eventId,
    type: announcementType,
    eventMac,
    checkpoint: String(checkpoint),
    at: toPostgres(at),
    payload,
  });
}
