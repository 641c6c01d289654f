-- What keys have used of their budgets of lookups. A row without a limit of its own (`most`) is checked by the
-- statement that counts it; one with a limit cannot go beyond.
create table lookup_budgets (
  brand_id uuid not null,
  kind     text not null check (kind in ('ssn', 'search', 'last_four', 'reveal')),
  -- A key, the brand itself, or a keyed digest of four digits.
  subject  uuid not null,
  used     int not null,
  most     int,
  ends_at  timestamptz not null,
  primary key (brand_id, kind, subject),
  constraint lookup_budgets_most check (used <= most)
);

create index lookup_budgets_by_end on lookup_budgets (ends_at);
