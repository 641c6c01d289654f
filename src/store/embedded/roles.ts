import { appRole, ownerRole, type Passwords, superuser } from './passwords.ts';

/** The database that holds Clientele's tables. */
export const database = 'clientele';
export const maintenanceDatabase = 'postgres';

const weak =
  'login nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls connection limit -1';

/**
 * Creates the roles of the cluster again at each start: a role can change its own password and settings, and an
 * older version created everything as the superuser. The app's rights on the tables are in ../grants.ts.
 */
export const roleSql = (passwords: Passwords): string => `begin;
  ${[ownerRole, appRole].map((role) => oneRole(role, passwords)).join('\n')}
  alter database ${database} owner to ${ownerRole};
  revoke all on database ${database}, ${maintenanceDatabase}, template0, template1 from public;
  revoke all on schema public from public;
  grant connect on database ${database} to ${appRole};
  ${handOver}
  commit`;

const oneRole = (role: string, passwords: Passwords): string => `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${role}') then create role ${role}; end if;
  end $$;
  alter role ${role} with ${weak} password '${passwords.of(role as typeof appRole)}' valid until 'infinity';
  alter role ${role} reset all;
  alter role ${role} in database ${database} reset all;`;

/** Whatever the superuser owns among Clientele's tables, sequences and functions. */
const handOver = `do $$ declare handed record; begin
    for handed in
      select format('alter %s %s owner to ${ownerRole}',
               case relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
               c.oid::regclass) as sql
        from pg_class c
       where relnamespace = 'public'::regnamespace and relowner = '${superuser}'::regrole and relkind in ('r', 'p', 'v', 'm', 'S')
         and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('a', 'i', 'e'))
      union all
      select format('alter routine %s owner to ${ownerRole}', p.oid::regprocedure)
        from pg_proc p
       where pronamespace = 'public'::regnamespace and proowner = '${superuser}'::regrole
         and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
    loop execute handed.sql; end loop;
  end $$;`;
