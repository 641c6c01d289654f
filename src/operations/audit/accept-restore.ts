import type { AuditFacts } from '../../contract/audit-facts.ts';
import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { restoredText, signedLine } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { parseInstant } from '../../domain/time.ts';
import { entryPart } from '../../store/audit/journal.ts';
import type { Head, TrailHead } from '../../store/audit/sequencer.ts';
import { headsOfBrands } from '../../store/audit/sequencer.ts';
import type { TrailEntry } from '../../store/audit/trail.ts';
import { hasOperationAfter, lastCheckpoint, trailEntries } from '../../store/audit/trail.ts';
import { acceptHeadMac } from '../../store/audit/without-mac.ts';
import type { Connection, Database } from '../../store/connection/database.ts';
import { withConnection } from '../../store/scope.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { retryOnConflict } from '../retry.ts';
import type { System } from '../system.ts';
import { firstPreviousHash } from './chain.ts';
import { headFields, leadsFromCheckpoint, newestAnchor, noMac, requireGenuineHead } from './checkpoints.ts';
import { ForeignTrail, StoppedTrail } from './foreign.ts';
import { operatorEntry } from './operator.ts';
import type { SignedLine } from './signed-lines.ts';
import { parseSignedLine } from './signed-lines.ts';

export interface AcceptedRestore {
  /** The entry at which the trail ends now. */
  readonly number: number;
  /** The last entry that was signed before, and is lost. The entry at which the trail ends, if none is. */
  readonly lost: number;
  /** How many of the last entries were accepted without a proof. */
  readonly unproven: number;
}

/**
 * Accepts that a restored backup ends before the last anchor, or continued without it: appends a signed line that
 * names what is lost, and records it in the audit trail.
 *
 * The end of a database from before ends had a proof gets its proof, if the entries since the last checkpoint lead to it.
 * Nothing shows that the service wrote these entries, so the operator has to accept exactly as many: `acceptUnproven`.
 *
 * @throws OperatorError if the trail has what its last anchor has, if the service did not write its end, or if it ends
 *   with another number of entries without a proof.
 */
export async function acceptRestore(
  system: System,
  brandId: BrandId,
  acceptUnproven = 0,
): Promise<AcceptedRestore> {
  try {
    return await accept(system, brandId, acceptUnproven);
  } catch (error) {
    throw error instanceof StoppedTrail ? new OperatorError(error.message) : error;
  }
}

async function accept(system: System, brandId: BrandId, acceptUnproven: number): Promise<AcceptedRestore> {
  const { db, vault, now } = system;
  const [head] = await headsOfBrands(db, [brandId]);
  const anchor = newestAnchor(system, brandId);
  const newest = anchor?.checkpoint;
  const isUnproven = newest !== undefined && head?.mac === noMac;
  if (isUnproven) await requireLeading(system, head);
  else if (head) requireGenuineHead(system, head);
  const isLost = newest !== undefined && !(await isEntry(db, newest, head));
  if (!isLost && !isUnproven) {
    const unrecorded = anchor && (await unrecordedOf(system, anchor));
    if (unrecorded === undefined)
      throw new OperatorError(
        'The audit trail has the entry of its last anchor: there is nothing to accept.',
      );
    await record(system, brandId, { from: unrecorded.number + 1 });
    return unrecorded;
  }
  const end = isUnproven
    ? await unprovenEnd(system, head)
    : { count: 0, operations: new Map<string, number>() };
  const unproven = end.count;
  if (unproven !== acceptUnproven) throw mustAccept(brandId, end, acceptUnproven);
  const stored = endOf(brandId, head);
  const { number, hash } =
    isLost && newest.number <= stored.number ? await lastAgreed(system, brandId) : stored;
  const facts = { from: number + 1, ...(unproven > 0 && { unproven }) };
  await record(system, brandId, facts, async (connection) => {
    if (isUnproven) {
      const proven = { ...head, mac: vault.mac('trail head', headFields(head)) };
      if (!(await acceptHeadMac(connection, proven)))
        throw new OperatorError('The end of the audit trail has changed. Repeat the command.');
    }
    if (!isLost) return;
    const { key } = vault.signer;
    const lost = { number: newest.number, hash: newest.hash };
    const text = restoredText({ brand: brandId, number, hash, at: now(), key, lost });
    await system.anchors.append(signedLine(text, vault.signer.sign(text)));
  });
  return { number, lost: isLost ? newest.number : number, unproven };
}

