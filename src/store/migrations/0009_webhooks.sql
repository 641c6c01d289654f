-- Webhooks: who wants to be told (webhooks), what each is to be told (deliveries), and every attempt at it.

create table webhooks (
  brand_id      uuid not null references brands,
  webhook_id    uuid not null,
  -- The order in which they are listed.
  seq           bigint not null generated always as identity,
  -- Address, description and secrets, sealed. How often counts the changes.
  settings      text not null,
  settings_seal int not null,
  -- Types of events, some with a * at their end.
  events        text[] not null,
  payload       text not null check (payload in ('thin', 'full')),
  status        text not null check (status in ('STATUS_ENABLED', 'STATUS_DISABLED')),
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  -- The number of the last event that was looked at for it. Moves together with the deliveries that came of it.
  fanned        bigint not null,
  -- Since when every attempt has failed.
  failing_since timestamptz,
  primary key (brand_id, webhook_id)
);

create table deliveries (
  brand_id    uuid not null,
  delivery_id uuid not null,
  webhook_id  uuid not null,
  -- Which event. Its text is in events; a payload that shows a whole customer is kept here, sealed.
  number      bigint not null,
  event_id    uuid not null,
  type        text not null,
  customer_id uuid,
  occurred_at timestamptz not null,
  payload     text,
  status      text not null check (status in ('pending', 'delivered', 'dead')),
  -- Attempts in all, and those since it was last given its whole schedule.
  attempts    int not null default 0,
  tries       smallint not null default 0,
  -- Pending: when to try next; while a worker is at it, until when it is that worker's.
  due_at      timestamptz not null,
  claim       uuid,
  updated_at  timestamptz not null,
  primary key (brand_id, delivery_id)
) with (fillfactor = 80);

-- An event comes to a subscription once, whatever happens to whoever brings it.
create unique index deliveries_of_event on deliveries (brand_id, webhook_id, number);
create index deliveries_due on deliveries (brand_id, webhook_id, due_at) where status = 'pending';
create index deliveries_in_order on deliveries (brand_id, webhook_id, customer_id, number) where status = 'pending';
create index deliveries_of_customer on deliveries (brand_id, customer_id) where customer_id is not null;

create table delivery_attempts (
  brand_id    uuid not null,
  attempt_id  uuid not null,
  delivery_id uuid not null,
  customer_id uuid,
  -- Counted from 1 within the delivery.
  ordinal     int not null,
  at          timestamptz not null,
  outcome     text not null,
  -- Of the answer, where there was one: its status, and its beginning, sealed, as it may repeat what was sent.
  status_code int,
  answer      text,
  latency_ms  int not null,
  primary key (brand_id, attempt_id)
);

create unique index delivery_attempts_in_order on delivery_attempts (brand_id, delivery_id, ordinal);
create index delivery_attempts_of_customer on delivery_attempts (brand_id, customer_id) where customer_id is not null;

-- For the sweep, which goes by age alone; rows lie in the order in which they came.
create index events_by_age on events using brin (occurred_at);
create index deliveries_by_age on deliveries using brin (occurred_at);
create index delivery_attempts_by_age on delivery_attempts using brin (at);

select keep_current('webhooks', '{settings}');
select keep_current('deliveries', '{payload}');
select keep_current('delivery_attempts', '{answer}');
