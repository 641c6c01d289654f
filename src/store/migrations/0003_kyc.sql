-- Verifications: what a customer is verified for (programs), each verification (runs), what was handed in for
-- it (documents), and what people decided about it.

create table programs (
  brand_id      uuid not null references brands,
  program_id    uuid not null,
  name          text not null check (length(name) between 1 and 100),
  -- Who verifies; null is whoever the environment has for it: the sandbox, or people in live.
  provider      text check (provider in ('sandbox', 'manual', 'http')),
  -- Of an http provider: address and secret, sealed.
  settings      text,
  settings_seal int not null default 0,
  created_at    timestamptz not null,
  primary key (brand_id, program_id),
  unique (brand_id, name)
);

-- A brand is born with one program; those that are older get theirs here.
insert into programs (brand_id, program_id, name, created_at)
select brand_id, gen_random_uuid(), 'default', created_at from brands;

create table kyc_runs (
  brand_id          uuid not null,
  run_id            uuid not null,
  customer_id       uuid not null,
  program_id        uuid not null,
  -- The customer's first, second … verification, over all programs.
  ordinal           int not null,
  status            text not null,
  -- Counts the changes: an answer that a provider gave before one of them is out of date after it.
  revision          int not null,
  started_at        timestamptz not null,
  updated_at        timestamptz not null,
  -- Since when it waits for a reviewer.
  review_since      timestamptz,
  -- The data it was started with, sealed.
  data              text not null,
  data_seal         int not null,
  -- The types of documents asked for, those of them that are in, and until when they are waited for.
  wanted            text[] not null default '{}',
  submitted         text[] not null default '{}',
  documents_until   timestamptz,
  -- A reviewer's question is not answered by asking the provider.
  asked_by_reviewer boolean not null default false,
  -- What the provider calls it; null until the provider has answered once.
  reference         text,
  -- When the worker looks next; null where there is nothing to do. In between it is also the worker's lease.
  poll_at           timestamptz,
  poll_tries        smallint not null default 0,
  -- Why the provider gave no answer, and since when.
  silence           text,
  silent_since      timestamptz,
  primary key (brand_id, run_id)
);

alter table kyc_runs alter column data set storage external;

create unique index kyc_runs_in_order on kyc_runs (brand_id, customer_id, ordinal);
create unique index kyc_runs_running on kyc_runs (brand_id, customer_id, program_id)
  where status in ('submitted', 'document_required', 'under_review');
create index kyc_runs_due on kyc_runs (poll_at) where poll_at is not null;
create index kyc_runs_to_review on kyc_runs (brand_id, review_since, run_id) where status = 'under_review';

-- One image of a document. What it is called and shows, and the image itself, are sealed.
create table kyc_documents (
  brand_id      uuid not null,
  document_id   uuid not null,
  customer_id   uuid not null,
  run_id        uuid not null,
  document_type text not null,
  details       text not null,
  details_seal  int not null,
  content       bytea not null,
  content_seal  int not null,
  -- Bytes of the image before it was sealed.
  size          int not null,
  submitted_at  timestamptz not null,
  -- When the provider was given it.
  handed_over_at timestamptz,
  primary key (brand_id, document_id)
);

alter table kyc_documents alter column content set storage external;

create index kyc_documents_of_run on kyc_documents (brand_id, run_id, submitted_at);

create table kyc_decisions (
  brand_id    uuid not null,
  decision_id uuid not null,
  customer_id uuid not null,
  run_id      uuid not null,
  decision    text not null,
  documents   text[] not null,
  -- The key that decided.
  decided_by  uuid not null,
  decided_at  timestamptz not null,
  -- What the reviewer wrote, sealed.
  note        text,
  note_seal   int not null,
  primary key (brand_id, decision_id)
);

create index kyc_decisions_of_run on kyc_decisions (brand_id, run_id, decided_at);
