-- Every row of the outbox and every end of an audit trail has its MAC by now, and none is written without one any more.
alter table journal alter column mac set not null;
alter table journal_heads alter column mac set not null;
