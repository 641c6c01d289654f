import type { BrandId } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import { parseInstant } from '../domain/time.ts';
import { columns, id, text } from './columns.ts';
import type { Connection } from './connection/database.ts';
import { statement } from './connection/database.ts';

// What no checkpoint covers yet: rows that wait for their number, and entries after the last checkpoint. Such changes can
// be removed without a trace, so it matters for how long they wait.

/** Where every entry has its time. */
const momentSql = 'substr(body, 8, 26)';

/** Rows of the outbox that one look reads. In a longer outbox some are older than what it tells. */
const most = 10_000;

/** Rows (brand_id, since): the brands with such changes, and the time of the oldest one as an entry writes it. */
export const unsignedSql = `
  select brand_id, min(at) as since from (
    (select brand_id, ${momentSql} as at from journal where refused_at is null limit ${most})
    union all
    select head.brand_id, (select ${momentSql} from audit
             where audit.brand_id = head.brand_id and audit.number > signed.number order by audit.number limit 1)
      from journal_heads as head, lateral (
        select coalesce(max(number), 0) as number from audit_checkpoints as checkpoint
         where checkpoint.brand_id = head.brand_id and number <= head.audit_number) as signed
     where head.audit_number > signed.number
  ) as waits where at ~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}$' group by brand_id`;

/** A brand with changes that no checkpoint covers. */
export interface UnsignedTrail {
  readonly brandId: BrandId;
  /** When the oldest of them was made, as it says itself. */
  readonly since: Instant;
}

const trail = columns({ brandId: id<BrandId>(), since: text() });
const trails = statement('trails_unsigned', `select ${trail.list} from (${unsignedSql}) as trails`);

export const unsignedTrails = async (db: Connection): Promise<readonly UnsignedTrail[]> =>
  (await db.run(trails, [])).flatMap((row) => {
    const { brandId, since } = trail.read(row);
    const at = parseInstant(since);
    return at === undefined ? [] : [{ brandId, since: at }];
  });
