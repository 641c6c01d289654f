import { customerJson } from '../../domain/customers/record.ts';
import type { BrandId } from '../../domain/ids.ts';
import { naiveUtc } from '../../domain/time.ts';
import { pageOfCustomers } from '../../store/customers/pages.ts';
import type { TextSink } from '../audit/exports/writer.ts';
import { recordOperatorAction } from '../audit/operator.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { openProfile } from './change.ts';

/** Customers per read. */
const batch = 50;

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
  const scope = scopeOf(system, brandId);
  await recordOperatorAction(system, brandId, 'export customers');
  let done = 0;
  for (let after: bigint | undefined = 0n; after !== undefined; ) {
    const page = await pageOfCustomers(scope, {
      order: 'oldest',
      perPage: batch,
      place: { kind: 'cursor', after },
    });
    const keyring = await system.keyrings.of(brandId);
    const lines = await Promise.all(
      page.rows.map(
        async (row) => `${customerJson(row.head, await openProfile({ system, keyring }, row), naiveUtc)}\n`,
      ),
    );
    await sink(lines.join(''));
    done += page.rows.length;
    progress(done, Math.max(done, page.total));
    after = page.next;
  }
  return done;
}
