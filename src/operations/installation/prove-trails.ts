import { OperatorError } from '../../domain/operator-error.ts';
import {
  eventsWithoutMac,
  headsWithoutMac,
  putEventMacs,
  putHeadMac,
  putRowMacs,
  rowsWithoutMac,
} from '../../store/audit/without-mac.ts';
import type { Database } from '../../store/connection/database.ts';
import type { AnchorFile } from '../../vault/anchor-file.ts';
import type { Vault } from '../../vault/vault.ts';
import { headFields, leadsFromCheckpoint, noMac } from '../audit/checkpoints.ts';
import { eventFields, journalRowFields } from '../journal.ts';

/** The steps of upgrades that prove, for good, what is in the tables. Each is done once. */
type ProvingStep = '0014_row_proofs_required' | '0022_event_proofs_required';
const provingSteps: readonly ProvingStep[] = ['0014_row_proofs_required', '0022_event_proofs_required'];

/**
 * The vault for a step, unless the file of anchors says that the step is done. A person who owns the tables can make a
 * migration run again, and would have rows proved that they have altered.
 */
export const vaultOnce =
  (step: ProvingStep, vault: () => Vault, anchors: AnchorFile | undefined): (() => Vault) =>
  () => {
    if (!anchors?.isDone(step)) return vault();
    throw new OperatorError(
      `The database asks for the upgrade ${step} a second time: ${anchors.path} says that it is done. Most likely a person who owns the tables removed rows from the table migrations, to have altered rows proved. Keep the database unchanged, and restore a backup with: clientele restore FILE. If you put back a database of an older version by other means, move the file of anchors away first (docs/audit.md).`,
    );
  };

/**
 * Writes down, outside of the database, that its rows have their proofs. Where the file cannot be read or written, the
 * sequencer reports that.
 */
export async function markProven(anchors: AnchorFile): Promise<void> {
  try {
    for (const step of provingSteps) if (!anchors.isDone(step)) await anchors.markDone(step);
  } catch {
    // The next start tries again.
  }
}

/** Rows that are read at once. */
const batch = 1_000;

/**
 * Gives what an earlier version wrote its MACs, once, between two migrations: the rows that wait in the outbox, and
 * the end of each audit trail. It can be interrupted and goes on where it was. `vault` is opened only where there is
 * something to prove.
 *
 * A trail whose entries do not lead from its last checkpoint to its end gets no valid MAC, and is not continued.
 * Neither does anything of a brand that has an anchor: there everything had its MAC before, so what has none now was
 * not written by the service. A restore has no anchors here: what its backup holds is what the operator chose.
 */
export async function proveTrails(
  db: Database,
  vault: () => Vault,
  anchors: Pick<AnchorFile, 'newest'> | undefined,
): Promise<void> {
  let opened: Vault | undefined;
  const keys = (): Vault => {
    opened ??= vault();
    return opened;
  };
  const isProven = (brandId: string) => anchors?.newest(brandId) !== undefined;
  for (;;) {
    const rows = await rowsWithoutMac(db, batch);
    if (rows.length === 0) break;
    const macs = rows.map((row) => ({
      row,
      mac: isProven(row.brandId) ? noMac : keys().mac('journal row', journalRowFields(row)),
    }));
    await putRowMacs(db, macs);
  }
  for (const head of await headsWithoutMac(db)) {
    const { brandId } = head;
    const isWhole = !isProven(brandId) && (await leadsFromCheckpoint({ brandId, db }, keys(), head));
    await putHeadMac(db, { brandId, mac: isWhole ? keys().mac('trail head', headFields(head)) : noMac });
  }
}

/** Gives the events of an earlier version their MACs, once, between two migrations. It can be interrupted. */
export async function proveEvents(db: Database, vault: () => Vault): Promise<void> {
  for (;;) {
    const events = await eventsWithoutMac(db, batch);
    if (events.length === 0) return;
    const keys = vault();
    await putEventMacs(
      db,
      events.map((event) => ({ event, mac: keys.mac('event', eventFields(event.brandId, event)) })),
    );
  }
}
