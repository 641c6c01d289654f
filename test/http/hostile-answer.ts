import { expect } from 'vitest';
import type { World } from '../world.ts';

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Traces of what an answer is made with: SQL, names of tables and drivers, files, stacks. */
const innards =
  /\bselect\b.+\bfrom\b|\binsert into\b|\bdelete from\b|\bupdate\b.+\bset\b|customers_|idempotency_by|\bpg_|node_modules|\.[cm]?[tj]s\b|\/src\/|\/tmp\/|\bat .+:\d+:\d+(?![\d.])|SQLSTATE|syntax error|invalid input|violates|ECONN|FST_|ERR_/i;

/**
 * Throws unless the answer has the headers of every answer and, where it is an error, teaches a hostile
 * caller nothing: Bond's four members or RFC 9457, no trace of our innards, nothing of what was sent.
 */
export function checkHarmless(
  { status, headers, text }: ReceivedAnswer,
  canaries: readonly string[] = [],
): void {
  const where = `the answer ${status}`;
  expect(headers.get('x-content-type-options'), where).toBe('nosniff');
  expect(headers.get('cache-control'), where).toBe('no-store');
  expect(headers.get('x-request-id'), where).toMatch(/^[0-9a-f]{12}-[0-9a-z]+$/);
  expect(headers.get('server'), where).toBeNull();
  expect(headers.get('x-powered-by'), where).toBeNull();
  // RFC 9110 section 15.5.2.
  expect(headers.has('www-authenticate'), where).toBe(status === 401);
  if (status < 400) return;

  const body = JSON.parse(text) as Record<string, unknown>;
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    expect(body).toMatchObject({
      type: expect.stringMatching(/^\/docs\/errors#[a-z0-9_]+$/),
      status,
      title: expect.any(String),
      detail: expect.any(String),
      code: expect.any(String),
    });
  } else {
    expect(headers.get('content-type'), where).toBe('application/json; charset=utf-8');
    expect(Object.keys(body), where).toEqual(['Message', 'Status', 'Code', 'Type']);
    expect(body['Status'], where).toBe(status);
  }
  expect(text).not.toMatch(innards);
  for (const canary of canaries) {
    expect(text, `${where} repeats what was sent`).not.toContain(canary);
    expect(JSON.stringify([...headers]), `${where} repeats what was sent`).not.toContain(canary);
  }
}

/** The lines of a world's log by the requests that they name, read up to a line. */
const logs = new WeakMap<World, { upTo: number; readonly byRequest: Map<string, string[]> }>();

function loggedLines(world: World, requestId: string): readonly string[] {
  const known = logs.get(world) ?? { upTo: 0, byRequest: new Map<string, string[]>() };
  logs.set(world, known);
  for (const line of world.log.slice(known.upTo)) {
    for (const [, id = ''] of line.matchAll(/"request_id":"([^"]*)"/g))
      known.byRequest.set(id, [...(known.byRequest.get(id) ?? []), line]);
  }
  known.upTo = world.log.length;
  return known.byRequest.get(requestId) ?? [];
}

/**
 * Waits for the request's line in the log: exactly one, no fault, nothing of what was sent. A request may have
 * one security event beside it, and one without a valid key has. The line is
 * written when the answer is out, which may be a moment after the caller has it.
 */
export async function checkLoggedOnce(
  world: World,
  { headers, status }: ReceivedAnswer,
  canaries: readonly string[] = [],
): Promise<void> {
  const all = () => loggedLines(world, headers.get('x-request-id') ?? '');
  const isEvent = (line: string): boolean => JSON.parse(line).security_event !== undefined;
  const lines = () => all().filter((line) => !isEvent(line));
  await expect.poll(() => lines().length, { timeout: 60_000, interval: 5 }).toBe(1);
  const [line = ''] = lines();
  expect(JSON.parse(line)).toMatchObject({ level: 30, status });
  const events = all().filter(isEvent).length;
  expect(events).toBeLessThanOrEqual(1);
  if (status === 401) expect(events).toBe(1);
  for (const each of all()) {
    expect(each.trimEnd()).not.toContain('\n');
    for (const canary of canaries) expect(each).not.toContain(canary);
  }
}
