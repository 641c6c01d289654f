import type { Instant } from '../../domain/time.ts';
import { columns, computed, flag, instant, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';

/** Facts about a PostgreSQL server. They contain no data of a tenant. */
export interface ServerFacts {
  /** E.g. `18.4`. */
  readonly version: string;
  /** Whether it follows a primary and takes no writes. */
  readonly isStandby: boolean;
  /** Settings by name, as this session has them. */
  readonly settings: ReturnType<typeof settings.read>;
  /** The server's clock. */
  readonly now: Instant;
}

const setting = (name: string) => computed(`current_setting('${name}')`, text());
const facts = columns({
  version: setting('server_version'),
  now: computed('clock_timestamp()', instant()),
  isStandby: computed('pg_is_in_recovery()', flag()),
});
/** Settings with which an acknowledged write can be lost, damage can stay unnoticed, or no write is taken. */
const settings = columns({
  fsync: setting('fsync'),
  full_page_writes: setting('full_page_writes'),
  synchronous_commit: setting('synchronous_commit'),
  data_checksums: setting('data_checksums'),
  default_transaction_read_only: setting('default_transaction_read_only'),
});

const query = statement('server_facts', `select ${facts.list}, ${settings.list}`);

export async function readServerFacts(db: Database): Promise<ServerFacts> {
  const [row] = await db.run(query, []);
  if (!row) throw new Error('PostgreSQL did not answer for its settings.');
  const { version, now, isStandby } = facts.read(row);
  return { version: version.split(' ')[0] ?? '', isStandby, settings: settings.read(row), now };
}

const writable = columns({ isReadOnly: computed("current_setting('transaction_read_only') = 'on'", flag()) });
const writableQuery = statement('server_read_only', `select ${writable.list}`);

/** Whether the server takes no changes, as a standby does. */
export async function isReadOnlyServer(db: Database): Promise<boolean> {
  const [row] = await db.run(writableQuery, []);
  return writable.read(row ?? {}).isReadOnly;
}

/** What the role of a connection may do beyond its grants. */
export interface RoleFacts {
  readonly name: string;
  readonly isSuperuser: boolean;
  /** Whether it may make databases or roles, copy the server, or pass row security. */
  readonly hasAttributes: boolean;
  readonly ownsTables: boolean;
}

const roleFacts = columns({ name: text(), isSuperuser: flag(), hasAttributes: flag(), ownsTables: flag() });

const own = statement(
  'role_facts',
  `select rolname as name, rolsuper as is_superuser,
          rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as has_attributes,
          exists (select from pg_class where oid = to_regclass('migrations') and pg_has_role(r.oid, relowner, 'usage')) as owns_tables
     from pg_roles r where rolname = current_user`,
);

export async function readRoleFacts(db: Database): Promise<RoleFacts> {
  const [row] = await db.run(own, []);
  return roleFacts.read(row ?? {});
}
