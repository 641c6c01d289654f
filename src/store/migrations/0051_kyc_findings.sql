-- How a verification was judged: which provider or reviewer found what, by which methods, and how a discrepancy was
-- resolved. Rows are kept and erased like decisions.
create table kyc_findings (
  brand_id    uuid not null,
  customer_id uuid not null,
  run_id      uuid not null,
  finding_id  uuid not null,
  -- The provider that the program had then; 'reviewer' for what a person found.
  source      text not null,
  -- The identity of a key, for what a person found.
  found_by    uuid,
  found_at    timestamptz not null,
  -- State, checks, reason codes and discrepancies; sealed, and bound to the columns above.
  details     text not null,
  primary key (brand_id, finding_id)
);
create index kyc_findings_of_customer on kyc_findings (brand_id, customer_id);
select keep_current('kyc_findings', '{details}');
