-- Who is behind a key, where it may be used from, and when it was used last. The owner and the networks are bound in
-- the key's proof (domain/sealed-columns.ts); a key from before has neither, and its proof stays as it is.
alter table api_keys
  add column owner text,
  -- CIDRs. None: the key may be used from everywhere.
  add column networks text[],
  -- For the review of keys. They decide nothing, so no proof names them.
  add column last_used_at timestamptz,
  add column last_used_from text;

-- Who asked for a verification, and who submitted a document: the same person does not decide about them. Unknown for
-- what is from before.
alter table kyc_runs add column started_by uuid;
alter table kyc_documents add column submitted_by uuid;

-- How the approver of a new SSN or date of birth knows that it was verified: sealed.
alter table change_requests add column verified_elsewhere text;
drop trigger change_requests_insert_current on change_requests;
drop trigger change_requests_update_current on change_requests;
select keep_current('change_requests', '{wanted,reason,note,verified_elsewhere,proof}');
