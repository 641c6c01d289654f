import type { StoredRecord } from '../../store/rotation/rotation.ts';
import { recordsAfter } from '../../store/rotation/rotation.ts';
import type { SealedColumn } from '../../store/rotation/sealed-columns.ts';
import { firstSealedColumns, sealedColumns } from '../../store/rotation/sealed-columns.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { Keyring, SealContext } from '../../vault/vault.ts';
import { openedOrNothing } from '../../vault/vault.ts';

/** The columns whose records are bound to other columns of their row. */
export const boundColumns: readonly SealedColumn[] = sealedColumns.filter(({ bound }) => bound !== undefined);

/** The same, without the columns that later migrations added to what the records are bound to. */
export const firstBoundColumns: readonly SealedColumn[] = firstSealedColumns.filter(
  ({ bound }) => bound !== undefined,
);

/** The context that a stored record was sealed for, bound to the values that its row has now. */
export const contextOf = (
  { purpose }: SealedColumn,
  { recordId, sealNumber, bound }: StoredRecord,
): SealContext => ({ purpose, recordId, sealNumber, bound });

/** Whether a record opens beside the values that its row has now. A row without a record has none that opens. */
export const opens = (keyring: Keyring, at: SealedColumn, record: StoredRecord): boolean =>
  openedOrNothing(() => keyring.open(contextOf(at, record), String(record.sealed))) !== undefined;

/** Calls `work` with every bound record of a brand, one column after the other, in batches. */
export async function eachBoundBatch(
  scope: BrandScope,
  work: (at: SealedColumn, records: readonly StoredRecord[]) => Promise<void>,
  columns: readonly SealedColumn[] = boundColumns,
): Promise<void> {
  for (const at of columns) {
    for (let after: string | undefined; ; ) {
      const { found, last } = await recordsAfter(scope, at, after);
      await work(at, found);
      if (last === undefined) break;
      after = last;
    }
  }
}
