-- The day on which a client said that the account had been closed: a closing that is said late counts from 30 days
-- before (domain/retention/policy.ts). Unknown for what was said before; the day of the closing then counts alone. The
-- profile is bound to it.
alter table customers add column closing_stated_on date;
alter table deleted_customers add column closing_stated_on date;
