-- Lists over all customers of a brand: legal holds in the order in which they were set, and the requests for early erasure.
create index legal_holds_in_order on legal_holds (brand_id, set_at, hold_id);
create index legal_holds_active on legal_holds (brand_id, set_at, hold_id) where released_at is null;
create index erasure_requests_in_order on erasure_requests (brand_id, requested_at, erasure_id);
