import { columns, number } from './columns.ts';
import type { BrandScope } from './scope.ts';
import { sql } from './sql.ts';

const measured = columns({ used: number() });

const countRecords = sql(
  'usage_idempotency',
  `select count(*)::int as used
     from (select from idempotency where brand_id = :brandId limit :most::int) as counted`,
);

/** How many answers a brand has kept under Idempotency-Keys. Does not count beyond `most`. */
export async function countIdempotencyRecords({ db, brandId }: BrandScope, most: number): Promise<number> {
  const [row] = await countRecords.read(db, { brandId, most });
  return measured.read(row ?? {}).used;
}

const sumDocuments = sql(
  'usage_documents',
  'select coalesce(sum(size), 0)::float8::text as used from kyc_documents where brand_id = :brandId',
);

/** How many bytes the document images of a brand have. */
export async function sumDocumentBytes({ db, brandId }: BrandScope): Promise<number> {
  const [row] = await sumDocuments.read(db, { brandId });
  return measured.read(row ?? {}).used;
}
