import type { KeyIdentity } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { columns, hex, number, optional, text } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** An entry that a key left. */
export interface KeyEntry {
  readonly number: number;
  readonly body: string;
  /** Hex. */
  readonly hash: string;
  /** The hash of the entry before it. `undefined`: there is none. */
  readonly previous: string | undefined;
}

/** A position in the order of times. */
export interface KeyPosition {
  readonly at: string;
  readonly number: number;
}

const entry = columns({ number: number(), body: text(), hash: hex() });
const before = columns({ previous: optional(text()) });
const previousSql = `(select encode(before.hash, 'hex') from audit before
     where before.brand_id = audit.brand_id and before.number = audit.number - 1) as previous`;

/** As the index `audit_by_key` has it. */
const page = sql(
  'audit_by_key',
  `select ${entry.list}, ${previousSql} from audit
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
  return (await page.run(scope.db, given)).map((row) => ({ ...entry.read(row), ...before.read(row) }));
}
