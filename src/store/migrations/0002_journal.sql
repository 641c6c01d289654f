-- What happened: for everybody who is told (events) and for everybody who asks later (audit). Both are
-- written by the very statement that makes the change, and get their places after its commit, by one sequencer.

-- A random key for each customer, sealed. The audit trail names values only by digests under it, so that
-- when the customer is erased nothing can be recomputed any more.
alter table customers add column audit_key text;
alter table deleted_customers add column audit_key text;

-- What a change leaves behind, until it has its place: one row, written by the change itself. The sequencer
-- takes it from here. It is a queue, never more than what was committed within a second or so, so it has one
-- index only and is cleaned up often.
create table journal (
  brand_id    uuid not null,
  -- Given while the row it is about is locked, so that it follows the order of one customer's changes.
  arrived     bigint not null generated always as identity,
  customer_id uuid,
  -- The entry of the trail, in the very bytes that are hashed.
  body        text not null,
  -- What somebody wrote as the reason, sealed.
  reason      text,
  -- Where somebody is to be told: the event.
  event_id    uuid,
  type        text,
  occurred_at timestamptz,
  -- The body as a webhook sends it: ids and names of fields, never values.
  payload     text,
  primary key (brand_id, arrived)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table events (
  brand_id    uuid not null,
  -- Per brand and without a gap, given after commit: who reads on from a number misses nothing.
  number      bigint not null,
  event_id    uuid not null,
  type        text not null,
  customer_id uuid,
  occurred_at timestamptz not null,
  payload     text not null,
  primary key (brand_id, number),
  unique (brand_id, event_id)
);

create index events_by_customer on events (brand_id, customer_id, number) where customer_id is not null;

create table audit (
  brand_id    uuid not null,
  -- Per brand and without a gap: the entry's place in the chain.
  number      bigint not null,
  customer_id uuid,
  body        text not null,
  reason      text,
  hash        bytea not null check (length(hash) = 32),
  primary key (brand_id, number)
);

create index audit_by_customer on audit (brand_id, customer_id, number) where customer_id is not null;

-- How far the sequencer has come. Only the sequencer writes here, so no change ever waits for this row.
create table journal_heads (
  brand_id     uuid primary key,
  event_number bigint not null default 0,
  audit_number bigint not null default 0,
  audit_hash   bytea check (length(audit_hash) = 32)
);

-- Room in each page for the next version of a row: a PATCH that changes no indexed value then touches no index.
alter table customers set (fillfactor = 75);
