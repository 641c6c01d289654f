import { checkpointInterval } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { OutboxRows, Unsequenced } from '../../store/audit/outbox.ts';
import { brandsWaiting, readUnsequenced } from '../../store/audit/outbox.ts';
import { copiedRows, refuseRows } from '../../store/audit/refused-rows.ts';
import type { Head, SequencedRow, SequencerWork } from '../../store/audit/sequencer.ts';
import {
  announcedEvents,
  brandsBeyond,
  dueBrands,
  headsOfBrands,
  isSequenceWaiting,
  lockSequencer,
  writeSequenced,
} from '../../store/audit/sequencer.ts';
import type { Connection } from '../../store/connection/database.ts';
import { isOutage, isServerError } from '../../store/connection/outage.ts';
import { eventFields } from '../journal.ts';
import type { System } from '../system.ts';
import { firstPreviousHash, linked } from './chain.ts';
import { headFields, newestAnchor, requireGenuineHead, signHead } from './checkpoints.ts';
import { continued, faultOfTrail, judged, shortened, UnprovenRow, WaitingTrail } from './foreign.ts';
import { recordEntry } from './security.ts';
import { isProven, lookAgain } from './sequence/refused-rows.ts';

/** The most entries that one transaction numbers. */
const batch = 1_000;

/** The result of a round. `elsewhere`: another process is sequencing now. */
export type Sequenced = 'done' | 'more' | 'elsewhere';

/** The last entry that this process has seen in each trail. An end before it means that entries were removed. */
const seenEnds = new WeakMap<System, Map<BrandId, number>>();

/** Receives what is not as the service wrote it. */
type OnFailure = (error: unknown) => void;

/**
 * Numbers what has been committed and can be proved: events get numbers, audit entries get numbers and hashes, and
 * checkpoints are signed when due. Every process may call this; one at a time does the work, and no change ever waits
 * for it. `onFailure` receives what is not as the service wrote it; the other rows and brands go on.
 */
export async function sequence(
  system: System,
  due: SequencerWork = dueNow(system),
  onFailure: OnFailure = () => undefined,
): Promise<Sequenced> {
  await lookAgain(system, onFailure);
  if (!(await isSequenceWaiting(system.db, due))) return 'done';
  const placed = await placeAll(system, onFailure);
  if (!placed) return 'elsewhere';
  for (const { brandId, body } of placed.written) recordEntry(system, brandId, body);
  const seen = seenOf(system);
  for (const { brandId, number } of placed.ends) seen.set(brandId, number);
  // Deliveries follow the numbers of the events.
  if (placed.ends.length > 0) system.db.wake();
  await signDue(system, due, onFailure);
  return placed.isMore ? 'more' : 'done';
}

/** What a transaction has numbered. */
interface Placed {
  readonly ends: readonly Head[];
  readonly written: readonly Unsequenced[];
  /** Whether more rows wait. */
  readonly isMore: boolean;
}

/** Numbers a batch of rows of all brands. Where PostgreSQL refuses it, each brand is tried alone. */
async function placeAll(system: System, onFailure: OnFailure): Promise<Placed | undefined> {
  try {
    return await placeBatch(system, onFailure);
  } catch (error) {
    if (!isServerError(error) || isOutage(error)) throw error;
  }
  const all: Placed[] = [];
  for (const brandId of await brandsWaiting(system.db)) {
    try {
      const placed = await placeBatch(system, onFailure, brandId);
      if (!placed) return undefined;
      all.push(placed);
    } catch (error) {
      onFailure(faultOfTrail(brandId, error));
    }
  }
  return {
    ends: all.flatMap(({ ends }) => ends),
    written: all.flatMap(({ written }) => written),
    isMore: all.some(({ isMore }) => isMore),
  };
}

/** Numbers a batch of rows. `undefined`: another process is sequencing now. */
const placeBatch = (system: System, onFailure: OnFailure, only?: BrandId): Promise<Placed | undefined> =>
  system.db.transaction(async (db) => {
    if (!(await lockSequencer(db))) return undefined;
    const { rows, unreadable, count, heads } = await readRows(system, db, onFailure, only);
    if (unreadable.length > 0) await refuseRows(db, unreadable, system.now());
    for (const { brandId, arrived, cause } of unreadable) onFailure(new UnprovenRow(brandId, arrived, cause));
    const isMore = count === batch;
    if (rows.length === 0) return { ends: [], written: [], isMore };
    return { ...(await placeThem(system, db, rows, heads, onFailure)), isMore };
  });

function seenOf(system: System): Map<BrandId, number> {
  const seen = seenEnds.get(system) ?? new Map<BrandId, number>();
  seenEnds.set(system, seen);
  return seen;
}

const dueNow = ({ now }: System): SequencerWork => ({
  entries: checkpointInterval.entries,
  notAfter: plusSeconds(now(), -checkpointInterval.seconds),
});

interface ReadRows extends OutboxRows {
  readonly heads: Map<BrandId, Head>;
}

/**
 * The oldest rows and the ends that they continue. A brand is left out whose end is not genuine, or that has a row which
 * cannot be verified here: the rows behind it wait for their turn.
 */
