import { checkpointEvery, checkpointText } from '../domain/audit.ts';
import type { BrandId } from '../domain/ids.ts';
import { plusSeconds } from '../domain/time.ts';
import type { Connection } from '../store/database.ts';
import type { ChainedEntry, Due, LooseEntry, TrailHead } from '../store/sequencer.ts';
import {
  chainEntries,
  dueHeads,
  holdSequence,
  isSequenceWaiting,
  keepCheckpoint,
  looseEntries,
  numberEvents,
  trailHeads,
} from '../store/sequencer.ts';
import { linked, originOf } from './audit-chain.ts';
import type { System } from './system.ts';

/** Events numbered and entries chained by one transaction, at most. */
const batch = 1_000;

/** What became of a round. `elsewhere`: another process is at it. */
export type Sequenced = 'done' | 'more' | 'elsewhere';

/**
 * Gives what has been committed its place: events their numbers, audit entries their numbers and hashes, and
 * signs the ends of trails where that is due. All processes may call it, one at a time does it, and no change
 * ever waits for it.
 */
export async function sequence(system: System, due: Due = dueNow(system)): Promise<Sequenced> {
  if (!(await isSequenceWaiting(system.db, due))) return 'done';
  const { outcome, events } = await system.db.transaction(async (db) => {
    if (!(await holdSequence(db))) return { outcome: 'elsewhere', events: 0 } as const;
    const numbered = await numberEvents(db, batch);
    const entries = await looseEntries(db, batch);
    if (entries.length > 0) await chainThem(db, entries);
    await signDue(system, db, due);
    return {
      outcome: Math.max(numbered, entries.length) === batch ? 'more' : 'done',
      events: numbered,
    } as const;
  });
  // Whoever delivers events goes by their numbers.
  if (events > 0) system.db.wake();
  return outcome;
}

const dueNow = ({ now }: System): Due => ({
  entries: checkpointEvery.entries,
  notAfter: plusSeconds(now(), -checkpointEvery.seconds),
});

async function chainThem(db: Connection, entries: readonly LooseEntry[]): Promise<void> {
  const brands = [...new Set(entries.map(({ brandId }) => brandId))];
  const heads = new Map<BrandId, TrailHead>(
    (await trailHeads(db, brands)).map((head) => [head.brandId, head]),
  );
  const chained = entries.map((entry): ChainedEntry => {
    const { brandId, body } = entry;
    const head = heads.get(brandId) ?? { number: 0, hash: originOf(brandId) };
    const number = head.number + 1;
    const { hash } = linked(number, head.hash, body);
    heads.set(brandId, { brandId, number, hash });
    return { ...entry, number, hash };
  });
  await chainEntries(db, chained, [...heads.values()]);
}

async function signDue({ vault, now }: System, db: Connection, due: Due): Promise<void> {
  for (const head of await dueHeads(db, due)) {
    const at = now();
    const { key } = vault.signer;
    const text = checkpointText({ brand: head.brandId, number: head.number, hash: head.hash, at, key });
    await keepCheckpoint(db, head, { at, key, signature: vault.signer.sign(text) });
  }
}
