/**
 * SQL that tells whether a brand has a newer index key than a version. A look-up by index value selects it, too. If
 * it is true, the look-up is repeated with all keys.
 */
export const isOutdatedSql = (brandId: string, version: string): string =>
  `exists (select from brand_keys where brand_id = ${brandId} and kind = 'index' and version > ${version})`;
