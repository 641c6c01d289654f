import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LineProblems } from '../../../src/operations/customers/importing/check.ts';
import type { ImportFacts } from '../../../src/operations/customers/importing/import.ts';
import { importCustomers } from '../../../src/operations/customers/importing/import.ts';
import type { System } from '../../../src/operations/system.ts';
import { cleanUp, clientele, serve, temporaryFolder } from '../../installation/cli/program.ts';
import { newSsn, person } from '../../people.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld, settled } from '../../world.ts';

const testTimeout = { timeout: 180_000 };
let world: World;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-import-'));
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

type Body = ReturnType<typeof person>;

const isProgress = (line: string) =>
  /^(?:Checked [\d,]+ lines|Imported [\d,]+ of [\d,]+ \(\d+ %\))(?:, [\d,]+ a second)?(?:, [\dhmins ]+ left)?\.$/.test(
    line,
  );

let files = 0;
function fileOf(lines: readonly (Body | string | Buffer)[]): string {
  files += 1;
  const path = join(folder, `people-${files}.ndjson`);
  const bytes = lines.map((line) =>
    Buffer.isBuffer(line) ? line : Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)),
  );
  writeFileSync(path, Buffer.concat(bytes.flatMap((line) => [line, Buffer.from('\n')])));
  return path;
}

interface Imported extends ImportFacts {
  readonly problems: readonly LineProblems[];
}

interface Run {
  readonly skipBad?: boolean;
  readonly system?: System;
  readonly progress?: (step: string, lines: number, of: number) => void;
}

async function run(brand: BrandClient, path: string, options: Run = {}): Promise<Imported> {
  const problems: LineProblems[] = [];
  const facts = await importCustomers(options.system ?? world.system, brand.brandId, {
    path,
    skipBad: options.skipBad ?? false,
    problem: (found) => problems.push(found),
    progress: options.progress ?? (() => undefined),
  });
  return { ...facts, problems: problems.sort((a, b) => a.line - b.line) };
}

/** Every customer of a brand, in the order of arrival. */
async function stored(brand: BrandClient): Promise<readonly Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let page = 1; ; page += 1) {
    const { json } = await brand.call('GET', `/customers?per_page=50&page=${page}`);
    if (json.length === 0) return all;
    all.push(...json);
  }
}

const letters = 'abcdefghij';
/** A name that says which line it is on. */
const nameOf = (number: number) =>
  `Line${[...String(number)].map((digit) => letters[Number(digit)]).join('')}`;
const people = (count: number, from = 1): Body[] =>
  Array.from({ length: count }, (_, index) => person({ last_name: nameOf(from + index) }));

/** Lines on which something is wrong, each in a way of its own. */
const faults: readonly ((good: Body) => Body | string | Buffer)[] = [
  (good) => ({ ...good, last_name: 'X' }),
  (good) => ({ ...good, dob: '2023-02-29', email: 'nobody' }),
  ({ first_name: _, ...rest }) => rest as Body,
  (good) => ({ ...good, ssn: '000-12-3456' }),
  (good) => ({ ...good, addresses: [{ ...good.addresses[0], state: 'XX' }] }) as unknown as Body,
  (good) => ({ ...good, addresses: [] }) as unknown as Body,
  (good) => ({ ...good, customer_id: 'b3b1f5f4-37b3-4a0b-9a51-0f5b6f9f2a77' }) as Body,
  (good) => ({ ...good, middle_name: 'nul\u0000' }),
  () => '{"dob": "1997-12-25",',
  () => '[]',
  (good) => JSON.stringify(good).replace('{', '{"dob":"1990-01-01",'),
  () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
];

