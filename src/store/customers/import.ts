import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';

// The look-ups of an import for many lines at once. Digests are passed and returned in base64. They have no name, so each
// is planned for the size that the tables have by then: an import often begins with empty ones, where every plan looks
// equally good.

const found = columns({ value: text() });

const claimed = statement(
  '',
  `select encode(key, 'base64') as value from idempotency
    where brand_id = $1 and key = any ($2::bytea[]) and expires_at > $3`,
);

/** The keys that a committed request has used. */
export async function usedImportKeys(
  scope: BrandScope,
  keys: readonly string[],
  now: Instant,
): Promise<ReadonlySet<string>> {
  const rows = await scope.db.run(claimed, [scope.brandId, keys.map(bytea), toPostgres(now)]);
  return new Set(rows.map((row) => found.read(row).value));
}

const taken = statement(
  '',
  `select brand_person_id::text as value from customers where brand_id = $1 and brand_person_id = any ($2::uuid[])
   union all
   select encode(ssn_index, 'base64') from customers
    where brand_id = $1 and ssn_unique and ssn_index = any ($3::bytea[])`,
);

/** The given brand person ids and SSN digests that a customer already has. */
export async function takenValues(
  scope: BrandScope,
  personIds: readonly string[],
  ssns: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await scope.db.run(taken, [scope.brandId, personIds, ssns.map(bytea)]);
  return new Set(rows.map((row) => found.read(row).value));
}

const bytea = (base64: string): string => `\\x${Buffer.from(base64, 'base64').toString('hex')}`;
