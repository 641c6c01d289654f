import { checkpointInterval, checkpointText } from '../../domain/audit/checkpoint.ts';
import { plusSeconds } from '../../domain/time.ts';
import type { Head, SequencedRow, SequencerWork, Unsequenced } from '../../store/audit/sequencer.ts';
import {
  dueHeads,
  headsOfBrands,
  insertCheckpoint,
  isSequenceWaiting,
  lockSequencer,
  readUnsequenced,
  writeSequenced,
} from '../../store/audit/sequencer.ts';
import type { Connection } from '../../store/connection/database.ts';
import type { System } from '../system.ts';
import { firstPreviousHash, linked } from './chain.ts';
import { recordEntry } from './security.ts';

/** The most entries that one transaction numbers. */
const batch = 1_000;

/** The result of a round. `elsewhere`: another process is sequencing now. */
export type Sequenced = 'done' | 'more' | 'elsewhere';

/**
 * Numbers what has been committed: events get numbers, audit entries get numbers and hashes, and checkpoints are
 * signed when due. Every process may call this; one at a time does the work, and no change ever waits for it.
 */
export async function sequence(system: System, due: SequencerWork = dueNow(system)): Promise<Sequenced> {
  if (!(await isSequenceWaiting(system.db, due))) return 'done';
  const { outcome, events, placed } = await system.db.transaction(async (db) => {
    if (!(await lockSequencer(db))) return { outcome: 'elsewhere', events: 0, placed: [] } as const;
    const ones = await readUnsequenced(db, batch);
    if (ones.length > 0) await placeThem(db, ones);
    await signDue(system, db, due);
    const events = ones.filter(({ hasEvent }) => hasEvent).length;
    return { outcome: ones.length === batch ? 'more' : 'done', events, placed: ones } as const;
  });
  for (const { brandId, body } of placed) recordEntry(system, brandId, body);
  // Deliveries follow the numbers of the events.
  if (events > 0) system.db.wake();
  return outcome;
}

const dueNow = ({ now }: System): SequencerWork => ({
  entries: checkpointInterval.entries,
  notAfter: plusSeconds(now(), -checkpointInterval.seconds),
});

async function placeThem(db: Connection, ones: readonly Unsequenced[]): Promise<void> {
  const brands = [...new Set(ones.map(({ brandId }) => brandId))];
  const heads = new Map((await headsOfBrands(db, brands)).map((head) => [head.brandId, head]));
  const placed = ones.map((one): SequencedRow => {
    const { brandId, body, hasEvent } = one;
    const head = heads.get(brandId) ?? { number: 0, hash: firstPreviousHash(brandId), events: 0 };
    const number = head.number + 1;
    const { hash } = linked(number, head.hash, body);
    const events = head.events + (hasEvent ? 1 : 0);
    heads.set(brandId, { brandId, number, hash, events } satisfies Head);
    return { ...one, number, hash, eventNumber: hasEvent ? events : undefined };
  });
  await writeSequenced(db, placed, [...heads.values()]);
}

async function signDue({ vault, now }: System, db: Connection, due: SequencerWork): Promise<void> {
  for (const head of await dueHeads(db, due)) {
    const at = now();
    const { key } = vault.signer;
    const text = checkpointText({ brand: head.brandId, number: head.number, hash: head.hash, at, key });
    await insertCheckpoint(db, head, { at, key, signature: vault.signer.sign(text) });
  }
}
