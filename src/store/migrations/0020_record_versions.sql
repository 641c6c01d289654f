-- The few entries that name the version of a key or a policy, to compare them with the rows.
create index audit_of_brand_records on audit (brand_id)
  where customer_id is null and position('"record_version":' in body) > 0;
