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
  version integer not null,
  proof text not null,
  owner text,
  networks text[],
  last_used_at timestamp with time zone,
  last_used_from text,
  disabled_at timestamp with time zone,
  created_by uuid,
  rotated_by uuid,
  constraint api_keys_pkey PRIMARY KEY (brand_id, identity),
  constraint api_keys_brand_id_name_key UNIQUE (brand_id, name),
  constraint api_keys_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint api_keys_digest_check CHECK (length(digest) = 32),
  constraint api_keys_previous_digest_check CHECK (length(previous_digest) = 32)
);
CREATE INDEX api_keys_by_identity ON api_keys USING btree (identity);
CREATE TRIGGER api_keys_insert_current BEFORE INSERT ON api_keys FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER api_keys_update_current BEFORE UPDATE OF proof ON api_keys FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table audit (
  brand_id uuid not null,
  number bigint not null,
  customer_id uuid,
  body text not null,
  reason text,
  hash bytea not null,
  constraint audit_pkey PRIMARY KEY (brand_id, number),
  constraint audit_hash_check CHECK (length(hash) = 32)
);
CREATE INDEX audit_by_customer ON audit USING btree (brand_id, customer_id, number) WHERE (customer_id IS NOT NULL);
CREATE INDEX audit_by_key ON audit USING btree (brand_id, substr(body, 70, 36), substr(body, 8, 26) COLLATE "C", number) WHERE (substr(body, 40, 30) = '","actor":{"kind":"key","id":"'::text);
CREATE INDEX audit_of_brand_records ON audit USING btree (brand_id) WHERE ((customer_id IS NULL) AND (POSITION(('"record_version":'::text) IN (body)) > 0));

create table audit_checkpoints (
  brand_id uuid not null,
  number bigint not null,
  hash bytea not null,
  signed_at timestamp with time zone not null,
  key text not null,
  signature text not null,
  previous_number bigint,
  previous_hash bytea,
  former_key text,
  endorsement text,
  constraint audit_checkpoints_pkey PRIMARY KEY (brand_id, number),
  constraint audit_checkpoints_check CHECK ((previous_number IS NULL) = (previous_hash IS NULL)),
  constraint audit_checkpoints_check1 CHECK ((former_key IS NULL) = (endorsement IS NULL)),
  constraint audit_checkpoints_former_key_check CHECK (length(former_key) = 64),
  constraint audit_checkpoints_hash_check CHECK (length(hash) = 32),
  constraint audit_checkpoints_key_check CHECK (length(key) = 64),
  constraint audit_checkpoints_previous_hash_check CHECK (length(previous_hash) = 32),
  constraint audit_checkpoints_readable CHECK (signed_at >= '0001-01-01 00:00:00+00'::timestamp with time zone AND signed_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone)
);

create table audit_checks (
  brand_id uuid not null,
  check_id uuid not null,
  state text not null,
  requested_at timestamp with time zone not null,
  checked bigint not null,
  entries bigint not null,
  broken_at bigint,
  hash text,
  key text,
  finished_at timestamp with time zone,
  claimed_until timestamp with time zone,
  proof text not null,
  constraint audit_checks_pkey PRIMARY KEY (brand_id),
  constraint audit_checks_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint audit_checks_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'running'::text, 'intact'::text, 'broken'::text]))
);
CREATE TRIGGER audit_checks_insert_current BEFORE INSERT ON audit_checks FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER audit_checks_update_current BEFORE UPDATE OF proof ON audit_checks FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table brand_keys (
  brand_id uuid not null,
  kind text not null,
  version integer not null,
  root_version integer not null,
  wrapped text not null,
  created_at timestamp with time zone not null,
  claimed_until timestamp with time zone,
  index_form integer default 1 not null,
  constraint brand_keys_pkey PRIMARY KEY (brand_id, kind, version),
  constraint brand_keys_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint brand_keys_index_form_check CHECK (index_form > 0),
  constraint brand_keys_kind_check CHECK (kind = ANY (ARRAY['brand'::text, 'index'::text])),
  constraint brand_keys_version_check CHECK (version > 0)
);
CREATE TRIGGER brand_keys_current BEFORE INSERT OR UPDATE OF wrapped ON brand_keys FOR EACH ROW WHEN (is_root_outdated(new.root_version)) EXECUTE FUNCTION refuse_outdated();

create table brand_settings (
  brand_id uuid not null,
  validation text not null,
  version integer not null,
  proof text not null,
  constraint brand_settings_pkey PRIMARY KEY (brand_id),
  constraint brand_settings_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id)
);
CREATE TRIGGER brand_settings_insert_current BEFORE INSERT ON brand_settings FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER brand_settings_update_current BEFORE UPDATE OF proof ON brand_settings FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table brands (
  brand_id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  constraint brands_pkey PRIMARY KEY (brand_id),
  constraint brands_name_key UNIQUE (name),
  constraint brands_name_check CHECK (length(name) >= 1 AND length(name) <= 100)
);

