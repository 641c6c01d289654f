import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CustomerId } from '../../src/domain/ids.ts';
import { deletionCursors, erasureCursors, holdCursors } from '../../src/domain/retention/paging.ts';
import type { RetentionHistory } from '../../src/domain/retention/policy.ts';
import {
  basisOf,
  defaultPolicy,
  erasureDueAt,
  maxPolicy,
  minPolicy,
  plusMonths,
  retentionDueAt,
} from '../../src/domain/retention/policy.ts';
import { checkClosing, checkPolicy } from '../../src/domain/retention/requests.ts';
import type { Instant } from '../../src/domain/time.ts';

/** When records of deleted customers are erased, case by case. The simulated lives are in test/retention. */

const at = (text: string) => `${text}.000000` as Instant;
const deletedAt = at('2024-03-10T08:00:00');
const never: RetentionHistory = {
  deletedAt,
  verified: 'never started',
  lastActionAt: undefined,
  wasRunning: false,
  closedOn: undefined,
  closingStatedOn: undefined,
  made: [],
  isHeld: false,
};
const notPassed: RetentionHistory = {
  ...never,
  verified: 'not passed',
  lastActionAt: at('2024-01-31T10:00:00'),
};
const passed: RetentionHistory = { ...notPassed, verified: 'passed' };
const verdicts = [at('2022-05-01T00:00:00'), at('2025-06-01T00:00:00'), at('2021-07-01T00:00:00')];

describe('the whole record is erased', () => {
  test.each<[string, RetentionHistory, string, string]>([
    ['30 days after the deletion, never verified', never, 'never_verified', '2024-04-09T08:00:00'],
    ['25 months after the last action, not passed', notPassed, 'not_passed', '2026-03-01T00:00:00'],
    ['25 months after a withdrawal', { ...notPassed, wasRunning: true }, 'not_passed', '2026-04-10T08:00:00'],
    [
      '25 months after the deletion where no action is known',
      { ...notPassed, lastActionAt: undefined },
      'not_passed',
      '2026-04-10T08:00:00',
    ],
    [
      'at the deletion where the period is long over',
      { ...notPassed, lastActionAt: at('2010-01-01T00:00:00') },
      'not_passed',
      '2024-03-10T08:00:00',
    ],
    ['5 years after the deletion, identified', passed, 'identified', '2029-03-10T08:00:00'],
    [
      '5 years after the closing, which has ended everywhere',
      { ...passed, closedOn: '2023-12-31', closingStatedOn: '2023-12-31' },
      'identified',
      '2029-01-01T12:00:00',
    ],
    [
      'as one who is identified, where the account was closed',
      { ...never, closedOn: '2024-01-01' },
      'identified',
      '2029-01-02T12:00:00',
    ],
    [
      'not before the last verdict may be erased',
      { ...passed, made: verdicts },
      'identified',
      '2030-06-01T00:00:00',
    ],
    [
      'counted from a closing of long ago, where that was said before it was recorded',
      { ...passed, closedOn: '2019-06-01' },
      'identified',
      '2024-06-02T12:00:00',
    ],
    [
      'counted from 30 days before a closing of long ago was stated',
      { ...passed, closedOn: '2010-01-01', closingStatedOn: '2024-03-09' },
      'identified',
      '2029-02-09T12:00:00',
    ],
    [
      'counted from the closing itself up to 30 days back',
      { ...passed, closedOn: '2024-02-08', closingStatedOn: '2024-03-09' },
      'identified',
      '2029-02-09T12:00:00',
    ],
  ])('%s', (_when, history, basis, due) => {
    expect(basisOf(history)).toBe(basis);
    expect(erasureDueAt(history, defaultPolicy)).toBe(at(due));
    const before = plusMonths(at(due), -1);
    const isPast = before < deletedAt;
    if (!isPast && history.made.length === 0)
      expect(retentionDueAt(history, defaultPolicy, before)).toEqual({ kind: 'nothing', until: at(due) });
    const everything = { kind: 'everything', because: basis };
    expect(retentionDueAt(history, defaultPolicy, at(due))).toEqual(everything);
  });

  test('never, under a legal hold', () => {
    const held = { ...passed, made: verdicts, isHeld: true };
    const due = retentionDueAt(held, defaultPolicy, at('2099-01-01T00:00:00'));
    expect(due).toEqual({ kind: 'nothing', until: undefined });
  });
});

describe('documents of an identified customer are erased', () => {
  const history = { ...passed, made: verdicts };
  test.each<[string, object]>([
    ['2026-06-30T23:59:59', { kind: 'nothing', until: at('2026-07-01T00:00:00') }],
    ['2026-07-01T00:00:00', { kind: 'documents', madeUntil: at('2021-07-01T00:00:00') }],
    ['2027-05-01T00:00:00', { kind: 'documents', madeUntil: at('2022-05-01T00:00:00') }],
    ['2030-05-31T23:59:59', { kind: 'documents', madeUntil: at('2022-05-01T00:00:00') }],
    ['2030-06-01T00:00:00', { kind: 'everything', because: 'identified' }],
  ])('at %s: %j', (now, due) => {
    expect(retentionDueAt(history, defaultPolicy, at(now))).toEqual(due);
  });

  test('but with the record where the customer was not identified', () => {
    const made = [at('2020-01-01T00:00:00')];
    const due = retentionDueAt({ ...notPassed, made }, defaultPolicy, at('2026-02-28T00:00:00'));
    expect(due).toEqual({ kind: 'nothing', until: at('2026-03-01T00:00:00') });
  });
});