describe('an import of a thousand lines with faults', testTimeout, () => {
  let brand: BrandClient;
  let lines: (Body | string | Buffer)[];
  let path: string;
  const badLines = faults.map((_, index) => 37 + index * 71);
  beforeAll(async () => {
    brand = await world.brand();
    lines = people(1_000);
    for (const [index, fault] of faults.entries()) {
      const at = (badLines[index] ?? 0) - 1;
      lines[at] = fault(lines[at] as Body);
    }
    path = fileOf(lines);
  });

  test('names every bad line and field like createCustomer, without values, and writes nothing', async () => {
    const { problems, ...facts } = await run(brand, path);
    expect(facts).toEqual({ lines: 1_000, imported: 0, earlier: 0, bad: faults.length });
    expect(problems.map(({ line }) => line)).toEqual(badLines);
    expect(await stored(brand)).toEqual([]);
    for (const { line, problems: found } of problems) {
      const sent = lines[line - 1] as Body | string | Buffer;
      const raw = Buffer.isBuffer(sent) || typeof sent === 'string' ? sent : JSON.stringify(sent);
      const { status, json } = await brand.call('POST', '/customers', { raw });
      expect(status).toBe(400);
      // What is not JSON at all has no fields: there the API says one sentence.
      expect(typeof json.Message === 'string' ? { line: [json.Message] } : json.Message).toEqual(found);
    }
    const said = JSON.stringify(problems);
    for (const value of ['2023-02-29', 'nobody', '000-12-3456', 'b3b1f5f4', '"XX"'])
      expect(said).not.toContain(value);
  });

  test('skips them on request and keeps the order of the file', async () => {
    const { problems, ...facts } = await run(brand, path, { skipBad: true });
    expect(facts).toEqual({ lines: 1_000, imported: 1_000 - faults.length, earlier: 0, bad: faults.length });
    expect(problems).toHaveLength(faults.length);
    const wanted = lines
      .map((_, index) => nameOf(index + 1))
      .filter((_, index) => !badLines.includes(index + 1));
    expect((await stored(brand)).map((customer) => customer['last_name'])).toEqual(wanted);
  });

  test('writes the same journal as the API, with the operator as actor', async () => {
    await settled(world);
    const wanted = 1_000 - faults.length;
    const [counts] = await world.sql(
      `select (select count(*) from events where brand_id = $1 and type = 'customer.created')::int as events,
              (select count(distinct customer_id) from audit where brand_id = $1
                 and body::json->>'operation' = 'import' and body::json->'actor'->>'kind' = 'operator')::int as entries`,
      [brand.brandId],
    );
    expect(counts).toEqual({ events: wanted, entries: wanted });
    const { json } = await brand.call('GET', '/events?limit=1');
    expect(json.data[0]).toMatchObject({ event: 'customer.created' });
    const [own] = (await brand.call('GET', '/audit?operation=import&order=oldest&limit=1')).json.data;
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(own.facts ?? own).toMatchObject({ lines: wanted, file_sha256: sha256 });
  });

  test('has no effect when it is repeated', async () => {
    const { problems, ...facts } = await run(brand, path, { skipBad: true });
    expect(facts).toEqual({ lines: 1_000, imported: 0, earlier: 1_000 - faults.length, bad: faults.length });
    expect(problems.map(({ line }) => line)).toEqual(badLines);
    expect(await stored(brand)).toHaveLength(1_000 - faults.length);
  });
});

