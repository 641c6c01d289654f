import { checkpointInterval } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import { plusSeconds } from '../../domain/time.ts';
import { readmitRows, refusedRowsAfter, refuseRows } from '../../store/audit/refused-rows.ts';
import type { Head, SequencedRow, SequencerWork, Unsequenced } from '../../store/audit/sequencer.ts';
import {
  announcedEvents,
  brandsBeyond,
  dueBrands,
  headsOfBrands,
  isSequenceWaiting,
  lockSequencer,
  readUnsequenced,
  writeSequenced,
} from '../../store/audit/sequencer.ts';
import type { Connection } from '../../store/connection/database.ts';
import { eventFields, journalRowFields } from '../journal.ts';
import type { System } from '../system.ts';
import { firstPreviousHash, linked } from './chain.ts';
import { headFields, newestAnchor, requireGenuineHead, signHead } from './checkpoints.ts';
import { continued, StoppedTrail, shortened, UnprovenRow, WaitingTrail } from './foreign.ts';
import { recordEntry } from './security.ts';

/** The most entries that one transaction numbers. */
const batch = 1_000;

/** The result of a round. `elsewhere`: another process is sequencing now. */
export type Sequenced = 'done' | 'more' | 'elsewhere';

/** The last entry that this process has seen in each trail. An end before it means that entries were removed. */
const seenEnds = new WeakMap<System, Map<BrandId, number>>();
/** The versions of the root key under which this process has looked at the refused rows. */
const lookedUnder = new WeakMap<System, string>();

/**
 * Numbers what has been committed and can be proved: events get numbers, audit entries get numbers and hashes, and
 * checkpoints are signed when due. Every process may call this; one at a time does the work, and no change ever waits
 * for it. `onFailure` receives what is not as the service wrote it; the other rows and brands go on.
 */
export async function sequence(
  system: System,
  due: SequencerWork = dueNow(system),
  onFailure: (error: unknown) => void = () => undefined,
): Promise<Sequenced> {
  await lookAgain(system);
  if (!(await isSequenceWaiting(system.db, due))) return 'done';
  const placed = await system.db.transaction(async (db) => {
    if (!(await lockSequencer(db))) return undefined;
    const { rows, heads } = await readRows(system, db, onFailure);
    const { ends, written } =
      rows.length > 0 ? await placeThem(system, db, rows, heads, onFailure) : { ends: [], written: [] };
    return { ends, written, isMore: rows.length === batch, isDue: (await dueBrands(db, due)).length > 0 };
  });
  if (!placed) return 'elsewhere';
  for (const { brandId, body } of placed.written) recordEntry(system, brandId, body);
  const seen = seenOf(system);
  for (const { brandId, number } of placed.ends) seen.set(brandId, number);
  // Deliveries follow the numbers of the events.
  if (placed.ends.length > 0) system.db.wake();
  if (placed.isDue) await system.db.transaction((db) => signDue(system, db, due, onFailure));
  return placed.isMore ? 'more' : 'done';
}

/**
 * Lets rows wait for their place again that were refused and can be proved now, because a version of the root key has
 * come. Looks at the refused rows once for each set of versions.
 */
async function lookAgain(system: System): Promise<void> {
  const versions = system.vault.rootVersions.join(' ');
  if (lookedUnder.get(system) === versions) return;
  for (let after = '0'; ; ) {
    const refused = await refusedRowsAfter(system.db, after, batch);
    const last = refused.at(-1);
    if (!last) break;
    const proven = refused.filter((row) => isProven(system, row));
    if (proven.length > 0) await readmitRows(system.db, proven);
    after = last.arrived;
  }
  lookedUnder.set(system, versions);
}

const isProven = ({ vault }: System, row: Unsequenced): boolean =>
  vault.isMac('journal row', journalRowFields(row), row.mac);

function seenOf(system: System): Map<BrandId, number> {
  const seen = seenEnds.get(system) ?? new Map<BrandId, number>();
  seenEnds.set(system, seen);
  return seen;
}

const dueNow = ({ now }: System): SequencerWork => ({
  entries: checkpointInterval.entries,
  notAfter: plusSeconds(now(), -checkpointInterval.seconds),
});

interface ReadRows {
  readonly rows: readonly Unsequenced[];
  readonly heads: Map<BrandId, Head>;
}

/**
 * The oldest rows and the ends that they continue. A brand is left out whose end is not genuine, or that has a row which
 * cannot be verified here: the rows behind it wait for their turn.
 */
async function readRows(
  system: System,
  db: Connection,
  onFailure: (error: unknown) => void,
  without: readonly BrandId[] = [],
): Promise<ReadRows> {
  const rows = await readUnsequenced(db, batch, without);
  const brands = [...new Set(rows.map(({ brandId }) => brandId))];
  const heads = new Map((await headsOfBrands(db, brands)).map((head) => [head.brandId, head]));
  const ends = brands.map((brandId) => heads.get(brandId) ?? { brandId, number: 0, events: 0 });
  const ahead = ends.length === 0 ? new Set() : await brandsBeyond(db, ends);
  const foreign: BrandId[] = [];
  for (const brandId of brands) {
    try {
      requireKnownEnd(system, brandId, heads.get(brandId));
      if (ahead.has(brandId)) throw continued(brandId);
      requireVersions(system, brandId, rows);
    } catch (error) {
      if (!(error instanceof StoppedTrail)) throw error;
      onFailure(error);
      foreign.push(brandId);
    }
  }
  return foreign.length === 0 ? { rows, heads } : readRows(system, db, onFailure, [...without, ...foreign]);
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
  onFailure: (error: unknown) => void,
): Promise<{ readonly ends: readonly Head[]; readonly written: readonly Unsequenced[] }> {
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

/** Tells which rows the service wrote, each event once. */
async function provenRows(
  system: System,
  db: Connection,
  rows: readonly Unsequenced[],
): Promise<(row: Unsequenced) => boolean> {
  const announced = new Set(await announcedEvents(db, rows));
  return (row) => {
    if (!isProven(system, row)) return false;
    const id = row.event?.eventId;
    if (id === undefined) return true;
    const isFirst = !announced.has(id);
    announced.add(id);
    return isFirst;
  };
}

async function signDue(
  system: System,
  db: Connection,
  due: SequencerWork,
  onFailure: (error: unknown) => void,
): Promise<void> {
  if (!(await lockSequencer(db))) return;
  for (const head of await headsOfBrands(db, await dueBrands(db, due))) {
    try {
      await signHead(system, db, head, onFailure);
    } catch (error) {
      if (!(error instanceof StoppedTrail)) throw error;
      onFailure(error);
    }
  }
}
