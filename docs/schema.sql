-- The schema as it is after all migrations, for reading. Made by `npm run generate` from a database that was
-- migrated for it; what is applied are the files in src/store/migrations.

create table api_keys (
  brand_id uuid not null,
  identity uuid not null,
  name text not null,
  scopes text[] not null,
  digest bytea not null,
  previous_digest bytea,
  previous_until timestamp with time zone,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (brand_id, identity),
  constraint api_keys_brand_id_name_key UNIQUE (brand_id, name),
  constraint api_keys_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint api_keys_digest_check CHECK (length(digest) = 32),
  constraint api_keys_previous_digest_check CHECK (length(previous_digest) = 32)
);
CREATE INDEX api_keys_by_identity ON api_keys USING btree (identity);

create table audit (
  brand_id uuid not null,
  arrived bigint generated always as identity not null,
  customer_id uuid,
  body text not null,
  reason text,
  number bigint,
  hash bytea,
  constraint audit_pkey PRIMARY KEY (brand_id, arrived),
  constraint audit_hash_check CHECK (length(hash) = 32)
);
CREATE INDEX audit_by_customer ON audit USING btree (brand_id, customer_id, arrived) WHERE (customer_id IS NOT NULL);
CREATE UNIQUE INDEX audit_by_number ON audit USING btree (brand_id, number) WHERE (number IS NOT NULL);
CREATE INDEX audit_to_number ON audit USING btree (arrived) WHERE (number IS NULL);

create table audit_checkpoints (
  brand_id uuid not null,
  number bigint not null,
  hash bytea not null,
  signed_at timestamp with time zone not null,
  key text not null,
  signature text not null,
  constraint audit_checkpoints_pkey PRIMARY KEY (brand_id, number),
  constraint audit_checkpoints_hash_check CHECK (length(hash) = 32),
  constraint audit_checkpoints_key_check CHECK (length(key) = 64)
);

create table brand_keys (
  brand_id uuid not null,
  kind text not null,
  version integer not null,
  root_version integer not null,
  wrapped text not null,
  created_at timestamp with time zone not null,
  constraint brand_keys_pkey PRIMARY KEY (brand_id, kind, version),
  constraint brand_keys_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint brand_keys_kind_check CHECK (kind = ANY (ARRAY['brand'::text, 'index'::text])),
  constraint brand_keys_version_check CHECK (version > 0)
);

create table brands (
  brand_id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  constraint brands_pkey PRIMARY KEY (brand_id),
  constraint brands_name_key UNIQUE (name),
  constraint brands_name_check CHECK (length(name) >= 1 AND length(name) <= 100)
);

create table customer_counts (
  brand_id uuid not null,
  bucket bigint not null,
  slot smallint not null,
  count integer not null,
  constraint customer_counts_pkey PRIMARY KEY (brand_id, bucket, slot)
) with (fillfactor=50);

create table customers (
  brand_id uuid not null,
  customer_id uuid not null,
  seq bigint not null,
  brand_person_id uuid not null,
  version integer not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  kyc_status text,
  kyc_passed_at timestamp with time zone,
  kyc_requests_available smallint not null,
  deliverability text,
  verify_at timestamp with time zone,
  verify_tries smallint default 0 not null,
  profile_seal integer not null,
  profile text storage external not null,
  ssn_seal integer not null,
  ssn text,
  index_version integer not null,
  ssn_index bytea,
  ssn_unique boolean not null,
  email_index bytea,
  phone_index bytea,
  name_dob_index bytea not null,
  audit_key text,
  constraint customers_pkey PRIMARY KEY (brand_id, customer_id),
  constraint customers_kyc_requests_available_check CHECK (kyc_requests_available >= 0 AND kyc_requests_available <= 3)
);
CREATE UNIQUE INDEX customers_brand_person_id ON customers USING btree (brand_id, brand_person_id);
CREATE UNIQUE INDEX customers_by_arrival ON customers USING btree (brand_id, seq);
CREATE INDEX customers_by_email ON customers USING btree (brand_id, email_index) WHERE (email_index IS NOT NULL);
CREATE INDEX customers_by_name_dob ON customers USING btree (brand_id, name_dob_index);
CREATE INDEX customers_by_phone ON customers USING btree (brand_id, phone_index) WHERE (phone_index IS NOT NULL);
CREATE INDEX customers_by_trigger_ssn ON customers USING btree (brand_id, ssn_index) WHERE ((ssn_index IS NOT NULL) AND (NOT ssn_unique));
CREATE UNIQUE INDEX customers_ssn ON customers USING btree (brand_id, ssn_index) WHERE ssn_unique;
CREATE INDEX customers_to_verify ON customers USING btree (verify_at) WHERE (verify_at IS NOT NULL);

