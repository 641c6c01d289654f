-- How many events of each type happened on each day, in UTC. The sequencer counts an event when it numbers it, so that the
-- counts of a day do not need its events. The announcements of checkpoints get their numbers elsewhere and are not counted.
create table event_days (
  brand_id uuid not null,
  day      date not null,
  type     text not null,
  count    int  not null,
  primary key (brand_id, day, type)
) with (fillfactor = 50);
insert into event_days
  select brand_id, (occurred_at at time zone 'UTC')::date, type, count(*)
    from events where type <> 'audit.checkpoint' group by 1, 2, 3;