describe('an import', testTimeout, () => {
  test('continues after an interruption and creates each customer once and in order', async () => {
    const brand = await world.brand();
    const path = fileOf(people(1_600).map(({ ssn: _, ...rest }) => rest as Body));
    const interrupted = run(brand, path, {
      progress: (step, lines) => {
        if (step === 'imported' && lines >= 1_000) throw new Error('Interrupted.');
      },
    });
    await expect(interrupted).rejects.toThrow('Interrupted.');
    expect(await stored(brand)).toHaveLength(1_000);
    expect(await run(brand, path)).toMatchObject({ lines: 1_600, imported: 600, earlier: 1_000, bad: 0 });
    const names = (await stored(brand)).map((customer) => customer['last_name']);
    expect(names).toEqual(Array.from({ length: 1_600 }, (_, index) => nameOf(index + 1)));
  });

  test('finds duplicates of unique values in the file and among the customers', async () => {
    const brand = await world.brand();
    const there = person({ brand_person_id: '5f1f6a52-6f8e-4c58-9a1c-3a0d9a0f6f11' });
    expect((await brand.call('POST', '/customers', { body: there })).status).toBe(201);
    const [one, two, three] = people(3) as [Body, Body, Body];
    const personId = '0C1C9E8A-7F6D-4A2B-8C3D-9E0F1A2B3C4D';
    const path = fileOf([
      one,
      { ...two, brand_person_id: personId } as Body,
      { ...three, ssn: one.ssn },
      person({ brand_person_id: personId.toLowerCase() }),
      one,
      person({ ssn: there.ssn, brand_person_id: '5f1f6a52-6f8e-4c58-9a1c-3a0d9a0f6f11' }),
      // Trigger numbers of the sandbox may belong to many.
      person({ ssn: '333-33-3333' }),
      person({ ssn: '333-33-3333', last_name: 'Other' }),
    ]);
    const { problems, imported } = await run(brand, path);
    expect(imported).toBe(0);
    expect(problems).toEqual([
      { line: 3, problems: { ssn: ['The same as on line 1.'] } },
      { line: 4, problems: { brand_person_id: ['The same as on line 2.'] } },
      {
        line: 5,
        problems: { line: ['The same as on line 1.'], ssn: ['The same as on line 1.'] },
      },
      {
        line: 6,
        problems: {
          ssn: ['Another customer of this brand already has this ssn.'],
          brand_person_id: ['Another customer of this brand already has this brand_person_id.'],
        },
      },
    ]);
    expect(await run(brand, path, { skipBad: true })).toMatchObject({ imported: 4, bad: 4 });
    const other = await world.brand();
    expect((await run(other, fileOf([one, two]))).imported).toBe(2);
    // Ids that were counted up differ in their last digits only.
    const counted = people(20, 100).map((body, index) => ({
      ...body,
      brand_person_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    }));
    expect(await run(other, fileOf(counted))).toMatchObject({ imported: 20, bad: 0 });
  });

  test('imports the rest of a batch if a concurrent create takes an SSN', async () => {
    const brand = await world.brand();
    const lines = people(150);
    const taken = lines[6]?.ssn;
    let raced = false;
    const { db } = world.system;
    const system: System = {
      ...world.system,
      db: {
        ...db,
        runTogether: async (query, values) => {
          if (!raced)
            expect((await brand.call('POST', '/customers', { body: person({ ssn: taken }) })).status).toBe(
              201,
            );
          raced = true;
          return db.runTogether(query, values);
        },
      },
    };
    expect(await run(brand, fileOf(lines), { system })).toMatchObject({
      imported: 149,
      bad: 1,
      problems: [{ line: 7, problems: { ssn: ['Another customer of this brand already has this ssn.'] } }],
    });
    expect(await stored(brand)).toHaveLength(150);
  });

  test('counts as earlier what another import of the file has written since the check, and looks it up together', async () => {
    const brand = await world.brand();
    const lines = people(300);
    // All of the first batch, and some of the second one.
    const [others, path] = [fileOf(lines.slice(0, 270)), fileOf(lines)];
    let raced = false;
    let lookUps = 0;
    const { db } = world.system;
    const system: System = {
      ...world.system,
      db: {
        ...db,
        run(query, values) {
          if (raced) lookUps += 1;
          return db.run(query, values);
        },
        async runTogether(query, values) {
          if (!raced) expect(await run(brand, others)).toMatchObject({ imported: 270, earlier: 0 });
          raced = true;
          return db.runTogether(query, values);
        },
      },
    };
    const steps: (readonly [number, number])[] = [];
    const progress = (step: string, done: number, of: number) => {
      if (step === 'imported') steps.push([done, of]);
    };
    expect(await run(brand, path, { system, progress })).toEqual({
      ...{ lines: 300, imported: 30, earlier: 270, bad: 0 },
      problems: [],
    });
    expect(steps).toEqual([
      [0, 50],
      [30, 30],
    ]);
    expect(lookUps).toBeLessThan(10);
    expect(await stored(brand)).toHaveLength(300);
  });

  test('accepts lines as long as a request, empty lines and CRLF', async () => {
    const brand = await world.brand();
    const [one, two] = people(2) as [Body, Body];
    const path = fileOf([`${JSON.stringify(one)}\r`, '', '  ', 'x'.repeat(70_000), JSON.stringify(two)]);
    expect(await run(brand, path, { skipBad: true })).toMatchObject({
      lines: 3,
      imported: 2,
      problems: [{ line: 4, problems: { line: ['Longer than 64 KiB, which no body may be.'] } }],
    });
  });
});

test(
  'the command reports problems line by line, and its exit code shows whether every line was imported',
  testTimeout,
  async () => {
    const settings = {
      CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data'),
      CLIENTELE_DEMO: '0',
    };
    const server = await serve(settings);
    await clientele(['brands', 'create', 'Blue Ridge'], settings);
    const ssn = newSsn();
    const path = fileOf([...people(3), person({ ssn, last_name: '1' })]);
    const refused = await clientele(['import', path, '--brand', 'Blue Ridge'], settings);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(
      /^line 4: last_name: Must .*\nImported 0 of 4 customers into Blue Ridge\.\n$/,
    );
    expect(refused.stderr).toContain('1 line was refused, so nothing was imported.');
    const skipped = await clientele(
      ['import', path, '--brand', 'Blue Ridge', '--skip-bad', '--output', 'json'],
      settings,
    );
    expect(skipped.code).toBe(1);
    expect(skipped.json).toMatchObject({
      lines: 4,
      imported: 3,
      earlier: 0,
      bad: 1,
      seconds: expect.any(Number),
      per_second: expect.any(Number),
      problems: [{ line: 4 }],
    });
    const good = await clientele(['import', fileOf(people(2, 50)), '--brand', 'Blue Ridge'], settings);
    expect(good.code).toBe(0);
    // A slow import reports its progress every 5 s; nothing else is written there.
    expect(good.stderr.split('\n').filter((line) => !isProgress(line))).toEqual(['']);
    const missing = await clientele(['import', join(folder, 'none'), '--brand', 'Blue Ridge'], settings);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('cannot be read (ENOENT)');
    const said = [refused, skipped, good, missing].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(said).not.toContain(ssn);
    await server.stop();
  },
);
