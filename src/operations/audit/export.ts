import { setTimeout as pause } from 'node:timers/promises';
import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { withOffset } from '../../domain/time.ts';
import { isCustomerKnown } from '../../store/audit/entries.ts';
import type { TrailHead } from '../../store/audit/sequencer.ts';
import { hasUnsequencedUpTo, lastUnsequenced } from '../../store/audit/trail.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { firstPreviousHash } from './chain.ts';
import { requireOwnEnd } from './checkpoints.ts';
import { spanOf } from './exports/span.ts';
import type { AuditExport, ExportedTrail, TextSink } from './exports/writer.ts';
import { TrailWriter } from './exports/writer.ts';
import { BrokenTrail } from './file.ts';
import { StoppedTrail } from './foreign.ts';
import { recordOperatorAction } from './operator.ts';
import { sequence } from './sequence.ts';

/** Milliseconds to wait until all committed entries have numbers. */
const placementTimeoutMs = 30_000;

/**
 * Exports entries of a brand's audit trail, with its checkpoints and a closing line signed now. Without a range that
 * ends earlier, it contains everything committed before this call, and the entry about the export itself.
 *
 * @throws OperatorError if the stored trail does not match its hashes and signatures; then nothing is signed.
 */
export async function exportAudit(
  system: System,
  brandId: BrandId,
  request: AuditExport,
  sink: TextSink,
  progress: (done: number, of: number) => void,
): Promise<ExportedTrail> {
  const scope = scopeOf(system, brandId);
  const { customerId, range = {} } = request;
  if (customerId !== undefined && !(await isCustomerKnown(scope, customerId)))
    throw new OperatorError(`The brand has and had no customer ${customerId}.`);
  await recordOperatorAction(system, brandId, 'export audit', factsOf(request), customerId);
  await allPlaced(system, scope);
  // So that the key of the closing line has signed a checkpoint before it, which its predecessor endorses.
  await sequence(system, { entries: 1, notAfter: system.now() }, refuseForeign(brandId));
  const end = (await ownEnd(system, scope)) ?? { number: 0, hash: firstPreviousHash(brandId) };
  try {
    let followed = 0;
    const span = await spanOf(scope, range, end, (done) => {
      followed = done;
      progress(done, 2 * end.number);
    });
    const writer = new TrailWriter(system, scope, request, span);
    return await writer.write(sink, end.number, (done) =>
      progress(followed + done, followed + span.to - span.from + 1),
    );
  } catch (error) {
    if (!(error instanceof BrokenTrail)) throw error;
    throw new OperatorError(
      `${error.message} The database was changed outside of the service. Keep it unchanged, and compare it with your last export (docs/audit.md).`,
    );
  }
}

function factsOf({ range: { from = { number: 1 }, to } = {}, withReasons }: AuditExport): AuditFacts {
  return {
    ...('number' in from ? { from: from.number } : { from_time: withOffset(from.at) }),
    ...(to && ('number' in to ? { to: to.number } : { to_time: withOffset(to.at) })),
    ...(withReasons && { with_reasons: true }),
  };
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

/** The end that is exported is itself proven: the database may be changed after the sequencer has looked. */
const ownEnd = (system: System, scope: BrandScope): Promise<TrailHead | undefined> =>
  requireOwnEnd(system, scope).catch((error: unknown) => {
    refuseForeign(scope.brandId)(error);
    throw error;
  });

/** Only the brand that is exported matters here; the sequencer reports the others. */
const refuseForeign = (brandId: BrandId) => (error: unknown) => {
  if (error instanceof StoppedTrail && error.brandId === brandId) throw new OperatorError(error.message);
};
