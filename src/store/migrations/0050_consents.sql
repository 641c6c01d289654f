-- What a customer was shown, agreed to or withdrew, as the brand recorded it. Rows are kept as long as the customer,
-- and erased with it.
create table consents (
  brand_id    uuid not null,
  consent_id  uuid not null,
  customer_id uuid not null,
  -- The version of the customer that the record wrote.
  version     int not null,
  -- The identity of a key.
  recorded_by uuid not null,
  recorded_at timestamptz not null,
  -- Kind, document and its version, digest, channel and time; sealed, and bound to the columns above.
  details     text not null,
  primary key (brand_id, consent_id),
  unique (brand_id, customer_id, version)
);
select keep_current('consents', '{details}');