create table change_requests (
  brand_id uuid not null,
  change_request_id uuid not null,
  seq bigint generated always as identity not null,
  customer_id uuid not null,
  status text not null,
  fields text[] not null,
  wanted text not null,
  reason text not null,
  note text,
  requested_by uuid not null,
  decided_by uuid,
  created_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  proof text not null,
  verified_elsewhere text,
  constraint change_requests_pkey PRIMARY KEY (brand_id, change_request_id),
  constraint change_requests_status_check CHECK (status = ANY (ARRAY['pending'::text, 'approved'::text, 'declined'::text]))
);
CREATE INDEX change_requests_by_arrival ON change_requests USING btree (brand_id, seq);
CREATE INDEX change_requests_by_customer ON change_requests USING btree (brand_id, customer_id, seq);
CREATE INDEX change_requests_pending ON change_requests USING btree (brand_id, seq) WHERE (status = 'pending'::text);
CREATE TRIGGER change_requests_insert_current BEFORE INSERT ON change_requests FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.wanted), sealed_head(new.reason), sealed_head(new.note), sealed_head(new.verified_elsewhere), sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER change_requests_update_current BEFORE UPDATE OF wanted, reason, note, verified_elsewhere, proof ON change_requests FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.wanted) IS DISTINCT FROM sealed_name(old.wanted) THEN sealed_head(new.wanted)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.reason) IS DISTINCT FROM sealed_name(old.reason) THEN sealed_head(new.reason)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.note) IS DISTINCT FROM sealed_name(old.note) THEN sealed_head(new.note)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.verified_elsewhere) IS DISTINCT FROM sealed_name(old.verified_elsewhere) THEN sealed_head(new.verified_elsewhere)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table consents (
  brand_id uuid not null,
  consent_id uuid not null,
  customer_id uuid not null,
  version integer not null,
  recorded_by uuid not null,
  recorded_at timestamp with time zone not null,
  details text not null,
  constraint consents_pkey PRIMARY KEY (brand_id, consent_id),
  constraint consents_brand_id_customer_id_version_key UNIQUE (brand_id, customer_id, version)
);
CREATE TRIGGER consents_insert_current BEFORE INSERT ON consents FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.details)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER consents_update_current BEFORE UPDATE OF details ON consents FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.details) IS DISTINCT FROM sealed_name(old.details) THEN sealed_head(new.details)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table customer_counts (
  brand_id uuid not null,
  bucket bigint not null,
  slot smallint not null,
  count integer not null,
  constraint customer_counts_pkey PRIMARY KEY (brand_id, bucket, slot)
) with (fillfactor=50);

