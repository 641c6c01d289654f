import type { KeyIdentity } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { columns, number, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** An entry that a key left. */
export interface KeyEntry {
  readonly number: number;
  readonly body: string;
}

/** A position in the order of times. */
export interface KeyPosition {
  readonly at: string;
  readonly number: number;
}

const entry = columns({ number: number(), body: text() });

/** As the index `audit_by_key` has it. */
const page = sql(
  'audit_by_key',
  `select ${entry.list} from audit
    where brand_id = :brandId and substr(body, 40, 30) = '","actor":{"kind":"key","id":"'
      and substr(body, 70, 36) = :key
      and (substr(body, 8, 26) collate "C", number) > (:afterAt, :afterNumber::bigint)
      and (:to::text is null or substr(body, 8, 26) collate "C" < :to)
    order by substr(body, 8, 26) collate "C", number limit :most`,
);

/** The next entries of a key before a moment, in the order of their times. */
export async function entriesOfKey(
  scope: BrandScope,
  key: KeyIdentity,
  after: KeyPosition,
  to: Instant | undefined,
  most: number,
): Promise<readonly KeyEntry[]> {
  const { brandId } = scope;
  const given = { brandId, key, afterAt: after.at, afterNumber: String(after.number), to, most };
  return (await page.run(scope.db, given)).map(entry.read);
}
