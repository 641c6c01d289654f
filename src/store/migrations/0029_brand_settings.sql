-- What the operator has set for a brand. A brand without a row has the defaults. The proof is bound to the rest.
create table brand_settings (
  brand_id   uuid primary key references brands,
  -- Which values of customers the brand takes: domain/values.ts.
  validation text not null,
  -- Counts the changes.
  version    int not null,
  proof      text not null
);
select keep_current('brand_settings', '{proof}');