create table customer_history (
  brand_id uuid not null,
  history_id uuid not null,
  customer_id uuid not null,
  version integer not null,
  changed_at timestamp with time zone not null,
  fields text[] not null,
  earlier text not null,
  ssn text,
  constraint customer_history_pkey PRIMARY KEY (brand_id, history_id),
  constraint customer_history_brand_id_customer_id_version_key UNIQUE (brand_id, customer_id, version)
);
CREATE TRIGGER customer_history_insert_current BEFORE INSERT ON customer_history FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.earlier), sealed_head(new.ssn)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER customer_history_update_current BEFORE UPDATE OF earlier, ssn ON customer_history FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.earlier) IS DISTINCT FROM sealed_name(old.earlier) THEN sealed_head(new.earlier)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.ssn) IS DISTINCT FROM sealed_name(old.ssn) THEN sealed_head(new.ssn)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

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
  holds smallint not null,
  closed_on date,
  closing_stated_on date,
  constraint customers_pkey PRIMARY KEY (brand_id, customer_id),
  constraint customers_holds_check CHECK (holds >= 0),
  constraint customers_kyc_requests_available_check CHECK (kyc_requests_available >= 0 AND kyc_requests_available <= 3)
) with (fillfactor=75);
CREATE UNIQUE INDEX customers_brand_person_id ON customers USING btree (brand_id, brand_person_id);
CREATE INDEX customers_by_age ON customers USING brin (created_at) WITH (pages_per_range='32', autosummarize='on');
CREATE UNIQUE INDEX customers_by_arrival ON customers USING btree (brand_id, seq);
CREATE INDEX customers_by_deliverability ON customers USING btree (brand_id, deliverability, seq) WHERE (deliverability IS NOT NULL);
CREATE INDEX customers_by_email ON customers USING btree (brand_id, email_index) WHERE (email_index IS NOT NULL);
CREATE INDEX customers_by_kyc ON customers USING btree (brand_id, kyc_status, seq) WHERE (kyc_status IS NOT NULL);
CREATE INDEX customers_by_name_dob ON customers USING btree (brand_id, name_dob_index);
CREATE INDEX customers_by_phone ON customers USING btree (brand_id, phone_index) WHERE (phone_index IS NOT NULL);
CREATE INDEX customers_by_trigger_ssn ON customers USING btree (brand_id, ssn_index) WHERE ((ssn_index IS NOT NULL) AND (NOT ssn_unique));
CREATE UNIQUE INDEX customers_ssn ON customers USING btree (brand_id, ssn_index) WHERE ssn_unique;
CREATE INDEX customers_to_verify ON customers USING btree (verify_at) WHERE (verify_at IS NOT NULL);
CREATE INDEX customers_without_kyc ON customers USING btree (brand_id, seq) WHERE (kyc_status IS NULL);
CREATE TRIGGER customers_insert_current BEFORE INSERT ON customers FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.profile), sealed_head(new.ssn), sealed_head(new.audit_key)), new.index_version)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER customers_update_current BEFORE UPDATE OF profile, ssn, audit_key, ssn_index, email_index, phone_index, name_dob_index, index_version ON customers FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.profile) IS DISTINCT FROM sealed_name(old.profile) THEN sealed_head(new.profile)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.ssn) IS DISTINCT FROM sealed_name(old.ssn) THEN sealed_head(new.ssn)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.audit_key) IS DISTINCT FROM sealed_name(old.audit_key) THEN sealed_head(new.audit_key)
            ELSE NULL::bytea
        END),
        CASE
            WHEN new.ssn_index IS DISTINCT FROM old.ssn_index OR new.email_index IS DISTINCT FROM old.email_index OR new.phone_index IS DISTINCT FROM old.phone_index OR new.name_dob_index IS DISTINCT FROM old.name_dob_index OR new.index_version IS DISTINCT FROM old.index_version THEN new.index_version
            ELSE NULL::integer
        END)) EXECUTE FUNCTION refuse_outdated();

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
  look_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  claimed_until timestamp with time zone,
  holds smallint not null,
  closed_on date,
  deletion text not null,
  closing_stated_on date,
  constraint deleted_customers_pkey PRIMARY KEY (brand_id, customer_id),
  constraint deleted_customers_holds_check CHECK (holds >= 0)
);
CREATE INDEX deleted_customers_in_order ON deleted_customers USING btree (brand_id, deleted_at, customer_id);
CREATE INDEX deleted_customers_to_look_at ON deleted_customers USING btree (look_at) WHERE (look_at < 'infinity'::timestamp with time zone);
CREATE TRIGGER deleted_customers_insert_current BEFORE INSERT ON deleted_customers FOR EACH ROW WHEN (is_outdated(new.brand_id, sealed_head(new.deletion), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER deleted_customers_update_current BEFORE UPDATE OF profile, deletion ON deleted_customers FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.profile) IS DISTINCT FROM sealed_name(old.profile) THEN sealed_head(new.profile)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.deletion) IS DISTINCT FROM sealed_name(old.deletion) THEN sealed_head(new.deletion)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table deliveries (
  brand_id uuid not null,
  delivery_id uuid not null,
  webhook_id uuid not null,
  number bigint not null,
  event_id uuid not null,
  type text not null,
  customer_id uuid,
  occurred_at timestamp with time zone not null,
  payload text,
  status text not null,
  attempts integer default 0 not null,
  tries smallint default 0 not null,
  due_at timestamp with time zone not null,
  claim uuid,
  updated_at timestamp with time zone not null,
  constraint deliveries_pkey PRIMARY KEY (brand_id, delivery_id),
  constraint deliveries_status_check CHECK (status = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text]))
) with (fillfactor=80);
CREATE INDEX deliveries_by_age ON deliveries USING brin (occurred_at);
CREATE INDEX deliveries_dead ON deliveries USING btree (updated_at) WHERE (status = 'dead'::text);
CREATE INDEX deliveries_due ON deliveries USING btree (brand_id, webhook_id, due_at) WHERE (status = 'pending'::text);
CREATE INDEX deliveries_in_order ON deliveries USING btree (brand_id, webhook_id, customer_id, number) WHERE (status = 'pending'::text);
CREATE INDEX deliveries_of_customer ON deliveries USING btree (brand_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE UNIQUE INDEX deliveries_of_event ON deliveries USING btree (brand_id, webhook_id, number);
CREATE TRIGGER deliveries_insert_current BEFORE INSERT ON deliveries FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.payload)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER deliveries_update_current BEFORE UPDATE OF payload ON deliveries FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.payload) IS DISTINCT FROM sealed_name(old.payload) THEN sealed_head(new.payload)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table delivery_attempts (
  brand_id uuid not null,
  attempt_id uuid not null,
  delivery_id uuid not null,
  customer_id uuid,
  ordinal integer not null,
  at timestamp with time zone not null,
  outcome text not null,
  status_code integer,
  answer text,
  latency_ms integer not null,
  constraint delivery_attempts_pkey PRIMARY KEY (brand_id, attempt_id)
);
CREATE INDEX delivery_attempts_by_age ON delivery_attempts USING brin (at);
CREATE UNIQUE INDEX delivery_attempts_in_order ON delivery_attempts USING btree (brand_id, delivery_id, ordinal);
CREATE INDEX delivery_attempts_of_customer ON delivery_attempts USING btree (brand_id, customer_id) WHERE (customer_id IS NOT NULL);
CREATE TRIGGER delivery_attempts_insert_current BEFORE INSERT ON delivery_attempts FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.answer)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER delivery_attempts_update_current BEFORE UPDATE OF answer ON delivery_attempts FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.answer) IS DISTINCT FROM sealed_name(old.answer) THEN sealed_head(new.answer)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table erased_customers (
  brand_id uuid not null,
  customer_id uuid not null,
  deleted_at timestamp with time zone not null,
  erased_at timestamp with time zone not null,
  because text not null,
  constraint erased_customers_pkey PRIMARY KEY (brand_id, customer_id),
  constraint erased_customers_because_check CHECK (because = ANY (ARRAY['never_verified'::text, 'not_passed'::text, 'identified'::text, 'early'::text]))
);

create table erasure_requests (
  brand_id uuid not null,
  erasure_id uuid not null,
  customer_id uuid not null,
  reason text not null,
  requested_by uuid not null,
  requested_at timestamp with time zone not null,
  constraint erasure_requests_pkey PRIMARY KEY (brand_id, erasure_id)
);
CREATE INDEX erasure_requests_in_order ON erasure_requests USING btree (brand_id, requested_at, erasure_id);
CREATE INDEX erasure_requests_of_customer ON erasure_requests USING btree (brand_id, customer_id);
CREATE TRIGGER erasure_requests_insert_current BEFORE INSERT ON erasure_requests FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.reason)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER erasure_requests_update_current BEFORE UPDATE OF reason ON erasure_requests FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.reason) IS DISTINCT FROM sealed_name(old.reason) THEN sealed_head(new.reason)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table event_days (
  brand_id uuid not null,
  day date not null,
  type text not null,
  count integer not null,
  constraint event_days_pkey PRIMARY KEY (brand_id, day, type)
) with (fillfactor=50);