async function readRows(
  system: System,
  db: Connection,
  onFailure: OnFailure,
  only: BrandId | undefined,
): Promise<ReadRows> {
  const without: BrandId[] = [];
  for (;;) {
    const found = await readUnsequenced(db, batch, without, only);
    const brands = [...new Set(found.rows.map(({ brandId }) => brandId))];
    const heads = new Map((await headsOfBrands(db, brands)).map((head) => [head.brandId, head]));
    const stopped = new Set<BrandId>();
    const stop = async (brandId: BrandId, fault: Error) => {
      stopped.add(brandId);
      onFailure(await judged(db, fault));
    };
    for (const brandId of brands) {
      try {
        requireKnownEnd(system, brandId, heads.get(brandId));
        requireVersions(system, brandId, found.rows);
      } catch (error) {
        await stop(brandId, faultOfTrail(brandId, error));
      }
    }
    // Only ends that the service wrote are compared: the number of another one may be out of range.
    const going = brands.filter((brandId) => !stopped.has(brandId));
    const ends = going.map((brandId) => heads.get(brandId) ?? { brandId, number: 0, events: 0 });
    const ahead = ends.length === 0 ? [] : await brandsBeyond(db, ends);
    for (const brandId of ahead) await stop(brandId, continued(brandId));
    if (stopped.size === 0) return { ...found, heads };
    without.push(...stopped);
  }
}

/** @throws WaitingTrail if a row of the brand was written under a version of the root key that is not loaded. */
function requireVersions({ vault }: System, brandId: BrandId, rows: readonly Unsequenced[]): void {
  for (const { mac, arrived } of rows.filter((row) => row.brandId === brandId)) {
    const missing = vault.missingVersionOf(mac);
    if (missing !== undefined) throw new WaitingTrail(brandId, `the row ${arrived} of journal`, missing);
  }
}

function requireKnownEnd(system: System, brandId: BrandId, head: Head | undefined): void {
  if (head) requireGenuineHead(system, head);
  const signed = newestAnchor(system, brandId)?.checkpoint.number ?? 0;
  const last = Math.max(signed, seenOf(system).get(brandId) ?? 0);
  if ((head?.number ?? 0) < last)
    throw shortened(brandId, `it ends at entry ${head?.number ?? 0}, but had entry ${last}.`);
}

async function placeThem(
  system: System,
  db: Connection,
  rows: readonly Unsequenced[],
  heads: Map<BrandId, Head>,
  onFailure: OnFailure,
): Promise<Pick<Placed, 'ends' | 'written'>> {
  const isWritten = await provenRows(system, db, rows);
  const refused = rows.filter((row) => !isWritten(row));
  const written = rows.filter((row) => !refused.includes(row));
  if (refused.length > 0) await refuseRows(db, refused, system.now());
  for (const { brandId, arrived } of refused) onFailure(new UnprovenRow(brandId, arrived));
  const changed = new Set<BrandId>();
  const placed = written.map((row): SequencedRow => {
    const { brandId, body, event } = row;
    changed.add(brandId);
    const head = heads.get(brandId) ?? { number: 0, hash: firstPreviousHash(brandId), events: 0 };
    const number = head.number + 1;
    const { hash } = linked(number, head.hash, body);
    const events = head.events + (event ? 1 : 0);
    heads.set(brandId, { brandId, number, hash, events, mac: '' });
    const eventNumber = event ? events : undefined;
    const placed = event && { ...event, number: String(events), customerId: row.customerId };
    const eventMac = placed && system.vault.mac('event', eventFields(brandId, placed));
    return { ...row, number, hash, eventNumber, eventMac };
  });
  const ends = [...heads.values()]
    .filter(({ brandId }) => changed.has(brandId))
    .map((head) => ({ ...head, mac: system.vault.mac('trail head', headFields(head)) }));
  await writeSequenced(db, placed, ends);
  return { ends, written };
}

/** Seconds after which a row is compared with the trail itself: the event of a copy may soon be deleted. */
const oldAfter = 7 * 86_400;

const isOld = ({ now }: System): ((row: Unsequenced) => boolean) => {
  const before = plusSeconds(now(), -oldAfter);
  return ({ event, customerId }) =>
    event !== undefined && customerId !== undefined && event.occurredAt < before;
};

/** Tells which rows the service wrote, each event once. */
async function provenRows(
  system: System,
  db: Connection,
  rows: readonly Unsequenced[],
): Promise<(row: Unsequenced) => boolean> {
  const announced = new Set(await announcedEvents(db, rows));
  const isCopy = await copiedRows(db, rows.filter(isOld(system)));
  return (row) => {
    if (!isProven(system, row) || isCopy(row)) return false;
    const id = row.event?.eventId;
    if (id === undefined) return true;
    const isFirst = !announced.has(id);
    announced.add(id);
    return isFirst;
  };
}

/** Signs each trail that is due, in a transaction of its own, so that one that fails keeps no other one unsigned. */
async function signDue(system: System, due: SequencerWork, onFailure: OnFailure): Promise<void> {
  for (const brandId of await dueBrands(system.db, due)) {
    try {
      await system.db.transaction(async (db) => {
        if (!(await lockSequencer(db)) || (await dueBrands(db, due, brandId)).length === 0) return;
        for (const head of await headsOfBrands(db, [brandId])) await signHead(system, db, head, onFailure);
      });
    } catch (error) {
      onFailure(await judged(system.db, faultOfTrail(brandId, error)));
    }
  }
}
