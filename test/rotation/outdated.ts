import type { World } from '../world.ts';

// What a database holds that is sealed, told by the bytes alone: whatever this code base believes about where
// its ciphertext is, this finds it elsewhere, too.

export interface SealedColumnUse {
  /** `table.column` */
  readonly where: string;
  /** Key version → how many records are under it. */
  readonly versions: Readonly<Record<number, number>>;
}

/** Every column of every table that holds sealed records: format 1, a small key version, at least nonce and tag. */
export async function sealedColumnsIn(
  { sql }: Pick<World, 'sql'>,
  brandId?: string,
): Promise<readonly SealedColumnUse[]> {
  const columns = await sql(
    `select c.table_name as table, c.column_name as column, c.data_type as type,
            exists (select from information_schema.columns b where b.table_name = c.table_name and b.column_name = 'brand_id') as branded
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'bytea')
      order by 1, 2`,
  );
  const found: SealedColumnUse[] = [];
  for (const { table, column, type, branded } of columns) {
    const bytes =
      type === 'bytea'
        ? `${column}`
        : `case when ${column} ~ '^AQAA[A-Za-z0-9+/]{40,}={0,2}$' and length(${column}) % 4 = 0 then decode(${column}, 'base64') end`;
    const rows = await sql(
      `select get_byte(bytes, 3) * 256 + get_byte(bytes, 4) as version, count(*)::int as count
         from (select ${bytes} as bytes from ${table} ${brandId !== undefined && branded ? `where brand_id = '${brandId}'` : ''}) as all_of_them
        where length(bytes) >= 33 and substring(bytes for 3) = '\\x010000'::bytea group by 1 order by 1`,
    );
    if (rows.length === 0) continue;
    found.push({
      where: `${table}.${column}`,
      versions: Object.fromEntries(rows.map((row) => [Number(row['version']), Number(row['count'])])),
    });
  }
  return found;
}
