-- Proposed changes to customers whose verification has passed, and what was decided about each.
create table change_requests (
  brand_id          uuid not null,
  change_request_id uuid not null,
  -- The order in which they came.
  seq               bigint not null generated always as identity,
  customer_id       uuid not null,
  status            text not null check (status in ('pending', 'approved', 'declined')),
  -- Names only.
  fields            text[] not null,
  -- The wanted values, the reason and the note are sealed.
  wanted            text not null,
  reason            text not null,
  note              text,
  requested_by      uuid not null,
  decided_by        uuid,
  created_at        timestamptz not null,
  decided_at        timestamptz,
  primary key (brand_id, change_request_id)
);

create index change_requests_by_arrival on change_requests (brand_id, seq);
create index change_requests_pending on change_requests (brand_id, seq) where status = 'pending';
create index change_requests_by_customer on change_requests (brand_id, customer_id, seq);

select keep_current('change_requests', '{wanted,reason,note}');
