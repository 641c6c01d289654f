import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OperationRow } from '../../src/contract/operation.ts';
import { errorsOf } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { errorCatalogue } from '../../src/domain/errors.ts';
import { prepare, samples, send } from '../contract-samples.ts';
import type { Case } from './codes/budgets.ts';
import { caseOf } from './codes/cases.ts';
import { brand, brokenWorld, closeWorlds, forms, openWorlds } from './codes/worlds.ts';
import { checkHarmless } from './hostile-answer.ts';

/**
 * Every code that a row of the contract lists, provoked for real and in both forms of an error. A row that
 * is new, or gains a code, goes red here until there is a case for it.
 */

beforeAll(openWorlds);
afterAll(closeWorlds);

/** A request that is too slow is waited for once, in hostile-slow.test.ts, and not 10 seconds for each row. */
const codesOf = (row: OperationRow): readonly ErrorCode[] =>
  errorsOf(row).filter((code) => code !== 'request_timeout');

test('there is a sample request for every operation and a case for every code that its row lists', () => {
  const missing = operations.flatMap((row) => [
    ...(row.operationId in samples ? [] : [row.operationId]),
    ...codesOf(row)
      .filter((code) => !caseOf(row, code))
      .map((code) => `${row.operationId} ${code}`),
  ]);
  expect(missing).toEqual([]);
});

test('a code without a case fails the test', () => {
  const row = operations.find((one) => one.operationId === 'getCustomer') as OperationRow;
  expect(caseOf({ ...row, errors: ['kyc_customer'] }, 'kyc_customer')).toBeUndefined();
  expect(caseOf(row, 'hold_dne'), 'of a parameter that the row does not have').toBeUndefined();
  expect(caseOf(row, 'customer_dne')).toBeDefined();
});

describe.each(operations.map((row) => [row.operationId, row] as const))('%s', (_id, row) => {
  test('succeeds with the status of its row', async () => {
    const answer = await send(brand, await prepare(row, brand));
    expect(answer.status).toBe(row.answer.status);
    checkHarmless(answer);
  });

  test.concurrent.each([...codesOf(row)])('can answer %s', async (code) => {
    const provoke = caseOf(row, code) as Case;
    const entry = errorCatalogue[code];
    const [plain, problem] = await Promise.all([
      provoke(row, { Accept: forms.plain }),
      provoke(row, { Accept: forms.problem }),
    ]);
    expect(plain.json).toMatchObject({ Code: code, Status: entry.status, Type: entry.type });
    expect(problem.json).toMatchObject({ code, status: entry.status, title: entry.message });
    expect(problem.headers.get('content-type')).toBe(`${forms.problem}; charset=utf-8`);
    for (const answer of [plain, problem]) {
      expect(answer.status).toBe(entry.status);
      checkHarmless(answer);
      const retryAfter = Number(answer.headers.get('retry-after') ?? 0);
      const mayRetry = [
        ...['rate_limited', 'lookup_budget', 'reveal_budget', 'idempotency_budget'],
        ...['unavailable', 'idempotency_key_exists', 'sign_in_limited'],
      ].includes(code);
      expect(retryAfter > 0, 'Retry-After where a repeat makes sense, and only there').toBe(mayRetry);
    }
  });
});

test('a fault is logged by its kind and place, without its message', () => {
  const lines = brokenWorld.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
  const faults = lines.filter(({ msg }) => msg === 'fault');
  expect(faults.length).toBeGreaterThanOrEqual(2 * operations.length);
  const told = ['level', 'time', 'error', 'code', 'statement', 'stack', 'msg'];
  const ofRequest = ['request_id', 'operation'];
  const ofTask = ['task', 'failures'];
  for (const line of lines) {
    expect(['fault', 'background task failed']).toContain(line.msg);
    const allowed = [...told, ...(line.msg === 'fault' ? ofRequest : ofTask)];
    expect(Object.keys(line).filter((name) => !allowed.includes(name))).toEqual([]);
    expect(line.stack?.every((frame: string) => /^at /.test(frame)) ?? true).toBe(true);
    expect(line.statement ?? 'customer_read').toMatch(/^[a-z_]+[a-z0-9_ ]*$/);
  }
});
