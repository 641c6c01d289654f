import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startServer } from '../../src/main.ts';
import { acceptRestore } from '../../src/operations/audit/accept-restore.ts';
import { anchorsOf } from '../../src/operations/audit/anchors.ts';
import { recordOperatorAction } from '../../src/operations/audit/operator.ts';
import { parseSignedLine } from '../../src/operations/audit/signed-lines.ts';
import { examineTrails } from '../../src/operations/installation/doctor-trail.ts';
import type { System } from '../../src/operations/system.ts';
import { cleanUp, clientele, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { bodyOf, exportedTrail, keepTrail, signedTrail, verdictOn, withAnchors } from './trail.ts';

let world: World;
let brand: BrandClient;
let folder: string;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await world.close();
  await cleanUp();
});
beforeEach(async () => {
  brand = await world.brand();
});

const anotherFile = () => join(folder, `${randomUUID()}.ndjson`);
/** A process of its own, which remembers no trail. */
const machine = (path = anotherFile()): System => withAnchors(world.system, path);
const anotherEntry = () => recordOperatorAction(world.system, brand.brandId, 'keys list');
const signs = (system: System) => signedTrail(system, brand.brandId);
const anchorsIn = (path: string) =>
  anchorsOf(readFileSync(path, 'latin1'), brand.brandId, new Set([world.system.vault.signer.key]));
const examined = async ({ anchors }: System) =>
  (await examineTrails({ auditAnchorFile: anchors.path }, world.system.db, world.system.vault)).filter(
    ({ explanation, state }) => state !== 'red' || explanation.includes(brand.brandId),
  );

describe('a trail that ends before its newest anchor', () => {
  test('stops the sequencer of a service that starts, with an alarm in log and metrics, and turns the doctor red', async () => {
    const system = machine();
    expect(await signs(system)).toEqual([]);
    const afterFirst = await keepTrail(world, brand.brandId);
    await anotherEntry();
    expect(await signs(system)).toEqual([]);
    await afterFirst();
    const log: string[] = [];
    const logger = pino({ level: 'info', base: null }, { write: (line: string) => void log.push(line) });
    const config = { ...world.config, auditAnchorFile: system.anchors.path };
    const server = await startServer(config, { logger });
    try {
      await vi.waitFor(
        async () => {
          const metrics = await (await fetch(`${server.url}/metrics`)).text();
          expect(metrics).toMatch(/clientele_background_failures_total\{task="sequence"\} [1-9]/);
          expect(metrics).toMatch(/clientele_security_events_total\{event="record_altered"\} [1-9]/);
        },
        { timeout: 60_000, interval: 200 },
      );
    } finally {
      await server.close();
    }
    expect(log.join('')).toContain('"error":"ForeignTrail"');
    expect(log.join('')).toMatch(
      new RegExp(`"security_event":"record_altered"[^\n]*"brand_id":"${brand.brandId}"`),
    );
    expect(await examined(system)).toMatchObject([
      {
        state: 'red',
        explanation: `The audit trail of brand ${brand.brandId} is not signed: it ends at entry 2, but entry 3 was signed.`,
        nextStep: expect.stringContaining(`run: clientele accept-restore --brand ${brand.brandId}`),
      },
    ]);
    // The planted fault: a machine without anchors knows nothing.
    expect(await examined(machine())).toMatchObject([{ state: 'yellow' }]);
  });

  test('goes on after the operator accepted it, and verify-audit says what was lost', {
    timeout: 60_000,
  }, async () => {
    const system = machine();
    expect(await signs(system)).toEqual([]);
    const restoreBackup = await keepTrail(world, brand.brandId);
    await anotherEntry();
    await anotherEntry();
    expect(await signs(system)).toEqual([]);
    await restoreBackup();
    const restarted = machine(system.anchors.path);
    await anotherEntry();
    expect(await signs(restarted)).toEqual([expect.stringContaining('clientele accept-restore --brand')]);
    expect(await acceptRestore(restarted, brand.brandId)).toEqual({ number: 2, lost: 4, unproven: 0 });
    expect(await signs(restarted)).toEqual([]);
    await expect(acceptRestore(restarted, brand.brandId)).rejects.toThrow('nothing to accept');
    const trail = join(folder, 'restored.ndjson');
    writeFileSync(trail, await exportedTrail(restarted, brand.brandId));
    const { key } = world.system.vault.signer;
    const ran = await clientele(
      ['verify-audit', trail, '--key', key, '--anchors', system.anchors.path, '--output', 'json'],
      {},
    );
    expect(ran.json).toMatchObject({ whole: true, restored: [{ to: 2, lost_to: 4 }] });
    expect(await examined(restarted)).toMatchObject([{ state: expect.stringMatching(/green|yellow/) }]);
  });
});

