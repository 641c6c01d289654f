import { checkpointText, signedLine } from '../../domain/audit/checkpoint.ts';
import { spacedJson } from '../../domain/text.ts';
import { plusSeconds, withOffset } from '../../domain/time.ts';
import { announcementPatterns } from '../../domain/webhooks/events.ts';
import { announcementType, insertAnnouncement, unannouncedBrands } from '../../store/audit/announcements.ts';
import type { Head } from '../../store/audit/sequencer.ts';
import { brandsBeyond, headsOfBrands, lockSequencer } from '../../store/audit/sequencer.ts';
import { lastCheckpoint } from '../../store/audit/trail.ts';
import type { Connection } from '../../store/connection/database.ts';
import { isServerError } from '../../store/connection/outage.ts';
import { eventFields } from '../journal.ts';
import type { System } from '../system.ts';
import { headFields, requireGenuineCheckpoint, requireGenuineHead } from './checkpoints.ts';
import { continued, faultOfTrail, judged } from './foreign.ts';

/** Seconds between two events about the checkpoints of a brand. */
export const announcementPause = 60;

/**
 * Sends the last checkpoint of each brand as an event `audit.checkpoint`, so that a receiver elsewhere has it too. It
 * sends at most one in a minute, and only where an enabled subscription asks for this event. The event has no entry
 * in the audit trail: an entry would need the next checkpoint, and that another event.
 */
export async function announceCheckpoints(
  system: System,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const notAfter = plusSeconds(system.now(), -announcementPause);
  if ((await unannouncedBrands(system.db, notAfter, announcementPatterns)).length === 0) return;
  await system.db.transaction(async (db) => {
    if (!(await lockSequencer(db))) return;
    const brands = await unannouncedBrands(db, notAfter, announcementPatterns);
    for (const head of await headsOfBrands(db, brands)) {
      try {
        await announce(system, db, head);
      } catch (error) {
        // After an error of PostgreSQL, the transaction can do nothing more.
        if (isServerError(error)) throw error;
        onFailure(await judged(db, faultOfTrail(head.brandId, error)));
      }
    }
  });
  system.db.wake();
}

async function announce(system: System, db: Connection, head: Head): Promise<void> {
  const { brandId } = head;
  requireGenuineHead(system, head);
  if ((await brandsBeyond(db, [head])).has(brandId)) throw continued(brandId);
  const last = await lastCheckpoint({ brandId, db });
  if (!last) return;
  requireGenuineCheckpoint(system, last);
  const { signature, ...checkpoint } = last;
  const at = system.now();
  const next = { ...head, events: head.events + 1 };
  const event = {
    eventId: system.newId<'event'>(),
    type: announcementType,
    occurredAt: at,
    payload: spacedJson({
      event: announcementType,
      occurred_at: withOffset(at),
      checkpoint: signedLine(checkpointText(checkpoint), signature),
    }),
    number: String(next.events),
    customerId: undefined,
  } as const;
  await insertAnnouncement(db, {
    head: { ...next, mac: system.vault.mac('trail head', headFields(next)) },
    checkpoint: last.number,
    eventId: event.eventId,
    at,
    payload: event.payload,
    eventMac: system.vault.mac('event', eventFields(brandId, event)),
  });
}
