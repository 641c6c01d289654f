-- The sequencer reads the oldest rows of the outbox. Without an index in their order it read every page of a table that is
-- filled and emptied all the time, most of them full of deleted rows.
create index journal_waiting on journal (arrived) where refused_at is null;
