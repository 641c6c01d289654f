-- What happened: for everybody who is told (events) and for everybody who asks later (audit). Both are
-- written by the very statement that makes the change, and numbered after its commit by one sequencer.

-- A random key for each customer, sealed. The audit trail names values only by digests under it, so that
-- when the customer is erased nothing can be recomputed any more.
alter table customers add column audit_key text;
alter table deleted_customers add column audit_key text;

create table events (
  brand_id    uuid not null,
  event_id    uuid not null,
  -- Given while the row it is about is locked, so that it follows the order of one customer's changes.
  arrived     bigint not null generated always as identity,
  -- Given after commit, per brand and without a gap: who reads on from a number misses nothing.
  number      bigint,
  type        text not null,
  customer_id uuid,
  occurred_at timestamptz not null,
  -- The body as a webhook sends it: ids and names of fields, never values.
  payload     text not null,
  primary key (brand_id, event_id)
);

create unique index events_by_number on events (brand_id, number) where number is not null;
create index events_to_number on events (arrived) where number is null;
create index events_by_customer on events (brand_id, customer_id, number) where customer_id is not null;

create table audit (
  brand_id    uuid not null,
  arrived     bigint not null generated always as identity,
  customer_id uuid,
  -- The entry as the trail shows it, in the very bytes that are hashed.
  body        text not null,
  -- What somebody wrote as the reason, sealed.
  reason      text,
  number      bigint,
  hash        bytea check (length(hash) = 32),
  primary key (brand_id, arrived)
);

create unique index audit_by_number on audit (brand_id, number) where number is not null;
create index audit_to_number on audit (arrived) where number is null;
create index audit_by_customer on audit (brand_id, customer_id, arrived) where customer_id is not null;

-- How far the sequencer has come. Only the sequencer writes here, so no change ever waits for this row.
create table journal_heads (
  brand_id     uuid primary key,
  event_number bigint not null default 0,
  audit_number bigint not null default 0,
  audit_hash   bytea check (length(audit_hash) = 32)
);
