/**
 * Whether a brand has a newer index key than the one of a version, in SQL. Whoever looks something up
 * by its index value asks this along, and then looks again with the keys as they are.
 */
export const isOutdatedSql = (brandId: string, version: string): string =>
  `exists (select from brand_keys where brand_id = ${brandId} and kind = 'index' and version > ${version})`;
