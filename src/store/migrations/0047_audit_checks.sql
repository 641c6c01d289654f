-- The last check of each brand's audit trail that was asked for. The proof is bound to what it says.
create table audit_checks (
  brand_id      uuid primary key references brands,
  check_id      uuid not null,
  state         text not null check (state in ('waiting', 'running', 'intact', 'broken')),
  requested_at  timestamptz not null,
  -- Entries that were followed so far, and how many there are.
  checked       bigint not null,
  entries       bigint not null,
  -- The first entry that does not fit.
  broken_at     bigint,
  -- The hash of the last entry, and the key that signs the trail.
  hash          text,
  key           text,
  finished_at   timestamptz,
  -- Until then a worker works on it. It decides nothing, so the proof does not name it.
  claimed_until timestamptz,
  proof         text not null
);
select keep_current('audit_checks', '{proof}');
