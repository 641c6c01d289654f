-- Every row has its proof by now, and none is written without one any more.
alter table api_keys alter column proof set not null;
alter table retention_policies alter column proof set not null;
alter table programs alter column proof set not null;
alter table kyc_runs alter column proof set not null;
alter table change_requests alter column proof set not null;
alter table deleted_customers alter column deletion set not null;
alter table kyc_decisions alter column note set not null;
