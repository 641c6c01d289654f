-- A restore disables the keys that it brings back, until an operator enables them.
alter table api_keys add column disabled_at timestamptz;
