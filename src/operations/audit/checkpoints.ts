import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { checkpointText, endorsedText, signedLine } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import type { Head, TrailHead } from '../../store/audit/sequencer.ts';
import { headsOfBrands, insertCheckpoint } from '../../store/audit/sequencer.ts';
import type { ConnectedScope, TrailCheckpoint } from '../../store/audit/trail.ts';
import { lastCheckpoint, trailEntries } from '../../store/audit/trail.ts';
import type { Connection } from '../../store/connection/database.ts';
import { isSignedBy } from '../../vault/signer.ts';
import type { Vault } from '../../vault/vault.ts';
import type { System } from '../system.ts';
import { customerOf, firstPreviousHash, linked } from './chain.ts';
import { ForeignTrail, shortened, unproven, WaitingTrail } from './foreign.ts';
import type { SignedLine } from './signed-lines.ts';
import { isLineSigned, parseSignedLine } from './signed-lines.ts';

/** What a stored audit trail is compared with. */
export type TrailWitness = Pick<System, 'anchors' | 'vault'>;

/** The anchor file cannot be written, so the trail is signed without it. */
class AnchorUnwritten extends Error {
  override readonly name = 'AnchorUnwritten';
}

/** The MAC of a head, over all that the sequencer continues from. */
export const headFields = ({ brandId, number, hash, events }: Omit<Head, 'mac'>): readonly string[] => [
  brandId,
  String(number),
  hash,
  String(events),
];

/** The MAC of a head that an upgrade could not prove, because the brand had an anchor already. */
export const noMac = '';

/** @throws StoppedTrail if the sequencer did not write this head, or if that cannot be verified here. */
export function requireGenuineHead({ vault, anchors }: TrailWitness, head: Head): void {
  if (vault.isMac('trail head', headFields(head), head.mac)) return;
  if (head.mac === noMac && anchors.newest(head.brandId) !== undefined)
    throw unproven(
      head.brandId,
      `its end, entry ${head.number}, is from before ends had a proof, and an anchor of this machine is newer.`,
    );
  const missing = vault.missingVersionOf(head.mac);
  if (missing !== undefined) throw new WaitingTrail(head.brandId, 'its end in journal_heads', missing);
  throw new ForeignTrail(
    head.brandId,
    `its end in journal_heads, entry ${head.number}, was not written by the service.`,
  );
}

/** The newest anchor of a brand, if one of the loaded root keys signed it. */
export function newestAnchor(
  { anchors, vault }: Pick<System, 'anchors' | 'vault'>,
  brandId: BrandId,
): SignedLine | undefined {
  const line = anchors.newest(brandId);
  if (line === undefined) return undefined;
  const anchor = parseSignedLine(line);
  const which = `the last line about it in ${anchors.path}`;
  if (!anchor || !isLineSigned(Buffer.from(line, 'latin1'), anchor))
    throw new ForeignTrail(
      brandId,
      `${which} is damaged.`,
      'Put a copy of the file back. Without one, take the line out: the line before it counts then (docs/audit.md).',
    );
  if (!vault.signerOf(anchor.checkpoint.key))
    throw new ForeignTrail(
      brandId,
      `${which} is signed by the key ${anchor.checkpoint.key}, which is not of this installation.`,
      'If a version of the root key is missing on this machine, bring it here. If another installation wrote the line, take it out (docs/audit.md).',
    );
  return anchor;
}

/**
 * Signs the end of a brand's trail, after it has followed the stored entries from the last signed one.
 *
 * @throws ForeignTrail if they do not lead to this end, or fall behind what was signed before.
 */
export async function signHead(
  system: System,
  db: Connection,
  head: Head,
  onFailure: (error: unknown) => void,
): Promise<void> {
  const scope = { brandId: head.brandId, db };
  requireGenuineHead(system, head);
  const before = await lastSigned(system, scope, head);
  if (before?.number === head.number) return;
  const previous = before ?? { number: 0, hash: firstPreviousHash(head.brandId) };
  await requireChain(scope, previous, head);
  const [checkpoint, signature] = signed(system, head, previous, before?.key);
  // The line is on the disk before the database has the checkpoint. `lastSigned` stores it if the process dies.
  try {
    await system.anchors.append(signedLine(checkpointText(checkpoint), signature));
  } catch (error) {
    onFailure(new AnchorUnwritten(`The file ${system.anchors.path} cannot be written.`, { cause: error }));
  }
  await insertCheckpoint(db, checkpoint, signature);
}

async function lastSigned(
  system: System,
  scope: ConnectedScope,
  head: Head,
): Promise<Checkpoint | undefined> {
  const stored = await lastCheckpoint(scope);
  if (stored) requireGenuineCheckpoint(system, stored);
  const anchor = newestAnchor(system, scope.brandId);
  for (const last of [stored, anchor?.checkpoint]) if (last) await requireSigned(scope, last, head.number);
  if (!anchor || anchor.checkpoint.number <= (stored?.number ?? 0) || anchor.kind === 'restored')
    return stored;
  await insertCheckpoint(scope.db, anchor.checkpoint, anchor.signature);
  return anchor.checkpoint;
}

