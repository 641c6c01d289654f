-- The house of the records. Everything that describes a person is ciphertext or a keyed digest before it
-- gets here. Every tenant's table has a primary key that leads with brand_id.

-- What this database was born as. One row, for ever: a sandbox never becomes live.
create table installation (
  only_one    boolean primary key default true check (only_one),
  environment text not null check (environment in ('sandbox', 'live')),
  -- Sealed under the root key, so that a wrong root key is noticed before anything is written with it.
  root_proof  text not null,
  created_at  timestamptz not null
);

create table brands (
  brand_id   uuid primary key,
  name       text not null unique check (length(name) between 1 and 100),
  created_at timestamptz not null
);

-- The brand's own keys, each wrapped by a version of the root key.
create table brand_keys (
  brand_id     uuid not null references brands,
  kind         text not null check (kind in ('brand', 'index')),
  version      int not null check (version > 0),
  root_version int not null,
  wrapped      text not null,
  created_at   timestamptz not null,
  primary key (brand_id, kind, version)
);

-- What clients present. Only digests: a secret cannot be read from here.
create table api_keys (
  brand_id        uuid not null references brands,
  identity        uuid not null,
  name            text not null,
  scopes          text[] not null,
  digest          bytea not null check (length(digest) = 32),
  -- While a rotation overlaps, the secret before this one is still good.
  previous_digest bytea check (length(previous_digest) = 32),
  previous_until  timestamptz,
  created_at      timestamptz not null,
  expires_at      timestamptz,
  revoked_at      timestamptz,
  primary key (brand_id, identity),
  unique (brand_id, name)
);

-- A request names its key before its brand is known.
create index api_keys_by_identity on api_keys (identity);

create table customers (
  brand_id               uuid not null,
  customer_id            uuid not null,
  -- The order of arrival, from the brand's own sequence.
  seq                    bigint not null,
  brand_person_id        uuid not null,
  version                int not null,
  created_at             timestamptz not null,
  updated_at             timestamptz not null,
  kyc_status             text,
  kyc_passed_at          timestamptz,
  kyc_requests_available smallint not null check (kyc_requests_available between 0 and 3),
  -- The verdict on the first primary address.
  deliverability         text,
  -- When to ask next about the addresses that still have no verdict, and how often that was done in vain.
  verify_at              timestamptz,
  verify_tries           smallint not null default 0,
  -- How often each ciphertext has been sealed; it is part of what the cipher authenticates.
  profile_seal           int not null,
  profile                text not null,
  ssn_seal               int not null,
  ssn                    text,
  index_version          int not null,
  ssn_index              bytea,
  -- The sandbox's trigger numbers may belong to many.
  ssn_unique             boolean not null,
  email_index            bytea,
  phone_index            bytea,
  name_dob_index         bytea not null,
  primary key (brand_id, customer_id)
);

-- Ciphertext does not compress; storing it as it comes saves the attempt.
alter table customers alter column profile set storage external;

create unique index customers_by_arrival on customers (brand_id, seq);
create unique index customers_brand_person_id on customers (brand_id, brand_person_id);
create unique index customers_ssn on customers (brand_id, ssn_index) where ssn_unique;
create index customers_by_trigger_ssn on customers (brand_id, ssn_index) where ssn_index is not null and not ssn_unique;
create index customers_by_email on customers (brand_id, email_index) where email_index is not null;
create index customers_by_phone on customers (brand_id, phone_index) where phone_index is not null;
create index customers_to_verify on customers (verify_at) where verify_at is not null;
create index customers_by_name_dob on customers (brand_id, name_dob_index);

-- A deleted customer's row, out of reach of every answer until retention erases it.
create table deleted_customers (
  like customers including defaults,
  deleted_at timestamptz not null,
  primary key (brand_id, customer_id)
);

-- How many customers there are in each run of 4,096 sequence numbers, spread over 16 slots so that
-- concurrent writers seldom meet. Exact totals and deep pages come from here without counting rows.
create table customer_counts (
  brand_id uuid not null,
  bucket   bigint not null,
  slot     smallint not null,
  count    int not null,
  primary key (brand_id, bucket, slot)
) with (fillfactor = 50);

-- The first answer to each Idempotency-Key, sealed; the key itself only as a keyed digest.
create table idempotency (
  brand_id    uuid not null,
  key         bytea not null check (length(key) = 32),
  fingerprint bytea not null check (length(fingerprint) = 32),
  record_id   uuid not null,
  -- Whose answer it is: it goes when this customer is erased.
  customer_id uuid,
  answer      text not null,
  expires_at  timestamptz not null,
  primary key (brand_id, key)
);

create index idempotency_by_expiry on idempotency (expires_at);
create index idempotency_by_customer on idempotency (brand_id, customer_id);
