-- An event proves that the service wrote it: a MAC under a key derived from the root key, over every column of the row.
-- Between this migration and the next one the program gives the events of earlier versions one
-- (operations/installation/prove-trails.ts).
alter table events add column mac text;