create table deleted_customers (
  brand_id uuid not null,
  customer_id uuid not null,
  seq bigint not null,
  brand_person_id uuid not null,
  version integer not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  kyc_status text,
  kyc_passed_at timestamp with time zone,
  kyc_requests_available smallint not null,
  deliverability text,
  verify_at timestamp with time zone,
  verify_tries smallint default 0 not null,
  profile_seal integer not null,
  profile text not null,
  ssn_seal integer not null,
  ssn text,
  index_version integer not null,
  ssn_index bytea,
  ssn_unique boolean not null,
  email_index bytea,
  phone_index bytea,
  name_dob_index bytea not null,
  deleted_at timestamp with time zone not null,
  audit_key text,
  constraint deleted_customers_pkey PRIMARY KEY (brand_id, customer_id)
);

create table events (
  brand_id uuid not null,
  event_id uuid not null,
  arrived bigint generated always as identity not null,
  number bigint,
  type text not null,
  customer_id uuid,
  occurred_at timestamp with time zone not null,
  payload text not null,
  constraint events_pkey PRIMARY KEY (brand_id, event_id)
);
CREATE INDEX events_by_customer ON events USING btree (brand_id, customer_id, number) WHERE (customer_id IS NOT NULL);
CREATE UNIQUE INDEX events_by_number ON events USING btree (brand_id, number) WHERE (number IS NOT NULL);
CREATE INDEX events_to_number ON events USING btree (arrived) WHERE (number IS NULL);

create table idempotency (
  brand_id uuid not null,
  key bytea not null,
  fingerprint bytea not null,
  record_id uuid not null,
  customer_id uuid,
  answer text not null,
  expires_at timestamp with time zone not null,
  constraint idempotency_pkey PRIMARY KEY (brand_id, key),
  constraint idempotency_fingerprint_check CHECK (length(fingerprint) = 32),
  constraint idempotency_key_check CHECK (length(key) = 32)
);
CREATE INDEX idempotency_by_customer ON idempotency USING btree (brand_id, customer_id);
CREATE INDEX idempotency_by_expiry ON idempotency USING btree (expires_at);

create table installation (
  only_one boolean default true not null,
  environment text not null,
  root_proof text not null,
  created_at timestamp with time zone not null,
  constraint installation_pkey PRIMARY KEY (only_one),
  constraint installation_environment_check CHECK (environment = ANY (ARRAY['sandbox'::text, 'live'::text])),
  constraint installation_only_one_check CHECK (only_one)
);

create table journal_heads (
  brand_id uuid not null,
  event_number bigint default 0 not null,
  audit_number bigint default 0 not null,
  audit_hash bytea,
  checkpoint_number bigint default 0 not null,
  checkpoint_at timestamp with time zone,
  constraint journal_heads_pkey PRIMARY KEY (brand_id),
  constraint journal_heads_audit_hash_check CHECK (length(audit_hash) = 32)
);

create table migrations (
  name text not null,
  digest text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create sequence audit_arrived_seq;

create sequence events_arrived_seq;