create table events (
  brand_id uuid not null,
  number bigint not null,
  event_id uuid not null,
  type text not null,
  customer_id uuid,
  occurred_at timestamp with time zone not null,
  payload text not null,
  mac text not null,
  constraint events_pkey PRIMARY KEY (brand_id, number),
  constraint events_brand_id_event_id_key UNIQUE (brand_id, event_id),
  constraint events_occurred_at_check CHECK (occurred_at >= '0001-01-01 00:00:00+00'::timestamp with time zone AND occurred_at < '10000-01-01 00:00:00+00'::timestamp with time zone) NOT VALID
);
CREATE INDEX events_by_age ON events USING brin (occurred_at);
CREATE INDEX events_by_customer ON events USING btree (brand_id, customer_id, number) WHERE (customer_id IS NOT NULL);

create table idempotency (
  brand_id uuid not null,
  key bytea not null,
  fingerprint bytea,
  record_id uuid not null,
  customer_id uuid,
  answer text,
  expires_at timestamp with time zone not null,
  index_version integer default 1 not null,
  constraint idempotency_pkey PRIMARY KEY (brand_id, key),
  constraint idempotency_fingerprint_check CHECK (length(fingerprint) = 32),
  constraint idempotency_key_check CHECK (length(key) = 32)
);
CREATE INDEX idempotency_by_customer ON idempotency USING btree (brand_id, customer_id);
CREATE INDEX idempotency_by_expiry ON idempotency USING btree (expires_at);
CREATE TRIGGER idempotency_insert_current BEFORE INSERT ON idempotency FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.answer)), new.index_version)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER idempotency_update_current BEFORE UPDATE OF answer, key, fingerprint, index_version ON idempotency FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.answer) IS DISTINCT FROM sealed_name(old.answer) THEN sealed_head(new.answer)
            ELSE NULL::bytea
        END),
        CASE
            WHEN new.key IS DISTINCT FROM old.key OR new.index_version IS DISTINCT FROM old.index_version OR new.fingerprint IS NOT NULL AND new.fingerprint IS DISTINCT FROM old.fingerprint THEN new.index_version
            ELSE NULL::integer
        END)) EXECUTE FUNCTION refuse_outdated();

create table installation (
  only_one boolean default true not null,
  environment text not null,
  root_proof text not null,
  created_at timestamp with time zone not null,
  constraint installation_pkey PRIMARY KEY (only_one),
  constraint installation_environment_check CHECK (environment = ANY (ARRAY['sandbox'::text, 'live'::text])),
  constraint installation_only_one_check CHECK (only_one)
);

create table journal (
  brand_id uuid not null,
  arrived bigint generated always as identity not null,
  customer_id uuid,
  body text not null,
  reason text,
  event_id uuid,
  type text,
  occurred_at timestamp with time zone,
  payload text,
  mac text not null,
  refused_at timestamp with time zone,
  constraint journal_pkey PRIMARY KEY (brand_id, arrived),
  constraint journal_readable CHECK (refused_at IS NOT NULL OR COALESCE(occurred_at >= '0001-01-01 00:00:00+00'::timestamp with time zone AND occurred_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone, true) AND octet_length(body) <= 1000000 AND COALESCE(octet_length(payload) <= 1000000, true) AND COALESCE(octet_length(type) <= 1000000, true) AND octet_length(mac) <= 1000000),
  constraint journal_refused_at_check CHECK (isfinite(refused_at))
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=2000);
CREATE INDEX journal_refused ON journal USING btree (arrived) WHERE (refused_at IS NOT NULL);
CREATE INDEX journal_waiting ON journal USING btree (arrived) WHERE (refused_at IS NULL);
CREATE TRIGGER journal_insert_current BEFORE INSERT ON journal FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.reason)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER journal_update_current BEFORE UPDATE OF reason ON journal FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.reason) IS DISTINCT FROM sealed_name(old.reason) THEN sealed_head(new.reason)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table journal_heads (
  brand_id uuid not null,
  event_number bigint default 0 not null,
  audit_number bigint default 0 not null,
  audit_hash bytea not null,
  checkpoint_number bigint default 0 not null,
  checkpoint_at timestamp with time zone,
  mac text not null,
  announced_number bigint default 0 not null,
  announced_at timestamp with time zone,
  constraint journal_heads_pkey PRIMARY KEY (brand_id),
  constraint journal_heads_audit_hash_check CHECK (length(audit_hash) = 32),
  constraint journal_heads_readable CHECK (checkpoint_number >= 0 AND checkpoint_number <= '9007199254740991'::bigint AND COALESCE(isfinite(checkpoint_at), true) AND announced_number >= 0 AND announced_number <= '9007199254740991'::bigint AND COALESCE(isfinite(announced_at), true))
);

