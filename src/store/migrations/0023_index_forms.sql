-- Which rotations are due because the forms of index values have changed. The key itself is sealed with the number of
-- its forms, so this column decides nothing but when: see docs/decisions/0019-normal-forms.md.
alter table brand_keys add column index_form int not null default 1 check (index_form > 0);
