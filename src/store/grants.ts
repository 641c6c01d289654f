import { columns, flag, text } from './columns.ts';
import type { Database } from './connection/database.ts';
import { statement } from './connection/database.ts';
import { migrationLock, migrationStatus } from './migrate.ts';

// What the role of the service may do, as SQL writes it. A migration that adds a table, a column with a grant of
// its own, or a function that the service calls has its line here. The step after the migrations brings a database
// to this list (test/database/grants.test.ts).

const everything = 'select, insert, update, delete';

/** By table. What is written once and never changed has no `update`, or one for the columns that do change. */
const tableGrants: Readonly<Record<string, string>> = {
  api_keys:
    'select, insert, update (digest, previous_digest, previous_until, revoked_at, disabled_at, owner, rotated_by, version, proof, last_used_at, last_used_from)',
  // A reason is sealed again when keys rotate, and cleared when its customer is erased.
  audit: 'select, insert, update (reason)',
  audit_checkpoints: 'select, insert',
  audit_checks: 'select, insert, update',
  brand_keys: 'select, insert, update (claimed_until, root_version, wrapped), delete',
  brand_settings: 'select, insert, update',
  brands: 'select, insert',
  change_requests: everything,
  consents: 'select, insert, update (details), delete',
  customer_counts: 'select, insert, update',
  customer_history: 'select, insert, update (earlier, ssn), delete',
  customers: everything,
  deleted_customers: everything,
  deliveries: everything,
  delivery_attempts: 'select, insert, update (answer), delete',
  erased_customers: 'select, insert',
  erasure_requests: 'select, insert, update (reason), delete',
  event_days: 'select, insert, update',
  events: 'select, insert, delete',
  idempotency: everything,
  installation: 'select, insert, update (root_proof)',
  journal: 'select, insert, update (reason, refused_at), delete',
  journal_heads: 'select, insert, update',
  kyc_decisions: 'select, insert, update (note, note_seal), delete',
  kyc_documents:
    'select, insert, update (details, details_seal, content, content_seal, handed_over_at), delete',
  kyc_findings: 'select, insert, update (details), delete',
  kyc_runs: everything,
  legal_holds: 'select, insert, update (reason, release_reason, released_by, released_at), delete',
  lookup_budgets: everything,
  migrations: 'select',
  operator_links: 'select, insert, delete',
  operator_passkeys: 'select, insert, update (generation, counter, used_at, mac), delete',
  operator_roles: 'select, insert, update (roles, version, proof)',
  operator_sessions: 'select, insert, update (generation, is_strong, seen_at, confirmed_at, mac), delete',
  operators:
    'select, insert, update (name, password, roles, disabled_at, passkeys, subject, generation, version, mac, last_seen_at)',
  program_changes: everything,
  programs: 'select, insert, update (provider, settings, settings_seal, proof)',
  retention_policies: 'select, insert, update',
  root_versions: 'select, insert, update (retired_at), delete',
  screening_matches:
    'select, insert, update (status, version, proposal, proposed_by, proposed_at, decided_by, decided_at, details, reason, note, proof), delete',
  screening_queue: everything,
  screening_rounds: 'select, insert, update (after_brand, after_customer, queued, ended_at)',
  screening_state: 'select, insert, update',
  screenings: 'select, insert, update (list_version, checked_at, checks, details), delete',
  sign_in_challenges: 'select, insert, delete',
  sign_in_failures: everything,
  task_failures: everything,
  webhooks: everything,
};

const functionGrants = [
  'head_version(bytea)',
  'is_outdated(uuid, bytea, integer)',
  'is_root_outdated(integer)',
  'make_arrivals(uuid)',
  'sealed_head(bytea)',
  'sealed_head(text)',
  'sealed_name(bytea)',
  'sealed_name(text)',
  'version_head(integer)',
] as const;

/** Every grant by itself, in the form in which the catalogs are read: `update (reason) on table audit`. */
const declared: readonly string[] = [
  ...Object.entries(tableGrants).flatMap(([table, grants]) =>
    [...grants.matchAll(/(\w+)(?: \(([^)]*)\))?/g)].flatMap(([, privilege, of]) =>
      of === undefined
        ? `${privilege} on table ${table}`
        : of.split(', ').map((column) => `${privilege} (${column}) on table ${table}`),
    ),
  ),
  ...functionGrants.map((one) => `execute on function ${one}`),
];

/** How the grants of a role differ from those that it should have. */
export interface GrantDifference {
  readonly missing: readonly string[];
  readonly excess: readonly string[];
  /** Rights that `public` has and should not have: PostgreSQL lets every role execute a new function. */
  readonly open: readonly string[];
}