create table kyc_decisions (
  brand_id uuid not null,
  decision_id uuid not null,
  customer_id uuid not null,
  run_id uuid not null,
  decision text not null,
  documents text[] not null,
  decided_by uuid not null,
  decided_at timestamp with time zone not null,
  note text not null,
  note_seal integer not null,
  constraint kyc_decisions_pkey PRIMARY KEY (brand_id, decision_id)
);
CREATE INDEX kyc_decisions_of_customer ON kyc_decisions USING btree (brand_id, customer_id);
CREATE INDEX kyc_decisions_of_run ON kyc_decisions USING btree (brand_id, run_id, decided_at);
CREATE TRIGGER kyc_decisions_insert_current BEFORE INSERT ON kyc_decisions FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.note)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER kyc_decisions_update_current BEFORE UPDATE OF note ON kyc_decisions FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.note) IS DISTINCT FROM sealed_name(old.note) THEN sealed_head(new.note)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table kyc_documents (
  brand_id uuid not null,
  document_id uuid not null,
  customer_id uuid not null,
  run_id uuid not null,
  document_type text not null,
  details text not null,
  details_seal integer not null,
  content bytea storage external not null,
  content_seal integer not null,
  size integer not null,
  submitted_at timestamp with time zone not null,
  handed_over_at timestamp with time zone,
  submitted_by uuid,
  constraint kyc_documents_pkey PRIMARY KEY (brand_id, document_id)
);
CREATE INDEX kyc_documents_of_customer ON kyc_documents USING btree (brand_id, customer_id);
CREATE INDEX kyc_documents_of_run ON kyc_documents USING btree (brand_id, run_id, submitted_at);
CREATE TRIGGER kyc_documents_insert_current BEFORE INSERT ON kyc_documents FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.details), sealed_head(new.content)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER kyc_documents_update_current BEFORE UPDATE OF details, content ON kyc_documents FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.details) IS DISTINCT FROM sealed_name(old.details) THEN sealed_head(new.details)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.content) IS DISTINCT FROM sealed_name(old.content) THEN sealed_head(new.content)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table kyc_findings (
  brand_id uuid not null,
  customer_id uuid not null,
  run_id uuid not null,
  finding_id uuid not null,
  source text not null,
  found_by uuid,
  found_at timestamp with time zone not null,
  details text not null,
  constraint kyc_findings_pkey PRIMARY KEY (brand_id, finding_id)
);
CREATE INDEX kyc_findings_of_customer ON kyc_findings USING btree (brand_id, customer_id);
CREATE TRIGGER kyc_findings_insert_current BEFORE INSERT ON kyc_findings FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.details)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER kyc_findings_update_current BEFORE UPDATE OF details ON kyc_findings FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.details) IS DISTINCT FROM sealed_name(old.details) THEN sealed_head(new.details)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table kyc_runs (
  brand_id uuid not null,
  run_id uuid not null,
  customer_id uuid not null,
  program_id uuid not null,
  ordinal integer not null,
  status text not null,
  revision integer not null,
  started_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  review_since timestamp with time zone,
  data text storage external not null,
  data_seal integer not null,
  wanted text[] default '{}'::text[] not null,
  submitted text[] default '{}'::text[] not null,
  documents_until timestamp with time zone,
  asked_by_reviewer boolean default false not null,
  reference text,
  poll_at timestamp with time zone,
  poll_tries smallint default 0 not null,
  silence text,
  silent_since timestamp with time zone,
  proof text not null,
  started_by uuid,
  constraint kyc_runs_pkey PRIMARY KEY (brand_id, run_id)
);
CREATE INDEX kyc_runs_due ON kyc_runs USING btree (poll_at) WHERE (poll_at IS NOT NULL);
CREATE UNIQUE INDEX kyc_runs_in_order ON kyc_runs USING btree (brand_id, customer_id, ordinal);
CREATE UNIQUE INDEX kyc_runs_running ON kyc_runs USING btree (brand_id, customer_id, program_id) WHERE (status = ANY (ARRAY['submitted'::text, 'document_required'::text, 'under_review'::text]));
CREATE INDEX kyc_runs_to_review ON kyc_runs USING btree (brand_id, review_since, run_id) WHERE (status = 'under_review'::text);
CREATE TRIGGER kyc_runs_insert_current BEFORE INSERT ON kyc_runs FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.data), sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER kyc_runs_update_current BEFORE UPDATE OF data, proof ON kyc_runs FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.data) IS DISTINCT FROM sealed_name(old.data) THEN sealed_head(new.data)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table legal_holds (
  brand_id uuid not null,
  hold_id uuid not null,
  customer_id uuid not null,
  reason text not null,
  set_by uuid not null,
  set_at timestamp with time zone not null,
  release_reason text,
  released_by uuid,
  released_at timestamp with time zone,
  constraint legal_holds_pkey PRIMARY KEY (brand_id, hold_id)
);
CREATE INDEX legal_holds_active ON legal_holds USING btree (brand_id, set_at, hold_id) WHERE (released_at IS NULL);
CREATE INDEX legal_holds_in_order ON legal_holds USING btree (brand_id, set_at, hold_id);
CREATE INDEX legal_holds_of_customer ON legal_holds USING btree (brand_id, customer_id);
CREATE TRIGGER legal_holds_insert_current BEFORE INSERT ON legal_holds FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.reason), sealed_head(new.release_reason)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER legal_holds_update_current BEFORE UPDATE OF reason, release_reason ON legal_holds FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.reason) IS DISTINCT FROM sealed_name(old.reason) THEN sealed_head(new.reason)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.release_reason) IS DISTINCT FROM sealed_name(old.release_reason) THEN sealed_head(new.release_reason)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table lookup_budgets (
  brand_id uuid not null,
  kind text not null,
  subject uuid not null,
  used integer not null,
  most integer,
  ends_at timestamp with time zone not null,
  constraint lookup_budgets_pkey PRIMARY KEY (brand_id, kind, subject),
  constraint lookup_budgets_kind_check CHECK (kind = ANY (ARRAY['ssn'::text, 'search'::text, 'last_four'::text, 'reveal'::text])),
  constraint lookup_budgets_most CHECK (used <= most)
);
CREATE INDEX lookup_budgets_by_end ON lookup_budgets USING btree (ends_at);

