-- Checks of customers against lists of sanctioned people. Nothing is in these tables while screening is off.

-- Customers that wait for a check.
create table screening_queue (
  brand_id    uuid not null,
  customer_id uuid not null,
  due_at      timestamptz not null,
  tries       smallint not null default 0,
  -- The worker that checks it. A change of the customer takes it away, and what that worker found is dropped.
  claim       uuid,
  primary key (brand_id, customer_id)
);
create index screening_queue_due on screening_queue (due_at);

-- Walks over the customers of all brands that put them into the queue: all of them when the lists were updated,
-- and those who were never checked when a service starts.
create table screening_rounds (
  round          bigint generated always as identity primary key,
  kind           text not null check (kind in ('lists', 'start')),
  provider       text not null,
  list_version   text,
  started_at     timestamptz not null,
  -- The last customer that the walk has seen.
  after_brand    uuid not null default '00000000-0000-0000-0000-000000000000',
  after_customer uuid not null default '00000000-0000-0000-0000-000000000000',
  queued         bigint not null default 0,
  ended_at       timestamptz
);
create index screening_rounds_open on screening_rounds (round) where ended_at is null;

-- One row: when the provider was last asked for the version of its lists, and whether it answers.
create table screening_state (
  one           boolean primary key default true check (one),
  asked_at      timestamptz not null,
  answered_at   timestamptz,
  failing_since timestamptz,
  failure       text
);

-- The checks of a customer. A check that finds the same for the same person only moves the last one on.
create table screenings (
  brand_id      uuid not null,
  screening_id  uuid not null,
  customer_id   uuid not null,
  -- The first of a customer is 1.
  ordinal       int not null,
  provider      text not null,
  first_version text not null,
  first_at      timestamptz not null,
  list_version  text not null,
  checked_at    timestamptz not null,
  checks        int not null,
  -- Who was checked and which entries of lists were found; sealed, and bound to the columns above.
  details       text not null,
  primary key (brand_id, screening_id),
  unique (brand_id, customer_id, ordinal)
);
select keep_current('screenings', '{details}');

-- Entries of lists that a customer resembles, and what was decided about each.
create table screening_matches (
  brand_id     uuid not null,
  match_id     uuid not null,
  seq          bigint not null generated always as identity,
  customer_id  uuid not null,
  screening_id uuid not null,
  status       text not null check (status in ('open', 'proposed', 'false_positive', 'confirmed')),
  version      int not null,
  found_at     timestamptz not null,
  -- The decision that was proposed, and the identities of both keys.
  proposal     text check (proposal in ('false_positive', 'confirmed')),
  proposed_by  uuid,
  proposed_at  timestamptz,
  decided_by   uuid,
  decided_at   timestamptz,
  -- The entry and the person; sealed, and bound to the columns that never change.
  details      text not null,
  -- Why the decision was proposed, and the note of who approved it; sealed.
  reason       text,
  note         text,
  -- Proves the columns that change.
  proof        text not null,
  primary key (brand_id, match_id)
);
create index screening_matches_by_arrival on screening_matches (brand_id, seq);
create index screening_matches_waiting on screening_matches (brand_id, seq) where status in ('open', 'proposed');
create index screening_matches_of_customer on screening_matches (brand_id, customer_id, seq);
select keep_current('screening_matches', '{details,reason,note,proof}');
