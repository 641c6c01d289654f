-- The people who use the console. Their accounts belong to the installation, so a MAC under the root key proves a row.
create table operators (
  operator_id  uuid primary key,
  -- In lower case.
  email        text not null unique,
  name         text not null,
  -- A salted hash. Without one, nobody signs in with a password.
  password     text,
  -- The roles that the account has in every brand, also in later ones.
  roles        text[] not null,
  -- An account of the sandbox's demo, which signs in by one click.
  is_demo      boolean not null,
  created_at   timestamptz not null,
  disabled_at  timestamptz,
  -- Counts what ends all sessions and links of the account.
  generation   int not null,
  -- Counts the changes.
  version      int not null,
  mac          text not null,
  -- Decides nothing.
  last_seen_at timestamptz
);

-- The roles of an account in one brand. A row stays when its roles are taken. The proof is bound to the rest.
create table operator_roles (
  brand_id    uuid not null references brands,
  operator_id uuid not null references operators,
  roles       text[] not null,
  -- Counts the changes.
  version     int not null,
  proof       text not null,
  primary key (brand_id, operator_id)
);
select keep_current('operator_roles', '{proof}');

-- Who is signed in. The token is in a cookie; its digest is here.
create table operator_sessions (
  digest       bytea primary key,
  session_id   uuid not null,
  operator_id  uuid not null references operators,
  generation   int not null,
  -- Whether a passkey has proven the person.
  is_strong    boolean not null,
  created_at   timestamptz not null,
  seen_at      timestamptz not null,
  -- When the person last proved who they are.
  confirmed_at timestamptz,
  mac          text not null
);
create index operator_sessions_by_operator on operator_sessions (operator_id);
create index operator_sessions_by_time on operator_sessions (created_at);

-- Links that let a person choose a password, each once.
create table operator_links (
  digest      bytea primary key,
  purpose     text not null check (purpose in ('first', 'invitation', 'reset')),
  -- None for the first start.
  operator_id uuid references operators,
  generation  int not null,
  expires_at  timestamptz not null,
  mac         text not null
);

-- Failures to sign in, by a digest of the address or of the source, whether or not there is such an account.
create table sign_in_failures (
  subject  text primary key,
  failures int not null,
  -- Until when no other try is made.
  until    timestamptz not null,
  ends_at  timestamptz not null
);
create index sign_in_failures_by_end on sign_in_failures (ends_at);
