-- Who made a key by an operation of the API, and who gave it its secret the last time: an account or another key. Both
-- are bound in the key's proof (domain/sealed-columns.ts). A key that was made at the command line has neither.
alter table api_keys
  add column created_by uuid,
  add column rotated_by uuid;
