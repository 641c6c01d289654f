-- The outbox proves that the service wrote it, the end of each audit trail that the sequencer wrote it, and each
-- checkpoint names the one before it.

-- A MAC under a key derived from the root key, over every column of the row except the reason. Between this migration
-- and the next one the program gives the rows that wait one (operations/installation/prove-trails.ts).
alter table journal add column mac text;
-- A row without proof. It stays here, outside of the audit trail, until an operator has looked at it.
alter table journal add column refused_at timestamptz;

-- A MAC over number and hash of the last entry and the number of the last event.
alter table journal_heads add column mac text;

-- The last checkpoint that an event announced, and when.
alter table journal_heads add column announced_number bigint not null default 0;
alter table journal_heads add column announced_at timestamptz;

-- The checkpoint before this one. Null: signed by a version that named no predecessor.
alter table audit_checkpoints add column previous_number bigint;
alter table audit_checkpoints add column previous_hash bytea check (length(previous_hash) = 32);
-- Where the signer changed: the key of the checkpoint before, and its signature.
alter table audit_checkpoints add column former_key text check (length(former_key) = 64);
alter table audit_checkpoints add column endorsement text;
alter table audit_checkpoints add check ((previous_number is null) = (previous_hash is null));
alter table audit_checkpoints add check ((former_key is null) = (endorsement is null));
