-- Who a person is at the company's provider of identities: its issuer, a space, and the subject that it names. An
-- account with one signs in there and has no password. Its MAC covers the column where it is set.
alter table operators add column subject text unique;
