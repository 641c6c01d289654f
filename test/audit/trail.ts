import { randomBytes, randomUUID } from 'node:crypto';
import type { Checkpoint } from '../../src/domain/audit/checkpoint.ts';
import { checkpointText } from '../../src/domain/audit/checkpoint.ts';
import type { BrandId } from '../../src/domain/ids.ts';
import { instantOfMillis, toPostgres } from '../../src/domain/time.ts';
import { firstPreviousHash, linked } from '../../src/operations/audit/chain.ts';
import { exportAudit } from '../../src/operations/audit/export.ts';
import { ExportFile } from '../../src/operations/audit/file.ts';
import { sequence } from '../../src/operations/audit/sequence.ts';
import type { TrailVerdict, TrustedFacts } from '../../src/operations/audit/verify.ts';
import { verifyTrail } from '../../src/operations/audit/verify.ts';
import { journalRowFields } from '../../src/operations/journal.ts';
import type { System } from '../../src/operations/system.ts';
import type { NewEvent } from '../../src/store/audit/journal.ts';
import { openAnchorFile } from '../../src/vault/anchor-file.ts';
import { rootKeyFromText } from '../../src/vault/key-source.ts';
import type { Signer } from '../../src/vault/signer.ts';
import { makeSigner } from '../../src/vault/signer.ts';
import type { World } from '../world.ts';

/** A signer under a root key of its own. */
export const newSigner = (): Signer =>
  makeSigner(rootKeyFromText(randomBytes(32).toString('base64'), 'a test').load());

export const newBrand = (): BrandId => randomUUID() as BrandId;

/** An entry as the service writes one, about nobody. */
export const bodyOf = (number: number): string =>
  JSON.stringify({
    at: `${instantOfMillis(1_800_000_000_000 + number * 1_000)}+00:00`,
    actor: { kind: 'key', id: '4a0f6f0c-6a3c-4d36-9d6a-0f3a6a3f9d10', name: 'backend' },
    request_id: `request-${number}`,
    operation: 'updateCustomer',
    customer_id: `00000000-0000-4000-8000-${String(number % 1_000).padStart(12, '0')}`,
    fields: ['email', 'phone'],
    digests: { email: 'q1UNjqDmM4rgWcZJDYnJTW1KiPyzUnXbHkAcnNTBbnU=' },
  });

export interface SignedTrail {
  readonly brand: BrandId;
  readonly signer: Signer;
  readonly entries: number;
  /** Entries from one checkpoint to the next. */
  readonly every: number;
  readonly body?: (number: number) => string;
}

/** The lines of an export, from entry 1, each with its end of line. */
export function* linesOf({
  brand,
  signer,
  entries,
  every,
  body: of = bodyOf,
}: SignedTrail): Generator<string> {
  let previous = firstPreviousHash(brand);
  const file = new ExportFile({ brand, from: 1, previous }, signer);
  for (let number = 1; number <= entries; number += 1) {
    const body = of(number);
    const { hash } = linked(number, previous, body);
    yield file.entry({ number, customerId: customerIn(body), body, hash });
    previous = hash;
    if (number % every === 0) {
      const at = instantOfMillis(1_800_000_000_000);
      const checkpoint: Checkpoint = { brand, number, hash, at, key: signer.key };
      yield file.checkpoint(checkpoint, signer.sign(checkpointText(checkpoint)));
    }
  }
  yield file.end(instantOfMillis(1_800_000_000_000));
}

const customerIn = (body: string): string | undefined =>
  (JSON.parse(body) as { readonly customer_id?: string }).customer_id;

/** A row of the outbox as the service writes it, about no customer: its columns in the order of `journalColumns`. */
export function provenRow(
  { vault }: Pick<System, 'vault'>,
  brandId: BrandId,
  body: string,
  event?: NewEvent,
): readonly unknown[] {
  const mac = vault.mac('journal row', journalRowFields({ brandId, customerId: undefined, body, event }));
  return [
    brandId,
    body,
    event?.eventId,
    event?.type,
    event && toPostgres(event.occurredAt),
    event?.payload,
    mac,
  ];
}
export const journalColumns = 'brand_id, body, event_id, type, occurred_at, payload, mac';

/** Keeps a brand's trail as it is now. The answer puts it back, as the restore of an older backup would. */
export async function keepTrail({ sql }: Pick<World, 'sql'>, brandId: BrandId): Promise<() => Promise<void>> {
  const columns = ['audit_number', 'audit_hash', 'event_number', 'mac', 'checkpoint_number', 'checkpoint_at'];
  const [head = {}] = await sql(`select ${columns.join(', ')} from journal_heads where brand_id = $1`, [
    brandId,
  ]);
  return async () => {
    for (const table of ['audit', 'audit_checkpoints'])
      await sql(`delete from ${table} where brand_id = $1 and number > $2`, [brandId, head['audit_number']]);
    const values = columns.map((column) => head[column]);
    const places = columns.map((column, index) => `${column} = $${index + 2}`).join(', ');
    await sql(`update journal_heads set ${places} where brand_id = $1`, [brandId, ...values]);
  };
}

/** Places and signs everything, and answers what the service complained about in this brand. */
export async function signedTrail(system: System, brandId: BrandId): Promise<readonly string[]> {
  const told: string[] = [];
  await sequence(system, { entries: 1, notAfter: system.now() }, (error) => {
    // The brands of other tests stay as they were left.
    if (String(error).includes(brandId)) told.push(String(error));
  });
  return told;
}

/** The lines of a real export, from entry 1. */
export async function exportedTrail(system: System, brandId: BrandId): Promise<Buffer> {
  let text = '';
  const sink = async (piece: string) => {
    text += piece;
  };
  await exportAudit(system, brandId, {}, sink, () => undefined);
  return Buffer.from(text, 'latin1');
}

/** What `verify-audit` finds in these bytes. */
export const verdictOn = (bytes: Buffer, known: TrustedFacts = {}): Promise<TrailVerdict> =>
  verifyTrail([bytes] as never, known);

/** The same system on a machine with another anchor file, or in another process with the same. */
export const withAnchors = (system: System, path: string): System => ({
  ...system,
  anchors: openAnchorFile(path),
});
