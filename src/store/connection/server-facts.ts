import type { Instant } from '../../domain/time.ts';
import { instantOfPostgres } from '../../domain/time.ts';
import type { Database } from './database.ts';
import { statement } from './database.ts';

/** What a PostgreSQL server says of itself. Nothing of a tenant is in it. */
export interface ServerFacts {
  /** E.g. `18.4`. */
  readonly version: string;
  /** Settings by name, as this session has them. */
  readonly settings: Readonly<Record<(typeof asked)[number], string>>;
  /** The server's clock. */
  readonly now: Instant;
}

/** Without these, an acknowledged write can be lost or damage go unnoticed. */
const asked = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'] as const;

const facts = statement(
  'server_facts',
  `select current_setting('server_version') as version, clock_timestamp() as now,
          ${asked.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
);

export async function readServerFacts(db: Database): Promise<ServerFacts> {
  const [row] = await db.run(facts, []);
  return {
    version: String(row?.['version']).split(' ')[0] ?? '',
    settings: Object.fromEntries(asked.map((name) => [name, String(row?.[name])])) as ServerFacts['settings'],
    now: instantOfPostgres(String(row?.['now'])),
  };
}
