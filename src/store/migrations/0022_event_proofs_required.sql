-- Every event has its MAC by now, and none is written without one any more.
alter table events alter column mac set not null;
