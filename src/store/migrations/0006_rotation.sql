-- Keys change while the service runs. What makes that safe with any number of processes is held here: from
-- the moment at which a brand has a newer key, nothing is written under the older one any more, whatever a
-- process still has in memory. How rotation goes is in docs/decisions/0007-rotation.md.

-- The versions of the root key that this database knows. One that has gone from here was destroyed.
create table root_versions (
  version    int primary key check (version > 0),
  since      timestamptz not null,
  -- When another version took over; backups that were made before need this one.
  retired_at timestamptz
);

-- The start of a sealed record: the format, the key version (four bytes, big endian) and a byte more.
-- Among records of one format, heads compare as versions do.
create function sealed_head(sealed text) returns bytea
  language sql immutable parallel safe as $body$ select decode(left(sealed, 8), 'base64') $body$;
create function sealed_head(sealed bytea) returns bytea
  language sql immutable parallel safe as $body$ select substring(sealed for 6) $body$;

-- Enough of a sealed record to tell it from every other: head and nonce. A nonce never comes twice.
create function sealed_name(sealed text) returns text
  language sql immutable parallel safe as $body$ select left(sealed, 24) $body$;
create function sealed_name(sealed bytea) returns bytea
  language sql immutable parallel safe as $body$ select substring(sealed for 17) $body$;

-- What every record under this version, and none under an older one, is not below.
create function version_head(version int) returns bytea
  language sql immutable parallel safe as $body$ select '\x01'::bytea || int4send(version) $body$;

create function head_version(head bytea) returns int
  language sql immutable parallel safe as
  $body$ select get_byte(head, 1) << 24 | get_byte(head, 2) << 16 | get_byte(head, 3) << 8 | get_byte(head, 4) $body$;

insert into root_versions (version, since)
  select head_version(sealed_head(root_proof)), created_at from installation;

-- Who works on a rotation, until when nobody else need begin with it.
alter table brand_keys add column claimed_until timestamptz;

-- Under which index key a repeat is looked for.
alter table idempotency add column index_version int not null default 1;

-- Whether a record (its head) or an index value is under a key of the brand that has a successor. Whoever
-- adds a key waits for those who have asked this, and after it they get the new answer: the lock is taken
-- first, and the look behind it is a fresh one.
create function is_outdated(brand uuid, head bytea, indexed int) returns boolean
  language plpgsql volatile as $body$
begin
  if head is null and indexed is null then return false; end if;
  if pg_advisory_xact_lock_shared(uuid_hash_extended(brand, 6)) is null then null; end if;
  return exists (
    select from brand_keys k where k.brand_id = brand
       and case k.kind when 'brand' then version_head(k.version) > head else k.version > indexed end);
end $body$;

create function is_root_outdated(version int) returns boolean
  language sql volatile as $body$ select exists (select from root_versions r where r.version > $1) $body$;

create function refuse_outdated() returns trigger language plpgsql as $body$
begin
  raise exception 'The key has a successor.' using errcode = 'CK001';
end $body$;

create trigger brand_keys_current before insert or update of wrapped on brand_keys for each row
  when (is_root_outdated(new.root_version)) execute function refuse_outdated();

-- Has a table refuse new ciphertext, and new index values, under a key that has a successor. What was there
-- before, and is only written again with its row, may stay as it is until the rotation gets to it.
create function keep_current(tabled text, sealed text[], indexed text[] default '{}') returns void
  language plpgsql as $body$
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
end $body$;

select keep_current('customers', '{profile,ssn,audit_key}', '{ssn_index,email_index,phone_index,name_dob_index}');
select keep_current('idempotency', '{answer}', '{key,fingerprint}');
-- What the trail has comes from here, and may still be under the key that it was written under.
select keep_current('journal', '{reason}');
select keep_current('programs', '{settings}');
select keep_current('kyc_runs', '{data}');
select keep_current('kyc_documents', '{details,content}');
select keep_current('kyc_decisions', '{note}');
