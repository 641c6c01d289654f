-- Since when a customer has waited for a check. due_at moves on with each claim and each try, so it does not say.
alter table screening_queue add column asked_at timestamptz not null default now();
create index screening_queue_asked on screening_queue (asked_at);