create table migrations (
  name text not null,
  digest text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table operator_links (
  digest bytea not null,
  purpose text not null,
  operator_id uuid,
  generation integer not null,
  expires_at timestamp with time zone not null,
  mac text not null,
  constraint operator_links_pkey PRIMARY KEY (digest),
  constraint operator_links_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(operator_id),
  constraint operator_links_purpose_check CHECK (purpose = ANY (ARRAY['first'::text, 'invitation'::text, 'reset'::text]))
);

create table operator_passkeys (
  passkey_id uuid not null,
  credential_id text not null,
  operator_id uuid not null,
  generation integer not null,
  name text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  rp_id text not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  mac text not null,
  constraint operator_passkeys_pkey PRIMARY KEY (passkey_id),
  constraint operator_passkeys_credential_id_key UNIQUE (credential_id),
  constraint operator_passkeys_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(operator_id)
);
CREATE INDEX operator_passkeys_by_operator ON operator_passkeys USING btree (operator_id);

create table operator_roles (
  brand_id uuid not null,
  operator_id uuid not null,
  roles text[] not null,
  version integer not null,
  proof text not null,
  constraint operator_roles_pkey PRIMARY KEY (brand_id, operator_id),
  constraint operator_roles_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint operator_roles_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(operator_id)
);
CREATE TRIGGER operator_roles_insert_current BEFORE INSERT ON operator_roles FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER operator_roles_update_current BEFORE UPDATE OF proof ON operator_roles FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table operator_sessions (
  digest bytea not null,
  session_id uuid not null,
  operator_id uuid not null,
  generation integer not null,
  is_strong boolean not null,
  created_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  mac text not null,
  constraint operator_sessions_pkey PRIMARY KEY (digest),
  constraint operator_sessions_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(operator_id)
);
CREATE INDEX operator_sessions_by_operator ON operator_sessions USING btree (operator_id);
CREATE INDEX operator_sessions_by_time ON operator_sessions USING btree (created_at);

create table operators (
  operator_id uuid not null,
  email text not null,
  name text not null,
  password text,
  roles text[] not null,
  is_demo boolean not null,
  created_at timestamp with time zone not null,
  disabled_at timestamp with time zone,
  generation integer not null,
  version integer not null,
  mac text not null,
  last_seen_at timestamp with time zone,
  passkeys integer default 0 not null,
  subject text,
  constraint operators_pkey PRIMARY KEY (operator_id),
  constraint operators_email_key UNIQUE (email),
  constraint operators_subject_key UNIQUE (subject)
);

create table program_changes (
  brand_id uuid not null,
  change_id uuid not null,
  program_id uuid not null,
  provider text not null,
  settings text,
  based_on integer not null,
  proposed_by text not null,
  proposed_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  proof text not null,
  constraint program_changes_pkey PRIMARY KEY (brand_id, change_id),
  constraint program_changes_brand_id_program_id_key UNIQUE (brand_id, program_id),
  constraint program_changes_provider_check CHECK (provider = ANY (ARRAY['sandbox'::text, 'manual'::text, 'http'::text]))
);
CREATE TRIGGER program_changes_insert_current BEFORE INSERT ON program_changes FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.settings), sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER program_changes_update_current BEFORE UPDATE OF settings, proof ON program_changes FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.settings) IS DISTINCT FROM sealed_name(old.settings) THEN sealed_head(new.settings)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table programs (
  brand_id uuid not null,
  program_id uuid not null,
  name text not null,
  provider text,
  settings text,
  settings_seal integer default 0 not null,
  created_at timestamp with time zone not null,
  proof text not null,
  constraint programs_pkey PRIMARY KEY (brand_id, program_id),
  constraint programs_brand_id_name_key UNIQUE (brand_id, name),
  constraint programs_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint programs_name_check CHECK (length(name) >= 1 AND length(name) <= 100),
  constraint programs_provider_check CHECK (provider = ANY (ARRAY['sandbox'::text, 'manual'::text, 'http'::text]))
);
CREATE TRIGGER programs_insert_current BEFORE INSERT ON programs FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.settings), sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER programs_update_current BEFORE UPDATE OF settings, proof ON programs FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.settings) IS DISTINCT FROM sealed_name(old.settings) THEN sealed_head(new.settings)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table retention_policies (
  brand_id uuid not null,
  never_verified_days integer not null,
  not_passed_months integer not null,
  identity_years integer not null,
  documents_years integer not null,
  changed_at timestamp with time zone not null,
  version integer not null,
  proof text not null,
  constraint retention_policies_pkey PRIMARY KEY (brand_id),
  constraint retention_policies_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id)
);
CREATE TRIGGER retention_policies_insert_current BEFORE INSERT ON retention_policies FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER retention_policies_update_current BEFORE UPDATE OF proof ON retention_policies FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table root_versions (
  version integer not null,
  since timestamp with time zone not null,
  retired_at timestamp with time zone,
  constraint root_versions_pkey PRIMARY KEY (version),
  constraint root_versions_readable CHECK (since >= '0001-01-01 00:00:00+00'::timestamp with time zone AND since <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone AND COALESCE(retired_at >= '0001-01-01 00:00:00+00'::timestamp with time zone AND retired_at <= '9999-12-31 23:59:59.999999+00'::timestamp with time zone, true)),
  constraint root_versions_version_check CHECK (version > 0)
);