/** Writes the entry and what it is about in one transaction, so that neither is there without the other. */
async function record(
  system: System,
  brandId: BrandId,
  facts: AuditFacts,
  change: (connection: Connection) => Promise<void> = async () => undefined,
): Promise<void> {
  await retryOnConflict(system.keyrings, brandId, (keyring) =>
    system.db.transaction(async (connection) => {
      const scope = withConnection({ brandId, db: system.db }, connection);
      await writeParts(scope, [entryPart(operatorEntry(system, keyring, 'accept-restore', facts))]);
      // Last, because a line in the file of anchors stays where the transaction fails.
      await change(connection);
    }),
  );
  system.db.wake();
}

/** What the last line of the file says was accepted, where the process died before the entry was written. */
async function unrecordedOf(
  { db }: System,
  { kind, checkpoint }: SignedLine,
): Promise<AcceptedRestore | undefined> {
  const { brand: brandId, number, previous } = checkpoint;
  if (kind !== 'restored' || (await hasOperationAfter({ brandId, db }, number, 'accept-restore'))) return;
  return { number, lost: previous?.number ?? number, unproven: 0 };
}

/** The entries at the end of the trail that neither a checkpoint nor an anchor is over. */
interface UnprovenEnd {
  count: number;
  first?: TrailEntry;
  last?: TrailEntry;
  /** How many are about each operation. */
  readonly operations: Map<string, number>;
}

async function unprovenEnd(system: System, head: Head): Promise<UnprovenEnd> {
  const { brandId, number } = head;
  const scope = { brandId, db: system.db };
  const signed = await lastCheckpoint(scope);
  const agreed = await lastAgreed(system, brandId);
  const end: UnprovenEnd = { count: 0, operations: new Map() };
  for (let after = Math.max(signed?.number ?? 0, agreed.number); after < number; ) {
    const entries = await trailEntries(scope, after, number, 1_000);
    for (const entry of entries) {
      // The entries are not trusted, so nothing else of them is quoted.
      const operation = /"operation":"([A-Za-z -]{1,40})"/.exec(entry.body)?.[1] ?? 'unknown';
      end.operations.set(operation, (end.operations.get(operation) ?? 0) + 1);
      end.count += 1;
      end.first ??= entry;
      end.last = entry;
    }
    after = entries.at(-1)?.number ?? number;
  }
  return end;
}

/** Says which entries have no proof, and how to accept them. */
function mustAccept(
  brandId: BrandId,
  { count, first, last, operations }: UnprovenEnd,
  accepted: number,
): OperatorError {
  if (!first || !last)
    return new OperatorError(
      `Every entry of the audit trail has a proof. Repeat the command without --accept-unproven ${accepted}.`,
    );
  const some = [...operations].sort(([, one], [, other]) => other - one).slice(0, 10);
  const which = some.map(([operation, times]) => `${operation} ${times}`).join(', ');
  const more = operations.size > some.length ? ', and others' : '';
  return new OperatorError(
    `Nothing proves that Clientele wrote the last ${count === 1 ? 'entry' : `${count} entries`} of the audit trail: ${first.number} to ${last.number}, from ${momentIn(first)} to ${momentIn(last)} (${which}${more}). Compare them with an export or a backup of that time. If they are right, accept exactly these: clientele accept-restore --brand ${brandId} --accept-unproven ${count}. The audit trail then says how many were accepted.`,
  );
}

/** The time of an entry, where it has one. */
const momentIn = ({ body }: TrailEntry): string => parseInstant(body.slice(7, 33)) ?? 'an unknown time';

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
