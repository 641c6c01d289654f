import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/store/connection/database.ts';
import { openDatabase, statement } from '../../src/store/connection/database.ts';
import { openEmbedded } from '../../src/store/embedded/server.ts';
import { migrate } from '../../src/store/migrate.ts';

const beginning = `-- The schema as it is after all migrations, for reading. Made by \`npm run generate\` from a database that was
-- migrated for it; what is applied are the files in src/store/migrations.
`;

/** `docs/schema.sql`: what a real server has after all migrations, read back from its catalogs. */
export async function schemaFile(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'clientele-schema-'));
  try {
    const server = await openEmbedded({ dataDir, role: 'serve' });
    const { host, port, owner, database: name } = server;
    const database = openDatabase({ address: { host, port, ...owner, database: name } });
    try {
      await migrate(database);
      return await describe(database);
    } finally {
      await database.close();
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

const tables = `
  select c.oid::text as oid, c.relname as name, array_to_string(c.reloptions, ', ') as options
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`;

const columns = `
  select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
         pg_get_expr(d.adbin, d.adrelid) as value, a.attidentity as identity, a.attgenerated as generated,
         case when a.attstorage <> t.typstorage
              then case a.attstorage when 'e' then 'external' when 'm' then 'main' when 'p' then 'plain' else 'extended' end
         end as storage
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum`;

/** Without \`not null\`, which newer servers list too and which is written with its column. */
const constraints = `
  select conname as name, pg_get_constraintdef(oid, true) as text from pg_constraint
   where conrelid = $1::oid and contype <> 'n' order by position(contype in 'pufxc'), conname`;

const indexes = `
  select pg_get_indexdef(i.indexrelid) as text from pg_index i join pg_class c on c.oid = i.indexrelid
   where i.indrelid = $1::oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
   order by c.relname`;

const triggers = `
  select pg_get_triggerdef(oid, true) as text from pg_trigger
   where tgrelid = $1::oid and not tgisinternal order by tgname`;

/** Objects that belong to no table. */
const others = `
  select 'create sequence ' || relname as text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'
  union all
  select 'create view ' || relname || E' as\\n' || pg_get_viewdef(oid, true) from pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
  union all
  select pg_get_functiondef(p.oid) from pg_proc p
   where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
     and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by 1`;

async function describe(database: Database): Promise<string> {
  const ask = (text: string, values: readonly string[] = []) => database.run(statement('', text), values);
  const parts = [beginning];
  for (const { oid, name, options } of await ask(tables)) {
    const of = [String(oid)];
    const lines = [
      ...(await ask(columns, of)).map(columnLine),
      ...(await ask(constraints, of)).map((row) => `constraint ${row['name']} ${row['text']}`),
    ];
    const extra = options ? ` with (${options})` : '';
    parts.push(`create table ${name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${extra};`);
    for (const query of [indexes, triggers]) {
      const found = await ask(query, of);
      if (found.length > 0) parts.push(found.map((row) => `${plain(row['text'])};`).join('\n'));
    }
    parts.push('');
  }
  for (const row of await ask(others)) parts.push(`${plain(row['text']).trim().replace(/;$/, '')};\n`);
  return `${parts.join('\n').trimEnd()}\n`;
}

function columnLine(row: Readonly<Record<string, unknown>>): string {
  const { name, type, required, value, identity, generated, storage } = row;
  const words = [name, type];
  if (storage) words.push(`storage ${storage}`);
  if (identity) words.push(`generated ${identity === 'a' ? 'always' : 'by default'} as identity`);
  if (generated) words.push(`generated always as (${value}) stored`);
  else if (value !== null) words.push(`default ${value}`);
  if (required) words.push('not null');
  return words.join(' ');
}

/** Every object is in the schema that every connection searches first. */
const plain = (text: unknown): string => String(text).replaceAll('public.', '');