create table screening_matches (
  brand_id uuid not null,
  match_id uuid not null,
  seq bigint generated always as identity not null,
  customer_id uuid not null,
  screening_id uuid not null,
  status text not null,
  version integer not null,
  found_at timestamp with time zone not null,
  proposal text,
  proposed_by uuid,
  proposed_at timestamp with time zone,
  decided_by uuid,
  decided_at timestamp with time zone,
  details text not null,
  reason text,
  note text,
  proof text not null,
  constraint screening_matches_pkey PRIMARY KEY (brand_id, match_id),
  constraint screening_matches_proposal_check CHECK (proposal = ANY (ARRAY['false_positive'::text, 'confirmed'::text])),
  constraint screening_matches_status_check CHECK (status = ANY (ARRAY['open'::text, 'proposed'::text, 'false_positive'::text, 'confirmed'::text]))
);
CREATE INDEX screening_matches_by_arrival ON screening_matches USING btree (brand_id, seq);
CREATE INDEX screening_matches_of_customer ON screening_matches USING btree (brand_id, customer_id, seq);
CREATE INDEX screening_matches_waiting ON screening_matches USING btree (brand_id, seq) WHERE (status = ANY (ARRAY['open'::text, 'proposed'::text]));
CREATE TRIGGER screening_matches_insert_current BEFORE INSERT ON screening_matches FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.details), sealed_head(new.reason), sealed_head(new.note), sealed_head(new.proof)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER screening_matches_update_current BEFORE UPDATE OF details, reason, note, proof ON screening_matches FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.details) IS DISTINCT FROM sealed_name(old.details) THEN sealed_head(new.details)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.reason) IS DISTINCT FROM sealed_name(old.reason) THEN sealed_head(new.reason)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.note) IS DISTINCT FROM sealed_name(old.note) THEN sealed_head(new.note)
            ELSE NULL::bytea
        END,
        CASE
            WHEN sealed_name(new.proof) IS DISTINCT FROM sealed_name(old.proof) THEN sealed_head(new.proof)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table screening_queue (
  brand_id uuid not null,
  customer_id uuid not null,
  due_at timestamp with time zone not null,
  tries smallint default 0 not null,
  claim uuid,
  asked_at timestamp with time zone default now() not null,
  constraint screening_queue_pkey PRIMARY KEY (brand_id, customer_id)
);
CREATE INDEX screening_queue_asked ON screening_queue USING btree (asked_at);
CREATE INDEX screening_queue_due ON screening_queue USING btree (due_at);

create table screening_rounds (
  round bigint generated always as identity not null,
  kind text not null,
  provider text not null,
  list_version text,
  started_at timestamp with time zone not null,
  after_brand uuid default '00000000-0000-0000-0000-000000000000'::uuid not null,
  after_customer uuid default '00000000-0000-0000-0000-000000000000'::uuid not null,
  queued bigint default 0 not null,
  ended_at timestamp with time zone,
  constraint screening_rounds_pkey PRIMARY KEY (round),
  constraint screening_rounds_kind_check CHECK (kind = ANY (ARRAY['lists'::text, 'start'::text]))
);
CREATE INDEX screening_rounds_open ON screening_rounds USING btree (round) WHERE (ended_at IS NULL);

create table screening_state (
  one boolean default true not null,
  asked_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  failing_since timestamp with time zone,
  failure text,
  constraint screening_state_pkey PRIMARY KEY (one),
  constraint screening_state_one_check CHECK (one)
);

create table screenings (
  brand_id uuid not null,
  screening_id uuid not null,
  customer_id uuid not null,
  ordinal integer not null,
  provider text not null,
  first_version text not null,
  first_at timestamp with time zone not null,
  list_version text not null,
  checked_at timestamp with time zone not null,
  checks integer not null,
  details text not null,
  constraint screenings_pkey PRIMARY KEY (brand_id, screening_id),
  constraint screenings_brand_id_customer_id_ordinal_key UNIQUE (brand_id, customer_id, ordinal)
);
CREATE TRIGGER screenings_insert_current BEFORE INSERT ON screenings FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.details)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER screenings_update_current BEFORE UPDATE OF details ON screenings FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.details) IS DISTINCT FROM sealed_name(old.details) THEN sealed_head(new.details)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

create table sign_in_challenges (
  digest bytea not null,
  expires_at timestamp with time zone not null,
  mac text not null,
  constraint sign_in_challenges_pkey PRIMARY KEY (digest)
);
CREATE INDEX sign_in_challenges_by_end ON sign_in_challenges USING btree (expires_at);

create table sign_in_failures (
  subject text not null,
  failures integer not null,
  until timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint sign_in_failures_pkey PRIMARY KEY (subject)
);
CREATE INDEX sign_in_failures_by_end ON sign_in_failures USING btree (ends_at);

create table task_failures (
  task text not null,
  error text not null,
  place text not null,
  failures bigint not null,
  first_failed_at timestamp with time zone not null,
  last_failed_at timestamp with time zone not null,
  constraint task_failures_pkey PRIMARY KEY (task)
);

