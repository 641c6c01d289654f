-- The times of events are finite and of a four-digit year. Rows that exist are not checked: one that is odd must not
-- stop an upgrade.
alter table events add constraint events_occurred_at_check
  check (occurred_at >= '0001-01-01 00:00:00+00' and occurred_at < '10000-01-01 00:00:00+00') not valid;
