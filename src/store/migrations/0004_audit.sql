-- Signed statements of how far a brand's audit trail had come, and with which hash. The key that signs is
-- derived from the root key, so nobody who has only this database can make one.
create table audit_checkpoints (
  brand_id  uuid not null,
  -- Of the last entry that it is over.
  number    bigint not null,
  hash      bytea not null check (length(hash) = 32),
  signed_at timestamptz not null,
  -- The public key, in hex: what an older root key signed is still checked by it.
  key       text not null check (length(key) = 64),
  signature text not null,
  primary key (brand_id, number)
);

-- How far the checkpoints have come.
alter table journal_heads add column checkpoint_number bigint not null default 0;
alter table journal_heads add column checkpoint_at timestamptz;
