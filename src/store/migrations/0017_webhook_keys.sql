-- Which key answers for a subscription, whether its URL has proved that it wants events, and why it was stopped. The
-- settings are bound to these three. They are null in the rows from before: no key is on record, nothing is asked of
-- the URL, and nothing was stopped.
alter table webhooks
  add column key_id uuid,
  add column ownership text check (ownership in ('unverified', 'verified', 'inside')),
  add column stopped text check (stopped in ('revoked', 'expired', 'narrowed', 'unknown')),
  -- While the URL is unverified: when the next challenge is sent, null if none is; how many were answered wrongly or
  -- not at all; and the outcome of the last one.
  add column challenge_due timestamptz,
  add column challenges int not null default 0,
  add column challenge_outcome text;
