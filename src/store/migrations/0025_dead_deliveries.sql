-- Monitoring counts the deliveries that were given up.
create index deliveries_dead on deliveries (updated_at) where status = 'dead';
