import type { BudgetKind, Lookup, LookupValues } from '../domain/customers/lookups.ts';
import { budgetSeconds, budgets } from '../domain/customers/lookups.ts';
import { Refusal } from '../domain/errors.ts';
import type { CustomerField } from '../domain/fields.ts';
import type { BrandId, CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import { millisOf, plusSeconds } from '../domain/time.ts';
import type { Counter, Spending } from '../store/audit/lookups.ts';
import { countPart, spend, usedUpUntil } from '../store/audit/lookups.ts';
import type { StatementPart } from '../store/statement-parts.ts';
import { writeParts } from '../store/statement-parts.ts';
import type { ChangeRecord } from './journal.ts';
import { requireDone } from './retry.ts';
import type { Context } from './system.ts';

/** Where an operation compares what a caller sent with what is stored, it counts and journals that here first. */

/** When a search that found a person may be answered again; `undefined`: now. A strict budget is asked as it is counted. */
export const searchableFrom = async (context: Context, { kind }: Lookup): Promise<Instant | undefined> =>
  budgets[kind].isStrict
    ? undefined
    : usedUpUntil(context.scope, { counters: countersOf(context, kind), now: context.now });

/** What came of a search, and `searchableFrom`, which is asked at the same time. */
export interface Searched {
  readonly total: number;
  readonly shown: readonly CustomerId[];
  readonly searchableFrom: Instant | undefined;
}

/** @throws Refusal `lookup_budget` where nothing may be answered, whether or not anybody was found. */
export async function noteSearch(
  context: Context,
  { kind, asked }: Lookup,
  { total, shown, searchableFrom: until }: Searched,
): Promise<void> {
  const [only] = shown.length === 1 ? shown : [];
  const found = only === undefined ? { count: shown.length, customers: shown } : {};
  const outcome = total === 0 ? 'not found' : 'found';
  const record = { customerId: only, facts: { asked: digested(context, asked), outcome, ...found } } as const;
  if (total === 0) return payForMiss(context, { kind, units: 1, ...record });
  if (budgets[kind].isStrict || isCounting(context)) return pay(context, { kind, units: 0, ...record });
  const noted = until === undefined ? record : refusedRecord(only);
  await writeParts(context.scope, [context.journal(noted)]);
  if (until !== undefined) throw usedUp(kind, context.now, until);
}

/**
 * How many searches without a result are being counted, of each brand. One that finds a person waits behind them at the
 * counter, because they may bring the budget to its end.
 */
const counting = new WeakMap<Context['system'], Map<BrandId, number>>();

const countingOf = ({ system }: Context): Map<BrandId, number> => {
  const known = counting.get(system) ?? new Map<BrandId, number>();
  counting.set(system, known);
  return known;
};

const isCounting = (context: Context): boolean => countingOf(context).has(context.scope.brandId);

async function payForMiss(context: Context, attempt: Attempt): Promise<void> {
  const [counts, { brandId }] = [countingOf(context), context.scope];
  counts.set(brandId, (counts.get(brandId) ?? 0) + 1);
  try {
    await pay(context, attempt);
  } finally {
    const left = (counts.get(brandId) ?? 1) - 1;
    if (left > 0) counts.set(brandId, left);
    else counts.delete(brandId);
  }
}

/** Without digests: a reader of the audit trail could compare the digest of a guess with that of a real number. */
const refusedRecord = (customerId: CustomerId | undefined) =>
  ({ customerId, facts: { outcome: 'refused' } }) as const;

/**
 * A full number that was held against a customer's own. That they are equal costs nothing, and is refused like any
 * other answer where a different number would be.
 *
 * @throws Refusal `lookup_budget`
 */
export async function noteComparison(
  context: Context,
  customerId: CustomerId,
  ssn: string,
  isEqual: boolean,
): Promise<void> {
  const outcome = isEqual ? 'equal' : 'different';
  const facts = { asked: digested(context, { ssn }), outcome } as const;
  await pay(context, { kind: 'ssn', units: isEqual ? 0 : 1, customerId, facts }, comparing(context, ssn));
}

/** That a number is taken is told where both the misses and the numbers like it allow it. @throws Refusal `lookup_budget` */
export async function noteDuplicate(
  context: Context,
  customerId: CustomerId | undefined,
  ssn: string,
): Promise<void> {
  const facts = { asked: digested(context, { ssn }), outcome: 'duplicate' } as const;
  await pay(context, { kind: 'ssn', units: 1, customerId, facts }, comparing(context, ssn));
}

/**
 * Runs before a new SSN is written, because the answer shows whether another customer has it. @throws Refusal
 * `lookup_budget`
 */
export async function refuseUsedUp(context: Context): Promise<void> {
  const { scope, now } = context;
  const until = await usedUpUntil(scope, { counters: countersOf(context, 'ssn'), now });
  if (until !== undefined) throw usedUp('ssn', now, until);
}

/** Counts a new number among those of the brand with the same last four digits, in the change that writes it. */
export const lastFourPart = (context: Context, ssn: string): StatementPart =>
  countPart(windowOf(context), lastFourCounter(context, ssn));

/** Answers a change that failed over that count, once the try is counted and journalled. */
export async function refuseLastFour(
  context: Context,
  customerId: CustomerId | undefined,
  ssn: string,
): Promise<never> {
  const facts = { outcome: 'refused' } as const;
  await pay(context, { kind: 'last_four', units: 1, customerId, facts }, [lastFourCounter(context, ssn)]);
  throw usedUp('last_four', context.now, undefined);
}

/** Why a number is shown, and which field it is. */
export interface Reveal {
  readonly words: string;
  readonly field: CustomerField;
  readonly facts?: ChangeRecord['facts'] | undefined;
}

/** Commits the entry of a reveal before the number is shown. @throws Refusal `reveal_budget` */
export const noteReveal = (
  context: Context,
  about: NonNullable<Spending['about']>,
  { words, field, facts }: Reveal,
): Promise<void> =>
  pay(context, {
    kind: 'reveal',
    units: 1,
    customerId: about.customerId,
    fields: [field],
    reason: { words, keyring: context.keyring },
    ...(facts && { facts }),
    about,
  });

interface Attempt extends Pick<Spending, 'units' | 'about'>, Omit<ChangeRecord, 'event'> {
  readonly kind: BudgetKind;
}

async function pay(
  context: Context,
  attempt: Attempt,
  counters: readonly Counter[] = countersOf(context, attempt.kind),
): Promise<void> {
  const { kind, units, about, ...record } = attempt;
  const { event } = budgets[kind];
  const { identity } = context.principal;
  const spending = { counters, units, ...windowOf(context), ...(about && { about }) };
  const spent = await spend(context.scope, spending, {
    allowed: context.journal(record),
    refused: context.journal(refusedRecord(record.customerId)),
    announced: context.journal({ event: { type: event, more: { key: identity } }, facts: { budget: kind } }),
  });
  requireDone(spent ? 'done' : 'stale');
  if (spent?.refused) throw usedUp(kind, context.now, spent.until);
}

/** The brand's counter first. */
function countersOf({ system, principal }: Context, kind: BudgetKind): readonly Counter[] {
  const { ofBrand, ofKey, announcedAt } = budgets[kind];
  const counter = (subject: string, limit: number | undefined): readonly Counter[] =>
    limit === undefined ? [] : [{ kind, subject, limit, announcedAt: announcedAt(limit) }];
  return [
    ...counter(principal.brandId, ofBrand(system.budgetLimits)),
    ...counter(principal.identity, ofKey(system.budgetLimits)),
  ];
}

/** What pays for an answer about one number. */
const comparing = (context: Context, ssn: string): readonly Counter[] => [
  ...countersOf(context, 'ssn'),
  lastFourCounter(context, ssn),
];

function lastFourCounter({ keyring, system }: Context, ssn: string): Counter {
  const digest = keyring.index('lookup', `last_four ${ssn.slice(-4)}`).toString('hex');
  const subject = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const limit = system.budgetLimits.sameLastFour;
  return { kind: 'last_four', subject, limit, announcedAt: budgets.last_four.announcedAt(limit) };
}

const windowOf = ({ now }: Context) => ({ now, endsAt: plusSeconds(now, budgetSeconds) });

/** Under a key of its own, so that the digest of a question is not the one that a customer is found by. */
const digested = ({ keyring }: Context, asked: LookupValues): LookupValues =>
  Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [
      name,
      keyring.index('lookup', `${name} ${value}`).toString('base64'),
    ]),
  );

function usedUp(kind: BudgetKind, now: Instant, until: Instant | undefined): Refusal {
  const seconds = until === undefined ? budgetSeconds : (millisOf(until) - millisOf(now)) / 1000;
  return new Refusal(budgets[kind].code, undefined, { retryAfter: Math.max(1, Math.ceil(seconds)) });
}