test.each([
  ['2024-01-31T10:00:00', 1, '2024-03-01T00:00:00'],
  ['2023-12-15T10:00:00', 1, '2024-01-15T10:00:00'],
  ['2024-02-29T10:00:00', 12, '2025-03-01T00:00:00'],
  ['2024-02-29T10:00:00', 48, '2028-02-29T10:00:00'],
  ['2024-11-30T10:00:00', 13, '2025-12-30T10:00:00'],
  ['2024-05-31T10:00:00', -1, '2024-05-01T00:00:00'],
])('%s and %i months are %s', (from, months, until) => {
  expect(plusMonths(at(from), months)).toBe(at(until));
});

describe('a policy', () => {
  const now = at('2026-11-22T13:00:00');
  const [live, sandbox] = [
    { now, sandbox: false },
    { now, sandbox: true },
  ];
  const names = {
    never_verified_days: 'neverVerifiedDays',
    not_passed_months: 'notPassedMonths',
    identity_years: 'identityYears',
    documents_years: 'documentsYears',
  } as const;

  test('has the periods of the law, which live does not cut', () => {
    expect(defaultPolicy).toEqual({
      neverVerifiedDays: 30,
      notPassedMonths: 25,
      identityYears: 5,
      documentsYears: 5,
    });
    expect(minPolicy(false)).toEqual(defaultPolicy);
    expect(Object.values(minPolicy(true))).toEqual([0, 0, 0, 0]);
    expect(Object.values(maxPolicy)).toEqual([3_650, 300, 30, 30]);
  });

  test.each(Object.entries(names))('takes whole numbers within its bounds as %s', (name, key) => {
    for (const context of [live, sandbox]) {
      const [least, most] = [minPolicy(context.sandbox)[key], maxPolicy[key]];
      for (const value of [least, most]) expect(checkPolicy({ [name]: value }, context).any).toBe(false);
      const sentence = [`Must be a whole number from ${least} to ${most}.`];
      for (const value of [least - 1, most + 1, least + 0.5])
        expect(checkPolicy({ [name]: value }, context).toObject()).toEqual({ [name]: sentence });
    }
  });

  test('leaves wrong types to the schema', () => {
    for (const body of [null, 'x', 7, {}, { identity_years: '1' }])
      expect(checkPolicy(body, live).any).toBe(false);
  });

  test.each<[unknown, string | undefined]>([
    ['2026-11-22', undefined],
    ['1900-01-01', undefined],
    ['2026-11-23', 'Must not be in the future.'],
    ['1899-12-31', 'Must be 1900-01-01 or later.'],
    ['2026-02-30', 'Must be a calendar day, YYYY-MM-DD.'],
    [7, undefined],
    [undefined, undefined],
  ])('is counted from a closing on %s: %s', (day, sentence) => {
    expect(checkClosing({ closed_on: day }, live).toObject()).toEqual(
      sentence === undefined ? {} : { closed_on: [sentence] },
    );
    expect(checkClosing(null, live).any).toBe(false);
  });
});

describe('the cursor of a deletion', () => {
  const customerId = '2f1f0d0c-6f0e-4f64-9d5c-0d0a3a1f5b0e' as CustomerId;
  test('decodes to the position that it was made from', () => {
    const micros = fc.integer({ min: 0, max: 999_999 });
    const days = fc.date({ min: new Date(0), max: new Date('2250-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(days, micros, (day, fraction) => {
        const text = `${day.toISOString().slice(0, 20)}${String(fraction).padStart(6, '0')}` as Instant;
        const cursor = deletionCursors.after({ at: text, id: customerId });
        expect(cursor).toMatch(new RegExp(deletionCursors.pattern));
        expect(deletionCursors.parse(cursor)).toEqual({ at: text, id: customerId });
      }),
    );
  });

  const digits = customerId.replaceAll('-', '');
  test.each(['', 'd1_1_', `d1__${digits}`, `d2_1_${digits}`, `d1_1_${digits}0`, `d1_1_${digits.slice(1)}`])(
    'is not %j',
    (text) => expect(deletionCursors.parse(text)).toBeUndefined(),
  );
  test.each([` d1_1_${digits}`, `d1_1_${digits} `, `d1_A_${digits}`, `d1_zzzzzzzzzzzz_${digits}`])(
    'is not %j',
    (text) => expect(deletionCursors.parse(text)).toBeUndefined(),
  );

  test('is none of another list', () => {
    for (const text of [`h1_1_${digits}`, `e1_1_${digits}`])
      expect(deletionCursors.parse(text)).toBeUndefined();
    expect(holdCursors.parse(`h1_1_${digits}`)).toBeDefined();
    expect(erasureCursors.parse(`e1_1_${digits}`)).toBeDefined();
  });

  test('is none beyond the moments that it can name', () => {
    expect(deletionCursors.parse(`d1_zzzzzzzzzzz_${digits}`)).toBeUndefined();
    expect(deletionCursors.parse(`d1_1_${digits}`)).toMatchObject({ at: '1970-01-01T00:00:00.000001' });
  });
});
