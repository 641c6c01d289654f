-- How long a brand keeps what it has deleted, what keeps a record longer, and what is left of it in the end.
-- Reasons are people's words, sealed.

-- Where a brand wants something else than the defaults.
create table retention_policies (
  brand_id            uuid primary key references brands,
  never_verified_days int not null,
  not_passed_months   int not null,
  identity_years      int not null,
  documents_years     int not null,
  changed_at          timestamptz not null
);

-- The day on which a customer's account was closed, as the brand gave it last.
create table account_closings (
  brand_id    uuid not null,
  customer_id uuid not null,
  closed_on   date not null,
  given_at    timestamptz not null,
  primary key (brand_id, customer_id)
);

create table legal_holds (
  brand_id       uuid not null,
  hold_id        uuid not null,
  customer_id    uuid not null,
  reason         text not null,
  -- The keys that set and released it.
  set_by         uuid not null,
  set_at         timestamptz not null,
  release_reason text,
  released_by    uuid,
  released_at    timestamptz,
  primary key (brand_id, hold_id)
);

create index legal_holds_of_customer on legal_holds (brand_id, customer_id);

-- Somebody wants a record erased before its time; somebody else has to approve.
create table erasure_requests (
  brand_id     uuid not null,
  erasure_id   uuid not null,
  customer_id  uuid not null,
  reason       text not null,
  requested_by uuid not null,
  requested_at timestamptz not null,
  primary key (brand_id, erasure_id)
);

create index erasure_requests_of_customer on erasure_requests (brand_id, customer_id);

-- What is left of a customer: that there was one, and why the record is gone.
create table erased_customers (
  brand_id    uuid not null,
  customer_id uuid not null,
  deleted_at  timestamptz not null,
  erased_at   timestamptz not null,
  because     text not null check (because in ('never_verified', 'not_passed', 'identified', 'early')),
  primary key (brand_id, customer_id)
);

-- When to look whether something of the record may go. Only a hint: what is erased is decided on what is there
-- then. A newly deleted customer is looked at once, which puts the day of the next look here.
alter table deleted_customers add column look_at timestamptz not null default '-infinity';
-- Until when one worker is at it.
alter table deleted_customers add column claimed_until timestamptz;

create index deleted_customers_to_look_at on deleted_customers (look_at) where look_at < 'infinity';
create index deleted_customers_in_order on deleted_customers (brand_id, deleted_at, customer_id);
create index kyc_documents_of_customer on kyc_documents (brand_id, customer_id);
create index kyc_decisions_of_customer on kyc_decisions (brand_id, customer_id);

select keep_current('legal_holds', '{reason,release_reason}');
select keep_current('erasure_requests', '{reason}');
