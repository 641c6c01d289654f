-- The sequencer reads the outbox and the ends of the audit trails of all brands at once. A value that no program can read
-- would stop it, so none can be stored there any more. What is there already is kept, in a form that can be read.

-- A row that waits for its number can be read. The service refuses another one and leaves it here, as evidence.
update journal set refused_at = now() where not coalesce(isfinite(refused_at), true);
update journal set refused_at = now()
 where refused_at is null
   and (not coalesce(occurred_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00', true)
     or octet_length(body) > 1000000 or octet_length(payload) > 1000000 or octet_length(type) > 1000000
     or octet_length(mac) > 1000000);
alter table journal add constraint journal_readable check (refused_at is not null
  or (coalesce(occurred_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00', true)
    and octet_length(body) <= 1000000 and coalesce(octet_length(payload) <= 1000000, true)
    and coalesce(octet_length(type) <= 1000000, true) and octet_length(mac) <= 1000000));
alter table journal add constraint journal_refused_at_check check (isfinite(refused_at));
-- A process that starts looks at refused rows again. The rows that wait are not in this index, so no change pays for it.
create index journal_refused on journal (arrived) where refused_at is not null;

-- No proof fits a hash of zeros either, so such an end is still not continued.
update journal_heads set audit_hash = decode(repeat('00', 32), 'hex') where audit_hash is null;
alter table journal_heads alter column audit_hash set not null;
-- No proof covers these columns. With 0 or null, a checkpoint or an announcement is due at once.
update journal_heads set checkpoint_number = 0 where checkpoint_number not between 0 and 9007199254740991;
update journal_heads set checkpoint_at = null where not coalesce(isfinite(checkpoint_at), true);
update journal_heads set announced_number = 0 where announced_number not between 0 and 9007199254740991;
update journal_heads set announced_at = null where not coalesce(isfinite(announced_at), true);
alter table journal_heads add constraint journal_heads_readable check (
  checkpoint_number between 0 and 9007199254740991 and coalesce(isfinite(checkpoint_at), true)
  and announced_number between 0 and 9007199254740991 and coalesce(isfinite(announced_at), true));

-- The signature of a checkpoint covers its time, so it does not fit the new one either.
update audit_checkpoints set signed_at = '9999-12-31 23:59:59.999999+00'
 where signed_at not between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00';
alter table audit_checkpoints add constraint audit_checkpoints_readable
  check (signed_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00');
