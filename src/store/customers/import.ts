import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, text } from '../columns.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';

// The look-ups of an import for many lines at once. Digests are returned in base64. The statements have no name, so each is
// planned for the size that the tables have by then: an import often begins with empty ones, where every plan looks
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
  keys: readonly Buffer[],
  now: Instant,
): Promise<ReadonlySet<string>> {
  const rows = await scope.db.run(claimed, [scope.brandId, byteaArray(keys), toPostgres(now)]);
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
  ssns: readonly Buffer[],
): Promise<ReadonlySet<string>> {
  const rows = await scope.db.run(taken, [scope.brandId, personIds, byteaArray(ssns)]);
  return new Set(rows.map((row) => found.read(row).value));
}

const byteaType = 17;

/** `bytea[]` in PostgreSQL's binary form, as `sql.ts` has it for texts. */
function byteaArray(values: readonly Buffer[]): Buffer {
  const head = [values.length > 0 ? 1 : 0, 0, byteaType, ...(values.length > 0 ? [values.length, 1] : [])];
  const length = values.reduce((sum, value) => sum + 4 + value.length, 4 * head.length);
  const array = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of head) at = array.writeInt32BE(part, at);
  for (const value of values) {
    at = array.writeInt32BE(value.length, at);
    at += value.copy(array, at);
  }
  return array;
}
