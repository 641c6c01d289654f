-- Rows that decide something prove what they say: a sealed record is bound to their columns (domain/sealed-columns.ts).
-- Between this migration and the next one the program seals what is there (operations/installation/bind-rows.ts).

alter table api_keys
  add column version int not null default 1,
  add column proof text;
alter table api_keys alter column version drop default;

alter table retention_policies
  add column version int not null default 1,
  add column proof text;
alter table retention_policies alter column version drop default;

alter table programs add column proof text;
alter table kyc_runs add column proof text;
alter table change_requests add column proof text;

-- A customer's row counts its legal holds and has the day on which the account was closed, so that its profile can be
-- bound to both.
alter table customers
  add column holds smallint not null default 0 check (holds >= 0),
  add column closed_on date;
alter table customers alter column holds drop default;
alter table deleted_customers
  add column holds smallint not null default 0 check (holds >= 0),
  add column closed_on date,
  -- Proves when the customer was deleted.
  add column deletion text;
alter table deleted_customers alter column holds drop default;

update customers set holds = (
    select count(*) from legal_holds hold
     where (hold.brand_id, hold.customer_id) = (customers.brand_id, customers.customer_id) and released_at is null)
 where (brand_id, customer_id) in (select brand_id, customer_id from legal_holds);
update deleted_customers set holds = (
    select count(*) from legal_holds hold
     where (hold.brand_id, hold.customer_id) = (deleted_customers.brand_id, deleted_customers.customer_id)
       and released_at is null)
 where (brand_id, customer_id) in (select brand_id, customer_id from legal_holds);
update customers set closed_on = closing.closed_on from account_closings closing
 where (closing.brand_id, closing.customer_id) = (customers.brand_id, customers.customer_id);
update deleted_customers set closed_on = closing.closed_on from account_closings closing
 where (closing.brand_id, closing.customer_id) = (deleted_customers.brand_id, deleted_customers.customer_id);
drop table account_closings;

drop trigger programs_insert_current on programs;
drop trigger programs_update_current on programs;
drop trigger kyc_runs_insert_current on kyc_runs;
drop trigger kyc_runs_update_current on kyc_runs;
drop trigger change_requests_insert_current on change_requests;
drop trigger change_requests_update_current on change_requests;
select keep_current('programs', '{settings,proof}');
select keep_current('kyc_runs', '{data,proof}');
select keep_current('change_requests', '{wanted,reason,note,proof}');
select keep_current('api_keys', '{proof}');
select keep_current('retention_policies', '{proof}');
-- Rows come from customers as they are, and may be under an older key; what is written here anew may not.
create trigger deleted_customers_insert_current before insert on deleted_customers for each row
  when (is_outdated(new.brand_id, sealed_head(new.deletion), null)) execute function refuse_outdated();
create trigger deleted_customers_update_current before update of profile, deletion on deleted_customers for each row
  when (is_outdated(new.brand_id, least(
    case when sealed_name(new.profile) is distinct from sealed_name(old.profile) then sealed_head(new.profile) end,
    case when sealed_name(new.deletion) is distinct from sealed_name(old.deletion) then sealed_head(new.deletion) end
  ), null)) execute function refuse_outdated();
