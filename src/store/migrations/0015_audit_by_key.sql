-- Which entries a key left between two moments. The time and the actor stand at the beginning of every entry, in
-- positions that never vary.
create index audit_by_key on audit (brand_id, substr(body, 70, 36), (substr(body, 8, 26) collate "C"), number)
 where substr(body, 40, 30) = '","actor":{"kind":"key","id":"';
