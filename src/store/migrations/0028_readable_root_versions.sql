-- The work on the root key reads all of its versions at once. A time that no program can read would stop it, so none can
-- be stored there any more.
update root_versions set since = now()
 where since not between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00';
update root_versions set retired_at = now()
 where retired_at not between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00';
alter table root_versions add constraint root_versions_readable check (
  since between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00'
  and coalesce(retired_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00', true));
