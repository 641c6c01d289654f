import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp, clientele, printedDemoKey, type RunningServe, serve } from '../installation/cli/program.ts';
import { person } from '../people.ts';
import { noMount, openSmallDisk, type SmallDisk } from './small-disk.ts';

// A disk that is full, or that cannot be written to. Each is a real file system.

const isHere = noMount === undefined;
const timeout = { timeout: 240_000 };

let disk: SmallDisk | undefined;
beforeAll(() => clientele(['--version']), 120_000);
afterEach(async () => {
  await cleanUp();
  await disk?.remove();
  disk = undefined;
});
afterAll(cleanUp);

interface Called {
  readonly status: number;
  readonly total: number;
  readonly json: { readonly customer_id?: string; readonly Code?: string };
}

async function call(server: RunningServe, headers: Record<string, string>, body?: object): Promise<Called> {
  const answer = await fetch(`${server.url}/api/v0.1/customers`, {
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const total = Number(answer.headers.get('x-total-count'));
  return { status: answer.status, total, json: (await answer.json()) as Called['json'] };
}

const newPerson = () => {
  const { ssn: _, ...body } = person();
  return body;
};

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await isSo()); await sleep(20))
    if (Date.now() > deadline) throw new Error(`It did not come about that ${what}.`);
}

describe.runIf(isHere)('a full disk', timeout, () => {
  test('loses nothing that was acknowledged, is named in log, metrics and readiness, and ends without a restart', async () => {
    disk = await openSmallDisk(300);
    const server = await serve({ CLIENTELE_DATA_DIR: join(disk.folder, 'data') });
    const headers = printedDemoKey(server.stderr);
    const before = (await call(server, headers)).total;
    disk.fill();

    const acknowledged: string[] = [];
    await until('a write was refused', async () => {
      const { status, json } = await call(server, headers, newPerson());
      if (status === 201) acknowledged.push(String(json.customer_id));
      else expect([status, json.Code]).toEqual([503, 'unavailable']);
      return status === 503;
    });
    const readiness = await fetch(`${server.url}/readyz`);
    expect(readiness.status).toBe(503);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    expect((await call(server, headers)).status).toBe(200);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(
      /clientele_unavailable_total\{reason="53100"\} [1-9]/,
    );
    await until('the log named it', async () =>
      /"reason":"53100","next_step":"Free space/.test(server.stdout),
    );

    disk.empty();
    await until('a write was taken again', async () => {
      const { status, json } = await call(server, headers, newPerson());
      if (status === 201) acknowledged.push(String(json.customer_id));
      return status === 201;
    });
    await until('it was ready again', async () => (await fetch(`${server.url}/readyz`)).status === 200);
    expect((await call(server, headers)).total).toBe(before + acknowledged.length);
    for (const id of acknowledged)
      expect((await fetch(`${server.url}/api/v0.1/customers/${id}`, { headers })).status).toBe(200);
    const { code } = await server.stop();
    expect(code).toBe(0);
  });

  test('stops a first start with the next step', async () => {
    disk = await openSmallDisk(20);
    const settings = { CLIENTELE_DATA_DIR: join(disk.folder, 'data') };
    const { code, stderr } = await clientele(['serve'], settings);
    expect(code).toBe(1);
    expect(stderr).toMatch(/disk|space/i);
    expect(stderr).not.toContain('does not know');
  });
});

describe.runIf(isHere)('a disk that is closed for writing', timeout, () => {
  test('stops a first start and a later one with the next step, and the doctor names it', async () => {
    disk = await openSmallDisk(150);
    const settings = { CLIENTELE_DATA_DIR: join(disk.folder, 'deep', 'data'), CLIENTELE_DEMO: '0' };
    disk.closeForWriting();
    const first = await clientele(['serve'], settings);
    expect([first.code, first.stderr]).toEqual([
      1,
      expect.stringContaining('is on a read-only file system.'),
    ]);
    disk.openForWriting();
    await (await serve(settings)).stop();

    disk.closeForWriting();
    const later = await clientele(['serve'], settings);
    expect([later.code, later.stderr]).toEqual([
      1,
      expect.stringContaining('is on a read-only file system.'),
    ]);
    const { json } = await clientele(['doctor', '--output', 'json'], settings);
    const found = (json as readonly { check: string; explanation: string }[]).find(
      ({ check }) => check === 'data directory',
    );
    expect(found?.explanation).toBe(`${settings.CLIENTELE_DATA_DIR} is on a read-only file system.`);
    disk.openForWriting();
    await (await serve(settings)).stop();
  });
});

test.skipIf(isHere)(`disks of a test: skipped, since ${noMount}`, () => undefined);