create table webhooks (
  brand_id uuid not null,
  webhook_id uuid not null,
  seq bigint generated always as identity not null,
  settings text not null,
  settings_seal integer not null,
  events text[] not null,
  payload text not null,
  status text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  fanned bigint not null,
  failing_since timestamp with time zone,
  key_id uuid,
  ownership text,
  stopped text,
  challenge_due timestamp with time zone,
  challenges integer default 0 not null,
  challenge_outcome text,
  constraint webhooks_pkey PRIMARY KEY (brand_id, webhook_id),
  constraint webhooks_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brands(brand_id),
  constraint webhooks_ownership_check CHECK (ownership = ANY (ARRAY['unverified'::text, 'verified'::text, 'inside'::text])),
  constraint webhooks_payload_check CHECK (payload = ANY (ARRAY['thin'::text, 'full'::text])),
  constraint webhooks_status_check CHECK (status = ANY (ARRAY['STATUS_ENABLED'::text, 'STATUS_DISABLED'::text])),
  constraint webhooks_stopped_check CHECK (stopped = ANY (ARRAY['revoked'::text, 'expired'::text, 'narrowed'::text, 'unknown'::text]))
);
CREATE TRIGGER webhooks_insert_current BEFORE INSERT ON webhooks FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(sealed_head(new.settings)), NULL::integer)) EXECUTE FUNCTION refuse_outdated();
CREATE TRIGGER webhooks_update_current BEFORE UPDATE OF settings ON webhooks FOR EACH ROW WHEN (is_outdated(new.brand_id, LEAST(
        CASE
            WHEN sealed_name(new.settings) IS DISTINCT FROM sealed_name(old.settings) THEN sealed_head(new.settings)
            ELSE NULL::bytea
        END), NULL::integer)) EXECUTE FUNCTION refuse_outdated();

CREATE OR REPLACE FUNCTION head_version(head bytea)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select get_byte(head, 1) << 24 | get_byte(head, 2) << 16 | get_byte(head, 3) << 8 | get_byte(head, 4) $function$;

CREATE OR REPLACE FUNCTION is_outdated(brand uuid, head bytea, indexed integer)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  if head is null and indexed is null then return false; end if;
  if pg_advisory_xact_lock_shared(uuid_hash_extended(brand, 6)) is null then null; end if;
  return exists (
    select from brand_keys k where k.brand_id = brand
       and case k.kind when 'brand' then version_head(k.version) > head else k.version > indexed end);
end $function$;

CREATE OR REPLACE FUNCTION is_root_outdated(version integer)
 RETURNS boolean
 LANGUAGE sql
AS $function$ select exists (select from root_versions r where r.version > $1) $function$;

CREATE OR REPLACE FUNCTION keep_current(tabled text, sealed text[], indexed text[] DEFAULT '{}'::text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  heads text; changed_heads text; version text := 'null'; changed_version text := 'null';
begin
  select string_agg(format('sealed_head(new.%I)', name), ', '),
         string_agg(format('case when sealed_name(new.%1$I) is distinct from sealed_name(old.%1$I) then sealed_head(new.%1$I) end', name), ', ')
    into heads, changed_heads from unnest(sealed) as name;
  if indexed <> '{}' then
    version := 'new.index_version';
    select format('case when %s then new.index_version end',
             string_agg(format('new.%1$I is distinct from old.%1$I', name), ' or '))
      into changed_version from unnest(indexed || '{index_version}'::text[]) as name;
    sealed := sealed || indexed || '{index_version}'::text[];
  end if;
  execute format('create trigger %I before insert on %I for each row when (is_outdated(new.brand_id, least(%s), %s)) execute function refuse_outdated()',
    tabled || '_insert_current', tabled, heads, version);
  execute format('create trigger %I before update of %s on %I for each row when (is_outdated(new.brand_id, least(%s), %s)) execute function refuse_outdated()',
    tabled || '_update_current', (select string_agg(quote_ident(name), ', ') from unnest(sealed) as name), tabled, changed_heads, changed_version);
end $function$;

CREATE OR REPLACE FUNCTION make_arrivals(brand uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
    declare
      name text := 'arrivals_' || replace(brand::text, '-', '');
    begin
      if not exists (select from brands b where b.brand_id = brand) then
        raise exception 'There is no such brand.';
      end if;
      execute format('create sequence %I', name);
      execute format('grant usage on sequence %I to %I', name, session_user);
    end $function$;

CREATE OR REPLACE FUNCTION refuse_outdated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The key has a successor.' using errcode = 'CK001';
end $function$;

CREATE OR REPLACE FUNCTION sealed_head(sealed bytea)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select substring(sealed for 6) $function$;

CREATE OR REPLACE FUNCTION sealed_head(sealed text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select decode(left(sealed, 8), 'base64') $function$;

CREATE OR REPLACE FUNCTION sealed_name(sealed bytea)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select substring(sealed for 17) $function$;

CREATE OR REPLACE FUNCTION sealed_name(sealed text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select left(sealed, 24) $function$;

CREATE OR REPLACE FUNCTION version_head(version integer)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select '\x01'::bytea || int4send(version) $function$;

create sequence change_requests_seq_seq;

create sequence journal_arrived_seq;

create sequence screening_matches_seq_seq;

create sequence screening_rounds_round_seq;

create sequence webhooks_seq_seq;