describe('two processes that share an anchor file', () => {
  test('see each other, and every checkpoint is in it once and in order', async () => {
    const path = anotherFile();
    const [one, other] = [machine(path), machine(path)];
    for (let count = 0; count < 10; count += 1) {
      await anotherEntry();
      await Promise.all([signs(one), signs(other)]);
    }
    const numbers = readFileSync(path, 'latin1')
      .trimEnd()
      .split('\n')
      .map((line) => parseSignedLine(line)?.checkpoint.number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => Number(a) - Number(b)));
    expect(numbers.length).toBeGreaterThan(3);
    expect(one.anchors.newest(brand.brandId)).toBe(other.anchors.newest(brand.brandId));
    const goBack = await keepTrail(world, brand.brandId);
    await anotherEntry();
    expect(await signs(one)).toEqual([]);
    await goBack();
    await anotherEntry();
    // The other process did not sign that entry, and knows it from the file.
    expect(await signs(other)).toEqual([expect.stringContaining('but had entry')]);
  });

  test('go on after a line that was cut off when the machine failed', async () => {
    const system = machine();
    expect(await signs(system)).toEqual([]);
    appendFileSync(system.anchors.path, `{"kind":"checkpoint","brand":"${brand.brandId}","num`);
    await anotherEntry();
    expect(await signs(machine(system.anchors.path))).toEqual([]);
    expect([...anchorsIn(system.anchors.path).hashes.keys()]).toEqual([2, 3]);
  });

  test('go on after such a line that another brand follows', async () => {
    const system = machine();
    expect(await signs(system)).toEqual([]);
    appendFileSync(system.anchors.path, `{"kind":"checkpoint","brand":"${brand.brandId}","number":3,"ha`);
    const other = await world.brand();
    expect(await signedTrail(machine(system.anchors.path), other.brandId)).toEqual([]);
    expect(readFileSync(system.anchors.path, 'latin1')).toMatch(/"number":3,"ha\n\{/);
    await anotherEntry();
    expect(await signs(machine(system.anchors.path))).toEqual([]);
    expect([...anchorsIn(system.anchors.path).hashes.keys()]).toEqual([2, 3]);
  });

  test('read a file that is longer than what is read at once', () => {
    const path = anotherFile();
    const other = randomUUID();
    const lineOf = (id: string, number: number) => `{"brand":"${id}","number":${number},"signature":"x"}`;
    const lines = Array.from({ length: 50_000 }, (_, at) => lineOf(at % 2 ? other : brand.brandId, at));
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { anchors } = machine(path);
    expect(anchors.newest(brand.brandId)).toBe(lineOf(brand.brandId, 49_998));
    expect(anchors.all(other)).toEqual(lines.filter((line) => line.includes(other)));
    appendFileSync(path, `${lineOf(brand.brandId, 50_000)}\n`);
    expect(anchors.newest(brand.brandId)).toBe(lineOf(brand.brandId, 50_000));
  });
});

describe('two machines with an anchor file each', () => {
  test('together witness the whole trail, and each refuses to lose what it signed', async () => {
    const [here, there] = [machine(), machine()];
    expect(await signs(here)).toEqual([]);
    const goBack = await keepTrail(world, brand.brandId);
    await anotherEntry();
    expect(await signs(there)).toEqual([]);
    const both = anotherFile();
    for (const { anchors } of [here, there]) appendFileSync(both, readFileSync(anchors.path));
    const { hashes } = anchorsIn(both);
    expect([...hashes.keys()]).toEqual([2, 3]);
    const trail = await exportedTrail(machine(), brand.brandId);
    expect(await verdictOn(trail, { anchors: hashes })).toMatchObject({ whole: true });
    await goBack();
    // Only the machine that signed entry 3 misses it; this one goes on, and that one notices.
    await anotherEntry();
    const restarted = [machine(here.anchors.path), machine(there.anchors.path)] as const;
    expect(await signs(restarted[0])).toEqual([]);
    await anotherEntry();
    expect(await signs(restarted[1])).toEqual([
      expect.stringContaining('entry 3 is not the one that was signed'),
    ]);
    expect(await acceptRestore(restarted[1], brand.brandId)).toEqual({ number: 0, lost: 3, unproven: 0 });
    expect(await signs(restarted[1])).toEqual([]);
    expect(anchorsIn(there.anchors.path).restored).toMatchObject([{ number: 0, lost: 3 }]);
    const after = await exportedTrail(restarted[1], brand.brandId);
    const anchors = anchorsIn(there.anchors.path).hashes;
    expect(await verdictOn(after, { anchors })).toMatchObject({ whole: true });
  });
});

describe('the doctor', () => {
  test('names a row of the outbox that the service did not write', async () => {
    await world.sql(`insert into journal (brand_id, body, mac) values ($1, $2, '')`, [
      brand.brandId,
      bodyOf(1),
    ]);
    const system = machine();
    expect(await signs(system)).toHaveLength(1);
    expect(await examined(system)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          state: 'red',
          explanation: expect.stringMatching(
            /^The row \d+ of journal, brand .* was not written by the service\.$/,
          ),
        }),
      ]),
    );
    await world.sql('delete from journal where brand_id = $1', [brand.brandId]);
  });

  test.each([
    ['is missing', 'delete from audit where brand_id = $1 and number = 1', 'entry 1 was changed'],
    [
      'was changed',
      `update audit set body = replace(body, 'keys', 'kyes') where brand_id = $1 and number = 2`,
      'entry 2 was changed',
    ],
    [
      'is listed under another customer',
      'update audit set customer_id = gen_random_uuid() where brand_id = $1 and number = 2',
      'entry 2 is not listed under its own customer',
    ],
  ])('is red where an entry %s', async (_, statement, problem) => {
    const system = machine();
    expect(await signs(system)).toEqual([]);
    expect((await examined(system)).filter(({ state }) => state === 'red')).toEqual([]);
    await world.sql(statement, [brand.brandId]);
    expect(await examined(system)).toMatchObject([
      { state: 'red', explanation: expect.stringContaining(problem) },
    ]);
  });
});