/** Whether a loaded root key signed this checkpoint. */
function isGenuine(
  { vault }: { readonly vault: Pick<Vault, 'signerOf'> },
  { signature, ...checkpoint }: TrailCheckpoint,
): boolean {
  const text = Buffer.from(checkpointText(checkpoint), 'latin1');
  return vault.signerOf(checkpoint.key) !== undefined && isSignedBy(checkpoint.key, text, signature);
}

/** @throws ForeignTrail unless a loaded root key signed this checkpoint. */
export function requireGenuineCheckpoint(system: Pick<System, 'vault'>, stored: TrailCheckpoint): void {
  if (!isGenuine(system, stored))
    throw new ForeignTrail(stored.brand, `its checkpoint over entry ${stored.number} was changed.`);
}

/**
 * The end of a brand's trail. `undefined` while it has no entry.
 *
 * @throws ForeignTrail unless the sequencer wrote this end, at or after what the newest anchor has.
 */
export async function requireOwnEnd(
  system: TrailWitness,
  scope: ConnectedScope,
): Promise<TrailHead | undefined> {
  const { brandId, db } = scope;
  const [head] = await headsOfBrands(db, [brandId]);
  if (head) requireGenuineHead(system, head);
  const anchor = newestAnchor(system, brandId);
  if (anchor) await requireSigned(scope, anchor.checkpoint, head?.number ?? 0);
  return head;
}

/** @throws ForeignTrail unless every stored entry leads to this end. Reads all of them. */
export const requireWhole = (scope: ConnectedScope, head: TrailHead): Promise<void> =>
  requireChain(scope, { number: 0, hash: firstPreviousHash(scope.brandId) }, head);

async function requireSigned(scope: ConnectedScope, signed: Checkpoint, end: number): Promise<void> {
  const { brandId } = scope;
  if (signed.number > end)
    throw shortened(brandId, `it ends at entry ${end}, but entry ${signed.number} was signed.`);
  if (signed.number === 0) return;
  const [entry] = await trailEntries(scope, signed.number - 1, signed.number, 1);
  if (entry?.hash !== signed.hash)
    throw new ForeignTrail(brandId, `entry ${signed.number} is not the one that was signed.`);
}

/** Entries that are read at once. */
const batch = 1_000;

/** @throws ForeignTrail if the stored entries after `from` do not lead to `head`. */
async function requireChain(
  scope: ConnectedScope,
  from: { readonly number: number; readonly hash: string },
  head: TrailHead,
): Promise<void> {
  let { number, hash } = from;
  while (number < head.number) {
    const entries = await trailEntries(scope, number, head.number, batch);
    if (entries.length === 0) throw new ForeignTrail(scope.brandId, `entry ${number + 1} is missing.`);
    for (const entry of entries) {
      number += 1;
      ({ hash } = linked(number, hash, entry.body));
      if (entry.number !== number || entry.hash !== hash)
        throw new ForeignTrail(scope.brandId, `entry ${number} was changed.`);
      if (entry.customerId !== customerOf(entry.body))
        throw new ForeignTrail(scope.brandId, `entry ${number} is not listed under its own customer.`);
    }
  }
  if (hash !== head.hash) throw new ForeignTrail(scope.brandId, `entry ${number} is not its end.`);
}

/** Whether the entries since the last checkpoint lead to this end. */
export async function leadsFromCheckpoint(
  scope: ConnectedScope,
  vault: Pick<Vault, 'signerOf'>,
  head: TrailHead,
): Promise<boolean> {
  const last = await lastCheckpoint(scope);
  if (last && (last.number > head.number || !isGenuine({ vault }, last))) return false;
  try {
    await requireChain(scope, last ?? { number: 0, hash: firstPreviousHash(scope.brandId) }, head);
    return true;
  } catch (error) {
    if (!(error instanceof ForeignTrail)) throw error;
    return false;
  }
}

/** A checkpoint of this head. Where another key signed the one before, that key signs this one too. */
function signed(
  { vault, now }: System,
  { brandId, number, hash }: Head,
  { number: previousNumber, hash: previousHash }: { readonly number: number; readonly hash: string },
  formerKey: string | undefined,
): readonly [Checkpoint, string] {
  // May read the root keys again and with them a new signer.
  const former = formerKey === undefined ? undefined : vault.signerOf(formerKey);
  const { signer } = vault;
  const plain = {
    brand: brandId,
    number,
    hash,
    at: now(),
    key: signer.key,
    previous: { number: previousNumber, hash: previousHash },
  };
  if (!former || former.key === signer.key) return [plain, signer.sign(checkpointText(plain))];
  const endorsement = { key: former.key, signature: former.sign(endorsedText(plain, former.key)) };
  const checkpoint = { ...plain, endorsement };
  return [checkpoint, signer.sign(checkpointText(checkpoint))];
}
