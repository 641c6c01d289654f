import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { RunningServer } from '../../src/main.ts';
import { startServer } from '../../src/main.ts';
import { createBrand } from '../../src/operations/brands/brands.ts';
import { openDatabase } from '../../src/store/connection/database.ts';
import { findDataLayout } from '../../src/store/embedded/data-layout.ts';
import { ownerRole, readPasswords } from '../../src/store/embedded/passwords.ts';
import { compareGrants, putGrants } from '../../src/store/grants.ts';
import { superuserOf } from './embedded/superuser.ts';

// What the role of the service and everybody (PUBLIC) may do, read from every catalog that holds privileges. A
// grant that is not in the list below is a mistake, or has to be written down here.

let dataDir: string;
let running: RunningServer;
let supervisor: pg.Client;
let arrivals: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'clientele-grants-'));
  running = await startServer(
    readConfig({ CLIENTELE_DATA_DIR: dataDir, CLIENTELE_PORT: '0', CLIENTELE_DEMO: '0' }),
    { logger: pino({ level: 'silent' }) },
    { apiOnly: true },
  );
  const { brandId } = await createBrand(running.system, 'Universal Exports');
  arrivals = `arrivals_${brandId.replaceAll('-', '')}`;
  supervisor = new pg.Client(superuserOf(dataDir));
  await supervisor.connect();
}, 60_000);
afterAll(async () => {
  await supervisor.end();
  await running.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** One line for each grantee and object. Columns stand behind their privilege. */
const allGrants = `
  with acls as (
    select 'database ' || datname as object, null as part, coalesce(datacl, acldefault('d', datdba)) as acl from pg_database
    union all
    select 'schema ' || nspname, null, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
    union all
    select case relkind when 'S' then 'sequence ' else 'table ' end || relname, null,
           coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
      from pg_class where relnamespace <> all ($1::regnamespace[]) and relkind not in ('i', 'I', 't', 'c')
    union all
    select 'table ' || relname, attname, attacl from pg_attribute join pg_class c on c.oid = attrelid
     where relnamespace <> all ($1::regnamespace[])
    union all
    select 'function ' || p.oid::regprocedure, null, coalesce(proacl, acldefault('f', proowner))
      from pg_proc p where pronamespace <> all ($1::regnamespace[])
    union all
    select 'type ' || typname, null, typacl from pg_type where typnamespace <> all ($1::regnamespace[])
    union all
    select 'language ' || lanname, null, coalesce(lanacl, acldefault('l', lanowner)) from pg_language
    union all
    select 'tablespace ' || spcname, null, coalesce(spcacl, acldefault('t', spcowner)) from pg_tablespace
    union all
    select 'parameter ' || parname, null, paracl from pg_parameter_acl
    union all
    select 'wrapper ' || fdwname, null, coalesce(fdwacl, acldefault('F', fdwowner)) from pg_foreign_data_wrapper
    union all
    select 'server ' || srvname, null, coalesce(srvacl, acldefault('S', srvowner)) from pg_foreign_server
    union all
    select 'large object ' || oid, null, coalesce(lomacl, acldefault('L', lomowner)) from pg_largeobject_metadata
    union all
    select 'default of ' || defaclobjtype::text, null, defaclacl from pg_default_acl
    union all
    -- What PostgreSQL brings along has the privileges that it came with, unless a role changed them.
    select 'system ' || c.oid::regclass, null, relacl from pg_class c left join pg_init_privs i
        on i.objoid = c.oid and i.classoid = 'pg_class'::regclass and i.objsubid = 0
     where relnamespace = 'pg_catalog'::regnamespace and relacl::text is distinct from i.initprivs::text
    union all
    select 'system ' || p.oid::regprocedure, null, coalesce(proacl, acldefault('f', proowner)) from pg_proc p left join pg_init_privs i
        on i.objoid = p.oid and i.classoid = 'pg_proc'::regclass
     where pronamespace = 'pg_catalog'::regnamespace and proacl::text is distinct from i.initprivs::text
  ), grants as (
    select object, part, coalesce(rolname, 'public') as grantee, lower(privilege_type) as privilege
      from acls, aclexplode(acl) left join pg_roles r on r.oid = grantee
  ), parts as (
    select grantee, object, privilege || coalesce(' (' || string_agg(part, ', ' order by part) || ')', '') as privilege
      from grants where grantee in ('public', 'clientele_app') group by grantee, object, privilege
  )
  select grantee || ': ' || object || ': ' || string_agg(privilege, ', ' order by privilege) as line
    from parts group by grantee, object
  union all
  select 'member: ' || m.roleid::regrole || ' of ' || m.member::regrole from pg_auth_members m
   where 'clientele_app'::regrole in (m.roleid, m.member)
  order by line`;

async function grants(): Promise<readonly string[]> {
  const system = '{pg_catalog,information_schema,pg_toast}';
  const { rows } = await supervisor.query<{ line: string }>(allGrants, [system]);
  return rows.map(({ line }) => line.replaceAll(arrivals, 'arrivals of the brand'));
}

const expected: readonly string[] = [
  'clientele_app: database clientele: connect',
  'clientele_app: function head_version(bytea): execute',
  'clientele_app: function is_outdated(uuid,bytea,integer): execute',
  'clientele_app: function is_root_outdated(integer): execute',
  'clientele_app: function make_arrivals(uuid): execute',
  'clientele_app: function sealed_head(bytea): execute',
  'clientele_app: function sealed_head(text): execute',
  'clientele_app: function sealed_name(bytea): execute',
  'clientele_app: function sealed_name(text): execute',
  'clientele_app: function version_head(integer): execute',
  'clientele_app: schema public: usage',
  'clientele_app: sequence arrivals of the brand: usage',
  'clientele_app: table api_keys: insert, select, update (digest, disabled_at, last_used_at, last_used_from, owner, previous_digest, previous_until, proof, revoked_at, rotated_by, version)',
  'clientele_app: table audit: insert, select, update (reason)',
  'clientele_app: table audit_checkpoints: insert, select',
  'clientele_app: table audit_checks: insert, select, update',
  'clientele_app: table brand_keys: delete, insert, select, update (claimed_until, root_version, wrapped)',
  'clientele_app: table brand_settings: insert, select, update',
  'clientele_app: table brands: insert, select',
  'clientele_app: table change_requests: delete, insert, select, update',
  'clientele_app: table consents: delete, insert, select, update (details)',
  'clientele_app: table customer_counts: insert, select, update',
  'clientele_app: table customer_history: delete, insert, select, update (earlier, ssn)',
  'clientele_app: table customers: delete, insert, select, update',
  'clientele_app: table deleted_customers: delete, insert, select, update',
  'clientele_app: table deliveries: delete, insert, select, update',
  'clientele_app: table delivery_attempts: delete, insert, select, update (answer)',
  'clientele_app: table erased_customers: insert, select',
  'clientele_app: table erasure_requests: delete, insert, select, update (reason)',
  'clientele_app: table event_days: insert, select, update',
  'clientele_app: table events: delete, insert, select',
  'clientele_app: table idempotency: delete, insert, select, update',
  'clientele_app: table installation: insert, select, update (root_proof)',
  'clientele_app: table journal: delete, insert, select, update (reason, refused_at)',
  'clientele_app: table journal_heads: insert, select, update',
  'clientele_app: table kyc_decisions: delete, insert, select, update (note, note_seal)',
  'clientele_app: table kyc_documents: delete, insert, select, update (content, content_seal, details, details_seal, handed_over_at)',
  'clientele_app: table kyc_findings: delete, insert, select, update (details)',
  'clientele_app: table kyc_runs: delete, insert, select, update',
  'clientele_app: table legal_holds: delete, insert, select, update (reason, release_reason, released_at, released_by)',
  'clientele_app: table lookup_budgets: delete, insert, select, update',
  'clientele_app: table migrations: select',
  'clientele_app: table operator_links: delete, insert, select',
  'clientele_app: table operator_passkeys: delete, insert, select, update (counter, generation, mac, used_at)',
  'clientele_app: table operator_roles: insert, select, update (proof, roles, version)',
  'clientele_app: table operator_sessions: delete, insert, select, update (confirmed_at, generation, is_strong, mac, seen_at)',
  'clientele_app: table operators: insert, select, update (disabled_at, generation, last_seen_at, mac, name, passkeys, password, roles, subject, version)',
  'clientele_app: table program_changes: delete, insert, select, update',
  'clientele_app: table programs: insert, select, update (proof, provider, settings, settings_seal)',
  'clientele_app: table retention_policies: insert, select, update',
  'clientele_app: table root_versions: delete, insert, select, update (retired_at)',
  'clientele_app: table screening_matches: delete, insert, select, update (decided_at, decided_by, details, note, proof, proposal, proposed_at, proposed_by, reason, status, version)',
  'clientele_app: table screening_queue: delete, insert, select, update',
  'clientele_app: table screening_rounds: insert, select, update (after_brand, after_customer, ended_at, queued)',
  'clientele_app: table screening_state: insert, select, update',
  'clientele_app: table screenings: delete, insert, select, update (checked_at, checks, details, list_version)',
  'clientele_app: table sign_in_challenges: delete, insert, select',
  'clientele_app: table sign_in_failures: delete, insert, select, update',
  'clientele_app: table task_failures: delete, insert, select, update',
  'clientele_app: table webhooks: delete, insert, select, update',
  'public: language c: usage',
  'public: language internal: usage',
  'public: language plpgsql: usage',
  'public: language sql: usage',
  'public: schema information_schema: usage',
  'public: schema pg_catalog: usage',
];

describe('the grants of the service', () => {
  test('are exactly these', async () => {
    expect(await grants()).toEqual(expected);
  });

  test('cover every table of the schema', async () => {
    const { rows } = await supervisor.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')",
    );
    const without = rows.filter(({ name }) => !expected.some((line) => line.includes(`: table ${name}: `)));
    expect(without).toEqual([]);
  });

  test('remove the default privileges of tables and functions', async () => {
    const { ssl: _ssl, ...address } = superuserOf(dataDir);
    const layout = await findDataLayout(dataDir, false);
    const password = layout && (await readPasswords(layout))?.of(ownerRole);
    const db = openDatabase({ address: { ...address, user: ownerRole, password: password ?? '' } });
    try {
      await db.script(`
        create table forgotten (id int); grant all on forgotten to clientele_app;
        grant delete on audit to clientele_app; revoke select on brands from clientele_app;
        create function forgotten() returns int language sql as 'select 1';
        grant select on audit to public`);
      expect(await compareGrants(db, 'clientele_app')).toEqual({
        missing: ['select on table brands'],
        excess: expect.arrayContaining(['delete on table audit', 'select on table forgotten']),
        open: ['select on table audit', 'execute on function forgotten()'],
      });
      await putGrants(db, 'clientele_app');
      expect(await grants()).toEqual(expected);
      await db.script('drop table forgotten; drop function forgotten()');
    } finally {
      await db.close();
    }
  });
});
