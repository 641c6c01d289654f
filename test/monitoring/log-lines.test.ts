import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openObserver } from '../../src/http/observe.ts';
import {
  cleanUp,
  clientele,
  printedDemoKey,
  serve,
  startWorker,
  temporaryFolder,
} from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

describe('the line of a request', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ apiOnly: true });
  });
  afterAll(() => world.close());

  async function lineOf(headers: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const answer = await fetch(`${world.url}/livez`, { headers });
    const id = answer.headers.get('x-request-id');
    return vi.waitFor(() => {
      const line = world.log.find((one) => one.includes(`"request_id":"${id}"`));
      expect(line).toBeDefined();
      return JSON.parse(line ?? '');
    });
  }

  test('has the trace and the id that the request came with', async () => {
    const line = await lineOf({
      traceparent: `00-${trace}-${span}-01`,
      'x-request-id': '0190b1f5-7a3c-7d2e-9c41-5f6a7b8c9d0e',
    });
    expect(line).toMatchObject({
      trace_id: trace,
      parent_span_id: span,
      client_request_id: '0190b1f5-7a3c-7d2e-9c41-5f6a7b8c9d0e',
    });
    expect(line).not.toHaveProperty('slow');
    for (const id of [trace, '01J9ZC5T8Q4W2E6R8T0Y2V4X6Z'])
      expect(await lineOf({ 'x-request-id': id })).toMatchObject({ client_request_id: id });
  });

  test.each([
    [`00-${'0'.repeat(32)}-${span}-01`],
    [`00-${trace}-${'0'.repeat(16)}-01`],
    [`ff-${trace}-${span}-01`],
    [`00-${trace.toUpperCase()}-${span}-01`],
    [`00-${trace}-${span}`],
    [`00-${trace}-${span}-01, 00-${trace}-${span}-01`],
  ])('has no trace where traceparent is %s', async (traceparent) => {
    const line = await lineOf({ traceparent });
    expect(Object.keys(line)).not.toContain('trace_id');
    expect(Object.keys(line)).not.toContain('parent_span_id');
  });

  test.each(['123-45-6789', 'james.bond@example.com', 'James Bond', '4111111111111111', '+14155550123', '1'])(
    'never has the id %s, which could be personal data',
    async (id) => {
      expect(JSON.stringify(await lineOf({ 'x-request-id': id }))).not.toContain(id === '1' ? 'client' : id);
    },
  );

  test.each([
    [999, 'info', undefined],
    [1_000, 'warn', true],
  ] as const)('of %i ms has the level %s', (milliseconds, level, slow) => {
    const lines: [string, Record<string, unknown>][] = [];
    const log = (name: string) => (line: Record<string, unknown>) => void lines.push([name, line]);
    const observer = openObserver({
      logger: { info: log('info'), warn: log('warn') },
      pool: () => ({ total: 0, idle: 0, waiting: 0 }),
      security: { usage: () => ({ events: new Map(), targets: [] }) },
    } as unknown as Parameters<typeof openObserver>[0]);
    observer.request({
      requestId: 'a-1',
      operation: 'listCustomers',
      method: 'GET',
      status: 200,
      milliseconds,
      brandId: undefined,
      identity: undefined,
    });
    expect(lines).toEqual([[level, expect.objectContaining({ request_id: 'a-1', slow })]]);
  });
});

describe('standard output', { timeout: 120_000 }, () => {
  beforeAll(() => clientele(['--version']), 120_000);
  afterAll(cleanUp);

  test('of serve with two processes and of a worker has JSON only, each line with its process and host', async () => {
    const settings = { CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data') };
    const server = await serve(settings, { options: ['--processes', '2'] });
    const customers = `${server.url}/api/v0.1/customers`;
    for (let count = 0; count < 8; count += 1)
      await fetch(customers, { headers: { ...printedDemoKey(server.stderr), connection: 'close' } });
    const worker = await startWorker(settings);
    const ended = [await worker.stop(), await server.stop()];
    const lines = ended.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
    expect(lines.length).toBeGreaterThanOrEqual(8);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ pid: expect.any(Number), hostname: hostname() });
  });
});
