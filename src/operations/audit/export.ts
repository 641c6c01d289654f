import { setTimeout as pause } from 'node:timers/promises';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import {
  hasUnsequencedUpTo,
  lastUnsequenced,
  trailCheckpoints,
  trailEnd,
  trailEntries,
} from '../../store/audit/trail.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { firstPreviousHash } from './chain.ts';
import { BrokenTrail, ExportFile } from './file.ts';
import { StoppedTrail } from './foreign.ts';
import { recordOperatorAction } from './operator.ts';
import { sequence } from './sequence.ts';

/** Entries per read. */
const batch = 1_000;
/** Milliseconds to wait until all committed entries have numbers. */
const placementTimeoutMs = 30_000;

/** Receives a piece of an export, and resolves when it is ready for the next. */
export type TextSink = (text: string) => Promise<void>;

export interface ExportedTrail {
  readonly from: number;
  readonly to: number;
  /** The public key that signed the closing line. */
  readonly key: string;
}

/**
 * Exports a brand's audit trail from one entry on, with its checkpoints and a closing line signed now. The export
 * contains everything committed before this call, and the entry about the export itself.
 *
 * @throws OperatorError if the stored trail does not match its hashes and signatures; then nothing is signed.
 */
export async function exportAudit(
  system: System,
  brandId: BrandId,
  from: number,
  sink: TextSink,
  progress: (done: number, of: number) => void,
): Promise<ExportedTrail> {
  const scope = scopeOf(system, brandId);
  await recordOperatorAction(system, brandId, 'export audit', { from });
  await allPlaced(system, scope);
  // So that the key of the closing line has signed a checkpoint before it, which its predecessor endorses.
  await sequence(system, { entries: 1, notAfter: system.now() }, refuseForeign(brandId));
  const end = await trailEnd(scope);
  if (!end || from > end.number)
    throw new OperatorError(`The trail ends at entry ${end?.number ?? 0}; there is no entry ${from}.`);
  try {
    const file = new ExportFile(
      { brand: brandId, from, previous: await hashBefore(scope, from) },
      system.vault.signer,
    );
    while (file.number < end.number) {
      await sink(await nextLines(scope, file, end.number));
      progress(file.number - from + 1, end.number - from + 1);
    }
    if (file.hash !== end.hash)
      throw new BrokenTrail(`Entry ${end.number} of the audit trail is not the one that ended it.`);
    await sink(file.end(system.now()));
  } catch (error) {
    if (!(error instanceof BrokenTrail)) throw error;
    throw new OperatorError(
      `${error.message} The database was changed outside of the service. Keep it unchanged, and compare it with your last export (docs/audit.md).`,
    );
  }
  return { from, to: end.number, key: system.vault.signer.key };
}

/** Waits until everything that is committed now has a number, and helps to number it. */
export async function allPlaced(system: System, scope: BrandScope): Promise<void> {
  const last = await lastUnsequenced(scope);
  const deadline = performance.now() + placementTimeoutMs;
  while (last !== undefined && (await hasUnsequencedUpTo(scope, last))) {
    if (performance.now() > deadline)
      throw new OperatorError(
        'The audit trail does not keep up with the changes. Try again when the load is lower.',
      );
    if ((await sequence(system, undefined, refuseForeign(scope.brandId))) === 'elsewhere') await pause(50);
  }
}

/** Only the brand that is exported matters here; the sequencer reports the others. */
const refuseForeign = (brandId: BrandId) => (error: unknown) => {
  if (error instanceof StoppedTrail && error.brandId === brandId) throw new OperatorError(error.message);
};

async function hashBefore(scope: BrandScope, from: number): Promise<string> {
  if (from === 1) return firstPreviousHash(scope.brandId);
  const [before] = await trailEntries(scope, from - 2, from - 1, 1);
  if (!before) throw new BrokenTrail(`Entry ${from - 1} of the audit trail is missing.`);
  return before.hash;
}

async function nextLines(scope: BrandScope, file: ExportFile, end: number): Promise<string> {
  const after = file.number;
  const upTo = Math.min(after + batch, end);
  const [entries, checkpoints] = await Promise.all([
    trailEntries(scope, after, upTo, batch),
    trailCheckpoints(scope, after, upTo),
  ]);
  const signed = new Map(checkpoints.map((checkpoint) => [checkpoint.number, checkpoint]));
  let lines = '';
  for (const entry of entries) {
    lines += file.entry(entry);
    const checkpoint = signed.get(entry.number);
    if (checkpoint) lines += file.checkpoint(checkpoint, checkpoint.signature);
  }
  if (file.number !== upTo) throw new BrokenTrail(`Entry ${file.number + 1} of the audit trail is missing.`);
  return lines;
}
