-- A change of a program's provider that one operator proposed and another has not approved yet: at most one of each
-- program. The row goes when it is approved, rejected or replaced by another proposal.
create table program_changes (
  brand_id    uuid not null,
  change_id   uuid not null,
  program_id  uuid not null,
  provider    text not null check (provider in ('sandbox', 'manual', 'http')),
  -- Of an http provider: address and secret, sealed.
  settings    text,
  -- The seal number of the program's settings when the change was proposed: another change since makes it stale.
  based_on    int not null,
  -- The account of the operator.
  proposed_by text not null,
  proposed_at timestamptz not null,
  expires_at  timestamptz not null,
  -- Bound to the columns above (domain/sealed-columns.ts).
  proof       text not null,
  primary key (brand_id, change_id),
  unique (brand_id, program_id)
);
select keep_current('program_changes', '{settings,proof}');
