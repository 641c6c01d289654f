import { customerJson } from '../../domain/customers/record.ts';
import type { BrandId } from '../../domain/ids.ts';
import { naiveUtc } from '../../domain/time.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import { pageOfCustomers } from '../../store/customers/pages.ts';
import type { Keyring } from '../../vault/vault.ts';
import type { TextSink } from '../audit/exports/writer.ts';
import { recordOperatorAction } from '../audit/operator.ts';
import { withFreshKeyring } from '../keyrings.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { profileSealContext } from './sealing.ts';

/** Customers per read. */
const batch = 250;

/**
 * Exports a brand's customers, one per line, as listCustomers answers them with the SSN masked. Every customer that
 * exists from start to end appears exactly once. The audit entry is committed first.
 */
export async function exportCustomers(
  system: System,
  brandId: BrandId,
  sink: TextSink,
  progress: (done: number, of: number) => void,
): Promise<number> {
  await recordOperatorAction(system, brandId, 'export customers');
  let done = 0;
  let reading: Promise<Page> | undefined = pageAfter(system, brandId, 0n);
  while (reading) {
    const page: Page = await reading;
    // While one page is written, the next one is read. It is opened at once: its key may be gone later.
    reading = page.next === undefined ? undefined : pageAfter(system, brandId, page.next);
    // A failure is met where it is awaited.
    reading?.catch(() => undefined);
    await sink(page.lines);
    done += page.size;
    progress(done, Math.max(done, page.total));
  }
  return done;
}

interface Page {
  readonly lines: string;
  readonly size: number;
  /** How many customers the brand has. */
  readonly total: number;
  readonly next: bigint | undefined;
}

async function pageAfter(system: System, brandId: BrandId, after: bigint): Promise<Page> {
  const { rows, total, next } = await pageOfCustomers(scopeOf(system, brandId), {
    order: 'oldest',
    perPage: batch,
    place: { kind: 'cursor', after },
  });
  const keyring = await system.keyrings.of(brandId);
  const lines = await withFreshKeyring(system.keyrings, keyring, (fresh) =>
    rows.map((row) => lineOf(fresh, row)).join(''),
  );
  return { lines, size: rows.length, total, next };
}

const lineOf = (keyring: Keyring, row: CustomerRow): string =>
  `${customerJson(row.head, keyring.open(profileSealContext(row), row.profile), naiveUtc)}\n`;
