import type { Unsequenced } from '../../../store/audit/outbox.ts';
import { copiedRows, readmitRows, refusedRowsAfter } from '../../../store/audit/refused-rows.ts';
import { isUnavailable } from '../../../store/connection/outage.ts';
import { journalRowFields } from '../../journal.ts';
import type { System } from '../../system.ts';

/** Refused rows that one round looks at. */
const slice = 1_000;

/** How far a process has looked at the refused rows again. */
interface Look {
  /** The versions of the root key that it knew. */
  readonly versions: string;
  /** The last row that it has looked at; `undefined` once it has seen all of them. */
  readonly after: string | undefined;
}
const looks = new WeakMap<System, Look>();

/** Whether the service wrote this row. */
export const isProven = ({ vault }: System, row: Unsequenced): boolean =>
  vault.isMac('journal row', journalRowFields(row), row.mac);

/**
 * Lets rows wait for their place again that were refused and can be proved now, because a version of the root key has
 * come. It looks at the refused rows once for each set of versions, a slice in each round. A copy stays refused. What
 * fails is reported, and the rows of that slice stay refused until the next start: new rows do not wait for old ones.
 */
export async function lookAgain(system: System, onFailure: (error: unknown) => void): Promise<void> {
  const versions = system.vault.rootVersions.join(' ');
  const known = looks.get(system);
  const { after } = known?.versions === versions ? known : { after: '0' };
  if (after === undefined) return;
  const { rows, count, last } = await refusedRowsAfter(system.db, after, slice);
  looks.set(system, { versions, after: count < slice ? undefined : last?.arrived });
  try {
    const proven = rows.filter((row) => isProven(system, row));
    const isCopy = await copiedRows(system.db, proven);
    const readmitted = proven.filter((row) => !isCopy(row));
    if (readmitted.length > 0) await readmitRows(system.db, readmitted);
  } catch (error) {
    if (isUnavailable(error)) {
      looks.set(system, { versions, after });
      throw error;
    }
    onFailure(error);
  }
}
