-- The last failure of each background task, for `clientele doctor`. A row goes once the task works again. It names
-- the kind of error and the place in the code, and never a value of anybody's.
create table task_failures (
  task            text primary key,
  error           text not null,
  place           text not null,
  failures        bigint not null,
  first_failed_at timestamptz not null,
  last_failed_at  timestamptz not null
);
