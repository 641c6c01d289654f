import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RetentionDue, RetentionHistory, RetentionPolicy } from '../../src/domain/retention/policy.ts';
import { defaultPolicy, maxPolicy, plusMonths, retentionDueAt } from '../../src/domain/retention/policy.ts';
import { checkClosing, checkPolicy, policyNames } from '../../src/domain/retention/requests.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { LifeCycle } from './life-cycles.ts';
import { historyOn, lastDay, noon, oracle, randomLifeCycle, seededRandom } from './life-cycles.ts';

type Rule = (history: RetentionHistory, policy: RetentionPolicy, now: Instant) => RetentionDue;

const population = 2_000;
const random = seededRandom(20_261_124);
const lifeCycles = Array.from({ length: population }, () => randomLifeCycle(random));

/** Lives a life day by day under a rule, and says everything that went too early or more than a day too late. */
function faultsOf(lifeCycle: LifeCycle, rule: Rule): readonly string[] {
  const expected = oracle(lifeCycle);
  const gone = new Set<number>();
  const faults: string[] = [];
  const judge = (what: string, day: number, due: number) => {
    if (day < due) faults.push(`${what}: ${due - day} days early`);
    if (day > due + 1) faults.push(`${what}: ${day - due} days late`);
  };
  for (let day = lifeCycle.deleted; day <= lastDay; day += 1) {
    const history = historyOn(lifeCycle, day, gone);
    if (day === lifeCycle.approved && !history.isHeld) {
      judge('everything', day, expected.erased);
      return faults;
    }
    const due = rule(history, defaultPolicy, noon(day));
    if (due.kind === 'everything') {
      judge('everything', day, expected.erased);
      return faults;
    }
    if (due.kind !== 'documents') continue;
    for (const [made, documentDue] of expected.documents) {
      if (gone.has(made) || noon(made) > due.madeUntil) continue;
      gone.add(made);
      judge('a document', day, documentDue);
    }
  }
  if (expected.erased + 1 < lastDay) faults.push('everything: never');
  return faults;
}

const allFaults = (rule: Rule, among = lifeCycles) => among.flatMap((lifeCycle) => faultsOf(lifeCycle, rule));

describe(`ten years of ${population} random lives`, () => {
  test('reach every rule', () => {
    const seen = { never: 0, notPassed: 0, passed: 0, closed: 0, held: 0, early: 0, documentsFirst: 0 };
    for (const lifeCycle of lifeCycles) {
      const { erased, documents } = oracle(lifeCycle);
      if (lifeCycle.runs.length === 0) seen.never += 1;
      else if (lifeCycle.runs.some(({ status }) => status === 'passed')) seen.passed += 1;
      else seen.notPassed += 1;
      if (lifeCycle.closing) seen.closed += 1;
      if (lifeCycle.holds.length > 0) seen.held += 1;
      if (erased === lifeCycle.approved) seen.early += 1;
      if (documents.some(([, due]) => due < erased)) seen.documentsFirst += 1;
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  test('0 early, 0 late by more than a day', () => {
    expect(allFaults(retentionDueAt)).toEqual([]);
  }, 120_000);

  const shorter =
    (change: Partial<RetentionPolicy>): Rule =>
    (history, policy, now) =>
      retentionDueAt(history, { ...policy, ...change }, now);
  test.each<[string, Rule]>([
    ['forgets a hold', (history, policy, now) => retentionDueAt({ ...history, isHeld: false }, policy, now)],
    ['takes months for less', shorter({ notPassedMonths: 24 })],
    ['keeps people for too long', shorter({ neverVerifiedDays: 32 })],
    [
      'forgets the closing',
      (history, policy, now) => retentionDueAt({ ...history, closedOn: undefined }, policy, now),
    ],
    [
      'believes a closing of long ago',
      (history, policy, now) => retentionDueAt({ ...history, closingStatedOn: undefined }, policy, now),
    ],
    ['lets documents go early', shorter({ documentsYears: 4 })],
  ])('fail if a rule %s', (_name, rule) => {
    expect(allFaults(rule, lifeCycles.slice(0, 300)).length).toBeGreaterThan(5);
  });
});

test('the page matches the code, names its sources, and states that it is not legal advice', () => {
  const page = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');
  const rows = [
    ...page.matchAll(/^\| [^|]+ \| `(\w+)` \| (\d+) (days|months|years) \| [^|]+ \| ([^|]+) \|$/gm),
  ];
  const said = rows.map(([, name, number, unit]) => [name, Number(number), unit]);
  const done = Object.entries(policyNames).map(([name, key]) => [
    name,
    defaultPolicy[key],
    name.split('_').at(-1),
  ]);
  expect(said).toEqual(done);
  const sources = rows.map(([, , , , source]) => source);
  expect(sources.slice(1)).toEqual([
    '12 CFR 1002.12(b)(1)',
    '31 CFR 1020.220(a)(3)(ii)',
    '31 CFR 1020.220(a)(3)(ii)',
  ]);
  const { neverVerifiedDays, notPassedMonths, identityYears } = maxPolicy;
  const longest = `${neverVerifiedDays.toLocaleString('en')} days, ${notPassedMonths} months or ${identityYears} years`;
  expect(page).toContain(longest);
  expect(page).toContain('not legal advice');
});

describe('calendar months', () => {
  test.each([
    ['2024-02-29T23:00:00.000001', 12, '2025-03-01T00:00:00.000000'],
    ['2024-02-29T23:00:00.000001', 48, '2028-02-29T23:00:00.000001'],
    ['2024-01-31T10:00:00.000000', 25, '2026-03-01T00:00:00.000000'],
    ['2024-12-15T10:00:00.000000', 1, '2025-01-15T10:00:00.000000'],
    ['2096-02-29T10:00:00.000000', 60, '2101-03-01T00:00:00.000000'],
  ])('%s and %i months are %s', (at, months, later) => {
    expect(plusMonths(at as Instant, months)).toBe(later);
  });

  test('keep the order of times', () => {
    const moments = Array.from({ length: 3_000 }, (_, day) => noon(day));
    for (const months of [1, 12, 25, 60]) {
      const later = moments.map((at) => plusMonths(at, months));
      expect(later).toEqual([...later].sort());
    }
  });
});

test('a policy may be lengthened in live and never shortened; a sandbox takes any', () => {
  const now = noon(0);
  const problems = (body: object, sandbox: boolean) =>
    Object.keys(checkPolicy(body, { now, sandbox }).toObject());
  expect(problems({ identity_years: 7, not_passed_months: 25 }, false)).toEqual([]);
  expect(problems({ identity_years: 4, not_passed_months: 24 }, false)).toEqual([
    'not_passed_months',
    'identity_years',
  ]);
  expect(problems({ never_verified_days: 0 }, true)).toEqual([]);
  expect(problems({ identity_years: 31, documents_years: 5.5 }, true)).toEqual([
    'identity_years',
    'documents_years',
  ]);
});

test('an account is closed on a real day that is not in the future', () => {
  const wrong = (closed_on: string) =>
    checkClosing({ closed_on }, { now: '2026-11-24T10:00:00.000000' as Instant, sandbox: true }).any;
  expect(['2026-11-24', '2024-02-29'].map(wrong)).toEqual([false, false]);
  expect(['2026-11-25', '2023-02-29', '24.11.2026', '1899-12-31'].map(wrong)).toEqual([
    true,
    true,
    true,
    true,
  ]);
});
