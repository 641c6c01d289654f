-- After the erasure of a customer, the claims of its requests stay until they expire, without answer, fingerprint and
-- customer: a repeat of the create does not make the person again.
alter table idempotency alter column answer drop not null, alter column fingerprint drop not null;

-- A fingerprint that is taken away is no new value under the index key.
drop trigger idempotency_update_current on idempotency;
create trigger idempotency_update_current before update of answer, key, fingerprint, index_version on idempotency
  for each row when (is_outdated(new.brand_id,
    least(case when sealed_name(new.answer) is distinct from sealed_name(old.answer) then sealed_head(new.answer) end),
    case when new.key is distinct from old.key or new.index_version is distinct from old.index_version
           or (new.fingerprint is not null and new.fingerprint is distinct from old.fingerprint)
         then new.index_version end)) execute function refuse_outdated();
