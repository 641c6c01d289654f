-- The values that changes of a customer replaced. They are kept as long as the customer, and erased with it.
create table customer_history (
  brand_id    uuid not null,
  history_id  uuid not null,
  customer_id uuid not null,
  -- The version of the customer that the change wrote.
  version     int not null,
  changed_at  timestamptz not null,
  -- Names only.
  fields      text[] not null,
  -- The values before, sealed under the customer's own key, and bound to the columns above (domain/sealed-columns.ts).
  earlier     text not null,
  -- The full number before, where the change brought another; sealed in the same way.
  ssn         text,
  primary key (brand_id, history_id),
  unique (brand_id, customer_id, version)
);
select keep_current('customer_history', '{earlier,ssn}');
