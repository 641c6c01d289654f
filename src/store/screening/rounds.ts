import { manyTries } from '../../domain/screening/screening.ts';
import type { Instant } from '../../domain/time.ts';
import { plusSeconds, toPostgres } from '../../domain/time.ts';
import { columns, flag, instant, number, optional, text } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';

// Walks that put customers of all brands into the queue. A walk stands in the database after each step, so that it goes
// on wherever it was when a process died.

const done = columns({ isMine: flag() });

const ask = sql(
  'screening_ask',
  `insert into screening_state (asked_at) values (:now::timestamptz)
   on conflict (one) do update set asked_at = excluded.asked_at where screening_state.asked_at <= :before::timestamptz
   returning true as is_mine`,
);

/** Whether this process is to ask for the version of the lists: one does so in each interval. */
export async function claimListQuestion(db: Database, now: Instant, interval: number): Promise<boolean> {
  const given = { now: toPostgres(now), before: toPostgres(plusSeconds(now, -interval)) };
  const [row] = await ask.run(db, given);
  return row !== undefined && done.read(row).isMine;
}

const note = sql(
  'screening_note_answer',
  `insert into screening_state (asked_at, answered_at, failing_since, failure)
   values (:now::timestamptz, case when :failure::text is null then :now::timestamptz end,
           case when :failure::text is not null then :now::timestamptz end, :failure::text)
   on conflict (one) do update set
     answered_at = coalesce(excluded.answered_at, screening_state.answered_at), failure = excluded.failure,
     failing_since = case when excluded.failure is not null then coalesce(screening_state.failing_since, excluded.failing_since) end`,
);

/** Keeps whether the provider answers. `failure`: why it does not. */
export async function noteProviderAnswer(
  db: Database,
  now: Instant,
  failure: string | undefined,
): Promise<void> {
  await note.run(db, { now: toPostgres(now), failure });
}

const begin = sql(
  'screening_round_begin',
  `with newest as (
     select provider, list_version from screening_rounds where kind = 'lists' order by round desc limit 1
   ), begun as (
     insert into screening_rounds (kind, provider, list_version, started_at)
     select 'lists', :provider::text, :version::text, :now::timestamptz
      where not exists (select from newest where provider = :provider::text and list_version = :version::text)
     returning round
   ), replaced as (
     update screening_rounds set ended_at = :now::timestamptz where ended_at is null and exists (select from begun)
   )
   select true as is_mine from begun`,
);

/** Begins a walk over everybody if the lists have another version than at the last one. It replaces the walks before it. */
export async function beginListRound(
  db: Database,
  provider: string,
  version: string,
  now: Instant,
): Promise<boolean> {
  return (await begin.run(db, { provider, version, now: toPostgres(now) })).length > 0;
}

const catchUp = sql(
  'screening_round_catch_up',
  `insert into screening_rounds (kind, provider, started_at)
   select 'start', :provider::text, :now::timestamptz
    where exists (select from screening_rounds where kind = 'lists')
      and not exists (select from screening_rounds where kind = 'start' and ended_at is null and queued = 0
                       and after_customer = '00000000-0000-0000-0000-000000000000')`,
);

/** Begins a walk over those who changed or came while nothing was checked. The first walk of all is over everybody. */
export async function beginCatchUp(db: Database, provider: string, now: Instant): Promise<void> {
  await catchUp.run(db, { provider, now: toPostgres(now) });
}

const step = sql(
  'screening_round_step',
  `with walk as (
     select round, kind, after_brand, after_customer from screening_rounds
      where ended_at is null and :most::int > (
        select count(*) from (
          select from screening_queue where due_at <= :now::timestamptz limit :most::int) as due)
      order by round limit 1 for update skip locked
   ), page as (
     select c.brand_id, c.customer_id, c.updated_at from walk, lateral (
       select brand_id, customer_id, updated_at from customers
        where (brand_id, customer_id) > (walk.after_brand, walk.after_customer)
        order by brand_id, customer_id limit :most::int) as c
   ), queued as (
     insert into screening_queue (brand_id, customer_id, due_at, asked_at)
     select p.brand_id, p.customer_id, :now::timestamptz, :now::timestamptz from page p, walk
      where walk.kind = 'lists' or not exists (
        select from screenings s where s.brand_id = p.brand_id and s.customer_id = p.customer_id
           and s.checked_at >= p.updated_at
        union all
        select from screening_queue q where q.brand_id = p.brand_id and q.customer_id = p.customer_id)
      order by p.brand_id, p.customer_id
     on conflict (brand_id, customer_id) do update
       set claim = null, due_at = least(screening_queue.due_at, excluded.due_at)
     returning 1
   ), last as (
     select brand_id, customer_id from page order by brand_id desc, customer_id desc limit 1
   )
   update screening_rounds r
      set after_brand = coalesce(last.brand_id, r.after_brand),
          after_customer = coalesce(last.customer_id, r.after_customer),
          queued = r.queued + (select count(*) from queued),
          ended_at = case when (select count(*) from page) < :most::int then :now::timestamptz end
     from walk left join last on true where r.round = walk.round
   returning r.ended_at is null as is_mine`,
);

/**
 * Customers that one step of a walk sees. A walk waits while so many are due: a new customer then waits behind fewer than
 * twice as many, however many the walk has to see.
 */
const stepSize = 250;

/** One step of the oldest walk. Whether another one may follow at once. */
export async function stepRound(db: Database, now: Instant): Promise<boolean> {
  const [row] = await step.run(db, { now: toPostgres(now), most: stepSize });
  return row !== undefined && done.read(row).isMine;
}

/** How checks go on, for the doctor. */
export interface ScreeningProgress {
  readonly answeredAt: Instant | undefined;
  readonly failingSince: Instant | undefined;
  readonly failure: string | undefined;
  /** The version of the lists at the last walk over everybody. */
  readonly listVersion: string | undefined;
  readonly startedAt: Instant | undefined;
  /** When everybody was in the queue. */
  readonly endedAt: Instant | undefined;
  readonly queued: number | undefined;
  /** Customers in the queue now, counted up to 100,000. */
  readonly waiting: number;
  /** Those of them whom the provider was asked about many times without a usable answer. */
  readonly unanswered: number;
}

const progress = columns({
  answeredAt: optional(instant()),
  failingSince: optional(instant()),
  failure: optional(text()),
  listVersion: optional(text()),
  startedAt: optional(instant()),
  endedAt: optional(instant()),
  queued: optional(number()),
  waiting: number(),
  unanswered: number(),
});

const read = statement(
  'screening_progress',
  `select ${progress.list} from (select) as once
     left join screening_state on true
     left join (select list_version, started_at, ended_at, queued from screening_rounds
                 where kind = 'lists' order by round desc limit 1) as round on true
     cross join (select count(*)::int as waiting, (count(*) filter (where tries >= ${manyTries}))::int as unanswered
                   from (select tries from screening_queue limit 100000) as counted) as queue`,
);

export async function readScreeningProgress(db: Database): Promise<ScreeningProgress> {
  const [row] = await db.run(read, []);
  return progress.read(row ?? { waiting: 0, unanswered: 0 });
}