type Kind = 'own' | 'object' | 'wanted' | 'held' | 'open';
const found = columns({ kind: text<Kind>(), name: text() });

/** The objects of the schema without the privilege, and every privilege that the role or everybody holds. */
const grantsSql = statement(
  'grants_of',
  `with role as (select oid from pg_roles where rolname = $1),
        ours as (select relowner as owner, relnamespace as schema from pg_class where oid = to_regclass('migrations')),
        relations as (
          select c.oid, relacl, quote_ident(relname) as name, case relkind when 'S' then 'sequence' else 'table' end as kind
            from pg_class c, ours where relnamespace = schema and relowner = owner and relkind in ('r', 'p', 'v', 'm', 'S')),
        attributes as (
          select attacl, '(' || quote_ident(attname) || ') on table ' || name as name
            from relations r join pg_attribute on attrelid = r.oid and attnum > 0 and not attisdropped where kind = 'table'),
        functions as (
          select proacl, proowner, 'on function ' || quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')' as name
            from pg_proc, ours where pronamespace = schema and proowner = owner),
        held as (
          select grantee, lower(privilege_type) || ' on ' || kind || ' ' || name as name from relations, aclexplode(relacl)
          union all
          select grantee, lower(privilege_type) || ' ' || name from attributes, aclexplode(attacl)
          union all
          select grantee, lower(privilege_type) || ' ' || name from functions, aclexplode(coalesce(proacl, acldefault('f', proowner))))
   select 'own' as kind, 'tables' as name from role, ours where pg_has_role(role.oid, owner, 'usage')
   union all select 'object', 'on ' || kind || ' ' || name from relations
   union all select 'object', name from attributes
   union all select 'object', name from functions
   union all select 'wanted', 'usage on sequence ' || name from relations where kind = 'sequence' and name like 'arrivals\\_%'
   union all select 'wanted', 'usage on schema ' || quote_ident(nspname)
               from pg_namespace n, ours, role where n.oid = schema and not has_schema_privilege(role.oid, n.oid, 'usage')
   union all select 'held', held.name from held, role where grantee = role.oid
   union all select 'open', held.name from held where grantee = 0`,
);

/**
 * What the service's role lacks and has too much. Nothing where it owns the tables, since an owner may do
 * everything, and where there are no tables yet.
 */
export async function compareGrants(db: Database, role: string): Promise<GrantDifference> {
  const rows = (await db.run(grantsSql, [role])).map(found.read);
  const named = (kind: Kind) => rows.filter((row) => row.kind === kind).map(({ name }) => name);
  if (named('own').length > 0) return { missing: [], excess: [], open: [] };
  const objects = new Set(named('object'));
  // A database that waits for a migration lacks what the migration brings.
  const wanted = [...declared.filter((one) => objects.has(objectOf(one))), ...named('wanted')];
  const held = new Set(named('held'));
  const missing = wanted.filter((one) => !held.has(one));
  const excess = [...held].filter((one) => !wanted.includes(one));
  const open = named('open');
  const isKnown = excess.length + open.length === 0 || !(await isOfNewerVersion(db));
  return isKnown ? { missing, excess, open } : { missing, excess: [], open: [] };
}

/** What a newer version has granted during a rolling upgrade is not for this one to judge. */
const isOfNewerVersion = (db: Database): Promise<boolean> =>
  migrationStatus(db).then(
    ({ newer }) => newer.length > 0,
    () => true,
  );

const objectOf = (grant: string): string => grant.slice(grant.indexOf(' ') + 1);

/** Gives the service's role the grants of this file and takes every other, as the owner of the tables. */
export async function putGrants(owner: Database, role: string): Promise<void> {
  const { missing, excess, open } = await compareGrants(owner, role);
  const changes = [
    ...excess.map((one) => `revoke ${one} from ${quoted(role)}`),
    ...open.map((one) => `revoke ${one} from public`),
    ...missing.map((one) => `grant ${one} to ${quoted(role)}`),
  ];
  if (changes.length === 0) return;
  await owner.script(`begin; select pg_advisory_xact_lock(${migrationLock}); ${changes.join('; ')}; commit`);
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const self = columns({ name: text(), maySeeTables: flag() });
const whoami = statement(
  'grants_role',
  'select current_user as name, current_schema() is not null as may_see_tables',
);

/** The role of a connection, and whether it has the grants that it should have. */
export async function roleOf(db: Database): Promise<{ readonly name: string; readonly isGranted: boolean }> {
  const [row] = await db.run(whoami, []);
  const { name, maySeeTables } = self.read(row ?? {});
  if (!maySeeTables) return { name, isGranted: false };
  const { missing, excess, open } = await compareGrants(db, name);
  return { name, isGranted: missing.length + excess.length + open.length === 0 };
}
