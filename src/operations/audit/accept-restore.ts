import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { restoredText, signedLine } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Head, TrailHead } from '../../store/audit/sequencer.ts';
import { headsOfBrands } from '../../store/audit/sequencer.ts';
import { trailEntries } from '../../store/audit/trail.ts';
import { acceptHeadMac } from '../../store/audit/without-mac.ts';
import type { Database } from '../../store/connection/database.ts';
import type { System } from '../system.ts';
import { firstPreviousHash } from './chain.ts';
import { headFields, leadsFromCheckpoint, newestAnchor, noMac, requireGenuineHead } from './checkpoints.ts';
import { ForeignTrail, StoppedTrail } from './foreign.ts';
import { recordOperatorAction } from './operator.ts';
import { parseSignedLine } from './signed-lines.ts';

export interface AcceptedRestore {
  /** The entry at which the trail ends now. */
  readonly number: number;
  /** The last entry that was signed before, and is lost. The entry at which the trail ends, if none is. */
  readonly lost: number;
}

/**
 * Accepts that a restored backup ends before the last anchor, or continued without it: appends a signed line that
 * names what is lost, and records it in the audit trail.
 *
 * The end of a database from before ends had a proof gets its proof, if the entries since the last checkpoint lead to it.
 *
 * @throws OperatorError if the trail has what its last anchor has, or if the service did not write its end.
 */
export async function acceptRestore(system: System, brandId: BrandId): Promise<AcceptedRestore> {
  try {
    return await accept(system, brandId);
  } catch (error) {
    throw error instanceof StoppedTrail ? new OperatorError(error.message) : error;
  }
}

async function accept(system: System, brandId: BrandId): Promise<AcceptedRestore> {
  const { db, vault, anchors, now } = system;
  const [head] = await headsOfBrands(db, [brandId]);
  const newest = newestAnchor(system, brandId)?.checkpoint;
  const isUnproven = newest !== undefined && head?.mac === noMac;
  if (isUnproven) await requireLeading(system, head);
  else if (head) requireGenuineHead(system, head);
  const isLost = newest !== undefined && !(await isEntry(db, newest, head));
  if (!isLost && !isUnproven)
    throw new OperatorError('The audit trail has the entry of its last anchor: there is nothing to accept.');
  const end = endOf(brandId, head);
  const { number, hash } = isLost && newest.number <= end.number ? await lastAgreed(system, brandId) : end;
  if (isLost) {
    const { key } = vault.signer;
    const lost = { number: newest.number, hash: newest.hash };
    const text = restoredText({ brand: brandId, number, hash, at: now(), key, lost });
    await anchors.append(signedLine(text, vault.signer.sign(text)));
  }
  if (isUnproven) await acceptHeadMac(db, { ...head, mac: vault.mac('trail head', headFields(head)) });
  await recordOperatorAction(system, brandId, 'accept-restore', { from: number + 1 });
  return { number, lost: isLost ? newest.number : number };
}

/** @throws ForeignTrail unless the entries since the last checkpoint lead to this end. */
async function requireLeading({ db, vault }: System, head: Head): Promise<void> {
  if (await leadsFromCheckpoint({ brandId: head.brandId, db }, vault, head)) return;
  throw new ForeignTrail(head.brandId, 'its entries do not lead from the last checkpoint to its end.');
}

type Place = Pick<TrailHead, 'number' | 'hash'>;

const endOf = (brandId: BrandId, head: TrailHead | undefined): Place =>
  head ?? { number: 0, hash: firstPreviousHash(brandId) };

/** Whether the stored trail has this entry with this hash. */
async function isEntry(
  db: Database,
  { number, hash, brand }: Checkpoint,
  head: TrailHead | undefined,
): Promise<boolean> {
  if (number === 0) return true;
  if (number > (head?.number ?? 0)) return false;
  const [entry] = await trailEntries({ brandId: brand, db }, number - 1, number, 1);
  return entry?.hash === hash;
}

/** The newest anchor that the stored trail agrees with, where another machine continued a restored trail. */
async function lastAgreed({ db, anchors }: System, brandId: BrandId): Promise<Place> {
  const [head] = await headsOfBrands(db, [brandId]);
  for (const line of anchors.all(brandId).toReversed()) {
    const checkpoint = parseSignedLine(line)?.checkpoint;
    if (checkpoint && (await isEntry(db, checkpoint, head))) return checkpoint;
  }
  return endOf(brandId, undefined);
}
