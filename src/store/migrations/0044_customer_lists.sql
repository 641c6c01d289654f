-- Customers by their state and by the verdict on their first primary address, in the order of arrival: for lists and for
-- counts.
create index customers_by_kyc on customers (brand_id, kyc_status, seq) where kyc_status is not null;
create index customers_without_kyc on customers (brand_id, seq) where kyc_status is null;
create index customers_by_deliverability on customers (brand_id, deliverability, seq) where deliverability is not null;
-- Customers come in the order of their creation, so a summary for each range of pages finds those of a few days.
create index customers_by_age on customers using brin (created_at) with (pages_per_range = 32, autosummarize = on);
