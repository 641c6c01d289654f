-- How many passkeys an account has. Its MAC covers the number, so that nobody takes them all away in the database.
alter table operators add column passkeys int not null default 0;

-- The passkeys of people. A MAC under the root key proves a row.
create table operator_passkeys (
  passkey_id    uuid primary key,
  -- As the authenticator names it, in base64url.
  credential_id text not null unique,
  operator_id   uuid not null references operators,
  -- The generation of the account that it was made for.
  generation    int not null,
  name          text not null,
  -- In the form of COSE.
  public_key    bytea not null,
  -- How often the authenticator has signed, if it counts.
  counter       bigint not null,
  -- How the browser reaches the authenticator.
  transports    text[] not null,
  -- The name of the host that the passkey is for.
  rp_id         text not null,
  created_at    timestamptz not null,
  used_at       timestamptz,
  mac           text not null
);
create index operator_passkeys_by_operator on operator_passkeys (operator_id);

-- What the next passkey has to sign, each once. The challenge itself is not here.
create table sign_in_challenges (
  digest     bytea primary key,
  expires_at timestamptz not null,
  mac        text not null
);
create index sign_in_challenges_by_end on sign_in_challenges (expires_at);
