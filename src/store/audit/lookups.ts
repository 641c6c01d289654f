import type { BudgetKind } from '../../domain/customers/lookups.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { columns, flag, instant, optional } from '../columns.ts';
import type { BrandScope } from '../scope.ts';
import type { Query } from '../sql.ts';
import { prefixed, sql, withPrefix } from '../sql.ts';
import type { StatementPart } from '../statement-parts.ts';

/** One counter that an attempt is held against. */
export interface Counter {
  readonly kind: BudgetKind;
  /** A key, the brand itself, or a keyed digest in the form of a UUID. */
  readonly subject: string;
  readonly limit: number;
  /** The count at which the budget is announced. */
  readonly announcedAt: number;
}

/** An attempt, and what it costs. */
export interface Spending {
  /** Always in the same order, so that two attempts never wait for each other. */
  readonly counters: readonly Counter[];
  /** 0 for an attempt that is free, and refused all the same where the budget is used up. */
  readonly units: 0 | 1;
  readonly now: Instant;
  /** When a window ends that begins with this attempt. */
  readonly endsAt: Instant;
  /** The customer that must still have this version. */
  readonly about?: { readonly customerId: CustomerId; readonly version: number; readonly table: AboutTable };
}

/** What goes into the journal along with the count. */
export interface SpendingParts {
  readonly allowed: StatementPart;
  readonly refused: StatementPart;
  /** Where this attempt brings a counter to the point at which it is announced. */
  readonly announced: StatementPart;
}

export interface Spent {
  readonly refused: boolean;
  /** When the window ends. */
  readonly until: Instant | undefined;
}

const answer = columns({ refused: flag(), until: optional(instant()) });

const isOver = 'budget.ends_at <= :now::timestamptz';
const onConflict = `on conflict (brand_id, kind, subject) do update set
    used = case when ${isOver} then 0 else budget.used end + excluded.used, most = excluded.most,
    ends_at = case when ${isOver} then excluded.ends_at else budget.ends_at end`;

// The update takes the row's lock and sees the newest count, so of any number of attempts at once exactly as many
// pass as the limit says.
const counting = `insert into lookup_budgets as budget (brand_id, kind, subject, used, most, ends_at)
  select :brandId::uuid, given.kind, given.subject, :units::int, null, :endsAt::timestamptz
    from gate, unnest(:kinds::text[], :subjects::uuid[]) with ordinality as given (kind, subject, place) order by place
  ${onConflict} returning budget.kind, budget.subject, budget.used, budget.ends_at`;

const asked = (counters: readonly Counter[]) => ({
  kinds: counters.map(({ kind }) => kind),
  subjects: counters.map(({ subject }) => subject),
  limits: counters.map(({ limit }) => String(limit)),
});

/** Where the customer of an attempt is. */
export type AboutTable = 'customers' | 'deleted_customers';

const aboutSql = (table: AboutTable): string =>
  `select 1 from ${table} where brand_id = :brandId and customer_id = :customerId::uuid and version = :version::int for share`;

const gates = {
  alone: 'select 1',
  customers: aboutSql('customers'),
  deleted_customers: aboutSql('deleted_customers'),
} as const;

const partNames = ['allowed', 'refused', 'announced'] as const;
const known = new Map<string, Query>();

/**
 * Counts an attempt, journals it and says whether it may be answered: one statement, committed before the answer.
 * `undefined` where the customer that it is about has changed.
 */
export async function spend(
  scope: BrandScope,
  spending: Spending,
  parts: SpendingParts,
): Promise<Spent | undefined> {
  const { about, counters, units } = spending;
  const gate = about?.table ?? 'alone';
  const name = `lookup_count_${gate}`;
  const query = known.get(name) ?? sql(name, spendSql(gate, parts));
  known.set(name, query);
  const parameters = {
    brandId: scope.brandId,
    units,
    ...asked(counters),
    announcements: counters.map(({ announcedAt }) => String(announcedAt)),
    now: toPostgres(spending.now),
    endsAt: toPostgres(spending.endsAt),
    ...(about && { customerId: about.customerId, version: about.version }),
  };
  const [row] = await query.run(
    scope.db,
    Object.assign(parameters, ...partNames.map((part) => prefixed(part, parts[part].parameters))),
  );
  return row && answer.read(row);
}

const spendSql = (gate: keyof typeof gates, parts: SpendingParts): string => `
  with gate as (${gates[gate]}), counted as (${counting}), standing as (
    select coalesce(bool_or(used - :units::int >= given.most), false) as refused,
           coalesce(bool_or(used = given.announced_at and given.announced_at > given.most)
             or bool_or(used = given.announced_at) and not bool_or(used - :units::int >= given.most), false) as reached,
           coalesce(max(ends_at) filter (where used - :units::int >= given.most), max(ends_at)) as until
      from counted join unnest(:kinds::text[], :subjects::uuid[], :limits::int[], :announcements::int[])
           as given (kind, subject, most, announced_at) using (kind, subject)
  ), is_allowed as (select 1 from gate, standing where not refused
  ), is_refused as (select 1 from gate, standing where refused
  ), is_announced as (select 1 from gate, standing where reached and :units::int > 0
  ), ${partNames.map((part) => withPrefix(parts[part].sql(`is_${part}`, part), part, parts[part].parameters)).join(', ')}
  select refused, until from gate, standing`;

// Each counter by its own key: a plan that is made while there are few counters must not read all of the brand's.
const usedUp = sql(
  'lookup_used_up',
  `select max(ends_at) as until
     from unnest(:kinds::text[], :subjects::uuid[], :limits::int[]) as given (kind, subject, most), lateral (
       select used, ends_at from lookup_budgets
        where (brand_id, kind, subject) = (:brandId::uuid, given.kind, given.subject) limit 1) as counter
    where used >= given.most and ends_at > :now::timestamptz`,
);
const end = columns({ until: optional(instant()) });

/** The end of the window where one of the counters is used up. Those who ask at the same time share a statement. */
export async function usedUpUntil(
  { brandId, db }: BrandScope,
  { counters, now }: Pick<Spending, 'counters' | 'now'>,
): Promise<Instant | undefined> {
  const values = usedUp.values({ brandId, ...asked(counters), now: toPostgres(now) });
  const about = counters.map(({ kind, subject, limit }) => `${kind} ${subject} ${limit}`).join();
  const [row] = await db.sharedReads.ask(usedUp.statement, `${brandId} ${about}`, values);
  return row && end.read(row).until;
}

/** Counts along with a change, which fails where the counter is used up (`isUsedUp`). */
export const countPart = (
  { now, endsAt }: Pick<Spending, 'now' | 'endsAt'>,
  { kind, subject, limit }: Counter,
): StatementPart => ({
  name: 'budgeted',
  sql: (gate, name = 'budgeted') => `${name} as (
    insert into lookup_budgets as budget (brand_id, kind, subject, used, most, ends_at)
    select :brandId, :kind::text, :subject::uuid, 1, :most::int, :endsAt::timestamptz from ${gate} ${onConflict})`,
  parameters: { kind, subject, most: limit, now: toPostgres(now), endsAt: toPostgres(endsAt) },
  group: { shared: ['now'], exclusive: [`${kind} ${subject}`] },
});

/** Whether a change failed because a counter of its own was used up. */
export const isUsedUp = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === 'lookup_budgets_most';
