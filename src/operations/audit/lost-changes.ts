import { createReadStream } from 'node:fs';
import type { BrandId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Database } from '../../store/connection/database.ts';
import { holdsAmong } from '../../store/retention/holds.ts';
import type { Vault } from '../../vault/vault.ts';
import { verifyTrail } from './verify.ts';

// What a backup does not know, because it was done later: an exported audit trail tells.

/** A legal hold that the trail has and the restored database has not. */
export interface LostHold {
  readonly bond_brand_id: BrandId;
  readonly customer_id: string;
  readonly hold_id: string;
  readonly set_at: string;
}

/** What an exported trail says about holds and keys. */
export interface ExportedTrail {
  readonly brand: BrandId;
  /** The holds that are in force at the end of the trail, by their ids. */
  readonly holds: ReadonlyMap<string, LostHold>;
  readonly revokedKeys: ReadonlySet<string>;
}

/** Bytes that an entry of interest contains. */
const marks = ['"operation":"setLegalHold"', '"operation":"releaseLegalHold"', '"operation":"keys revoke"'];

interface Entry {
  readonly at: string;
  readonly operation: string;
  readonly customer_id?: string;
  readonly hold_id?: string;
  readonly key?: string;
}

/**
 * Reads an export of the audit trail.
 *
 * @throws OperatorError unless it is whole and signed by this installation.
 */
export async function readExportedTrail(path: string, vault: Vault): Promise<ExportedTrail> {
  const entries: Entry[] = [];
  const verdict = await verifyTrail(
    collecting(createReadStream(path, { highWaterMark: 1_048_576 }), entries),
  ).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === undefined
      ? error
      : new OperatorError(`${path} cannot be read (${error.code}). Name an export of the audit trail.`);
  });
  if (!verdict.whole)
    throw new OperatorError(
      `${path} is no intact export of an audit trail: line ${verdict.line}: ${verdict.problem}`,
    );
  if (verdict.selection)
    throw new OperatorError(
      `${path} has only the entries about one customer. Name an export of all entries, made without --customer.`,
    );
  if (verdict.trailEnd > verdict.to)
    throw new OperatorError(
      `${path} ends at entry ${verdict.to}, and the trail at entry ${verdict.trailEnd}. Name an export that reaches the end, made without --to.`,
    );
  const foreign = verdict.keys.find((key) => !vault.signerOf(key));
  if (foreign !== undefined)
    throw new OperatorError(`${path} is signed by a key that this installation does not have: ${foreign}.`);
  return { brand: verdict.brand, ...standingAfter(verdict.brand, entries) };
}

/** Passes the bytes of a trail on, and keeps the entries that matter here. */
async function* collecting(chunks: AsyncIterable<Uint8Array>, into: Entry[]): AsyncGenerator<Uint8Array> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines)
      if (marks.some((mark) => line.includes(mark))) into.push(JSON.parse(line) as Entry);
    yield chunk;
  }
}

function standingAfter(
  brand: BrandId,
  entries: readonly Entry[],
): Pick<ExportedTrail, 'holds' | 'revokedKeys'> {
  const holds = new Map<string, LostHold>();
  const revokedKeys = new Set<string>();
  for (const { at, operation, customer_id = '', hold_id = '', key = '' } of entries) {
    if (operation === 'setLegalHold')
      holds.set(hold_id, { bond_brand_id: brand, customer_id, hold_id, set_at: at });
    if (operation === 'releaseLegalHold') holds.delete(hold_id);
    if (operation === 'keys revoke') revokedKeys.add(key);
  }
  return { holds, revokedKeys };
}

/** The holds of a trail that the database does not have. */
export async function lostHolds(db: Database, { brand, holds }: ExportedTrail): Promise<readonly LostHold[]> {
  const present = new Set(await holdsAmong({ brandId: brand, db }, [...holds.keys()]));
  return [...holds.values()].filter(({ hold_id }) => !present.has(hold_id));
}
