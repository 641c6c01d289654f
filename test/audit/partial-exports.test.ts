import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditTable } from '../../src/cli/commands/records/audit-table.ts';
import type { CustomerId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/time.ts';
import { parseInstant } from '../../src/domain/time.ts';
import { exportAudit } from '../../src/operations/audit/export.ts';
import type { AuditExport } from '../../src/operations/audit/exports/writer.ts';
import { readExportedTrail } from '../../src/operations/audit/lost-changes.ts';
import type { IntactTrail } from '../../src/operations/audit/verify.ts';
import { newCustomer } from '../contract-samples.ts';
import { cleanUp, clientele, shell, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';
import { verdictOn } from './trail.ts';

// Exports of a part of the trail: between two moments, about one customer, as a table, and with reasons.

const day = (number: number): Instant => parseInstant(`2026-03-0${number}`) as Instant;
const formula = '=HYPERLINK("https://evil.example")';

let clock: Instant;
let world: World;
let folder: string;
let settings: Readonly<Record<string, string>>;
beforeAll(async () => {
  clock = day(1);
  // Sequencing runs by hand here, as each export needs it.
  world = await openWorld({ apiOnly: true, now: () => clock });
  folder = await temporaryFolder();
  settings = { ...world.databaseSettings, CLIENTELE_DATA_DIR: world.config.dataDir };
}, 120_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
});

interface Story {
  readonly brand: BrandClient;
  readonly ada: CustomerId;
  readonly ben: CustomerId;
}

/**
 * 1 and 2: the brand and its key, on day 1. 3 and 4: Ada and Ben, on day 2. 5: Ada's SSN, on day 3. 6: Ben's SSN, on
 * day 4. 7: Ada's SSN again, by a clock that went back to day 2.
 */
async function story(): Promise<Story> {
  clock = day(1);
  const brand = await world.brand();
  clock = day(2);
  const [ada, ben] = [await newCustomer(brand), await newCustomer(brand)].map(
    ({ json }) => json.customer_id as CustomerId,
  ) as [CustomerId, CustomerId];
  const reveals: readonly (readonly [CustomerId, number, string])[] = [
    [ada, 3, 'Ticket 4711 of Zoë.'],
    [ben, 4, formula],
    [ada, 2, 'A clock that was wrong.'],
  ];
  for (const [id, at, reason] of reveals) {
    clock = day(at);
    expect((await brand.call('POST', `/customers/${id}/ssn`, { body: { reason } })).status).toBe(200);
  }
  clock = day(5);
  return { brand, ada, ben };
}

async function exported({ brand }: Story, request: AuditExport = {}) {
  let text = '';
  const told = await exportAudit(
    world.system,
    brand.brandId,
    request,
    async (piece) => {
      text += piece;
    },
    () => undefined,
  );
  return { text, told, lines: text.split('\n').slice(0, -1) };
}

const isEntry = (line: string) => line.startsWith('{"number":');
const numbersIn = (lines: readonly string[]) => lines.filter(isEntry).map((line) => JSON.parse(line).number);
const judged = (lines: readonly string[], earlier?: IntactTrail) =>
  verdictOn(Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'), {
    keys: new Set([world.system.vault.signer.key]),
    ...(earlier && { earlier: earlier.signed }),
  });

describe('a span of time', { timeout: 60_000 }, () => {
  test('is the shortest span of numbers with every entry of it, and is verified like the whole', async () => {
    const told = await story();
    const whole = await exported(told);
    expect(numbersIn(whole.lines)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const spans: readonly (readonly [AuditExport['range'], readonly number[]])[] = [
      [{ from: { at: day(3) }, to: { at: day(5) } }, [5, 6]],
      [{ from: { at: day(3) }, to: { at: day(4) } }, [5]],
      [{ from: { at: day(2) }, to: { at: day(3) } }, [3, 4, 5, 6, 7]],
      [{ to: { at: day(2) } }, [1, 2]],
      [{ from: { number: 2 }, to: { number: 4 } }, [2, 3, 4]],
      [{ from: { at: day(4) }, to: { number: 6 } }, [6]],
    ];
    for (const [range = {}, numbers] of spans) {
      const part = await exported(told, { range });
      expect(numbersIn(part.lines)).toEqual(numbers);
      expect(part.lines.filter(isEntry).every((line) => whole.lines.includes(line))).toBe(true);
      expect(await judged(part.lines)).toMatchObject({
        whole: true,
        from: numbers[0],
        to: numbers.at(-1),
        trailEnd: part.told.trailEnd,
        selection: undefined,
      });
    }
    const range = { from: { at: day(6) }, to: { at: day(7) } };
    await expect(exported(told, { range })).rejects.toThrow('has no entry in this range');
  });

  test('says where the trail ended, so that an earlier export that has more is no contradiction', async () => {
    const told = await story();
    const earlier = (await judged((await exported(told)).lines)) as IntactTrail;
    const part = await exported(told, { range: { to: { number: 5 } } });
    expect(await judged(part.lines, earlier)).toMatchObject({ whole: true, to: 5, witnessedTo: 0 });
    const later = (await judged((await exported(told)).lines)) as IntactTrail;
    expect(await judged(part.lines, later)).toMatchObject({
      whole: false,
      problem: 'The earlier export had entry 10; here the trail ends at entry 9.',
    });
  });

  test('cannot be moved by a person who alters an entry beside it', async () => {
    const told = await story();
    const range = { from: { at: day(2) }, to: { at: day(3) } };
    expect((await exported(told, { range })).told).toMatchObject({ from: 3, to: 7 });
    await world.sql(
      `update audit set body = replace(body, '2026-03-02', '2026-03-01') where brand_id = $1 and number = 3`,
      [told.brand.brandId],
    );
    await expect(exported(told, { range })).rejects.toThrow(
      'Entry 3 of the audit trail, or the one before it, was changed.',
    );
  });

  test('is followed beyond its end, where a rewritten entry no longer fits', async () => {
    const { linked } = await import('../../src/operations/audit/chain.ts');
    const told = await story();
    const { lines } = await exported(told, { range: { to: { number: 6 } } });
    const { previous } = JSON.parse(lines.find((line) => line.startsWith('{"number":6,')) ?? '');
    const [row] = await world.sql('select body from audit where brand_id = $1 and number = 6', [
      told.brand.brandId,
    ]);
    const forged = String(row?.['body']).replace('"revealSsn"', '"getCustomer"');
    expect(forged).not.toBe(row?.['body']);
    await world.sql(
      `update audit set body = $2, hash = decode($3, 'hex') where brand_id = $1 and number = 6`,
      [told.brand.brandId, forged, linked(6, previous, forged).hash],
    );
    await expect(exported(told, { range: { to: { number: 6 } } })).rejects.toThrow(
      'Entry 7 of the audit trail, or the one before it, was changed.',
    );
  });
});

describe('the entries about one customer', { timeout: 60_000 }, () => {
  test('are lines of the whole export, are all of them, and say that they are not consecutive', async () => {
    const told = await story();
    const part = await exported(told, { customerId: told.ada });
    // The export is an entry of the customer too.
    expect(numbersIn(part.lines)).toEqual([3, 5, 7, 8]);
    expect(part.told).toMatchObject({ from: 1, to: 8, entries: 4 });
    expect(JSON.parse(part.lines[0] ?? '')).toMatchObject({
      kind: 'selection',
      customer_id: told.ada,
      from: 1,
      to: 8,
      note: expect.stringContaining('does not show that no entry is missing'),
    });
    expect(await judged(part.lines)).toMatchObject({
      whole: true,
      selection: { customerId: told.ada, entries: 4 },
    });
    // As docs/audit.md says.
    const [whole, mine] = [join(folder, 'whole.ndjson'), join(folder, 'ada.ndjson')];
    await writeFile(whole, (await exported(told)).text);
    const compare = `diff <(grep '"customer_id":"${told.ada}"' ${whole}) <(grep '^{"number":' ${mine})`;
    await writeFile(mine, part.text);
    expect(await shell(compare)).toMatchObject({ code: 0, stdout: '' });
    await writeFile(mine, `${part.lines.filter((line) => !line.startsWith('{"number":5,')).join('\n')}\n`);
    expect(await shell(compare)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^< \{"number":5,/m),
    });
  });

  test('are not valid after an edit, a removal, or without the line that says what they are', async () => {
    const told = await story();
    const { lines } = await exported(told, { customerId: told.ada });
    const at = lines.findIndex((line) => line.startsWith('{"number":5,'));
    const line = lines[at] ?? '';
    const before = lines[at - 1] ?? '';
    const foreign = (await exported(told)).lines.find((one) => one.startsWith('{"number":4,')) ?? '';
    const changed = 'lines; the lines before it are different or incomplete.';
    for (const [forged, problem] of [
      [lines.with(at, line.replace('revealSsn', 'getSsn')), 'Entry 5 was changed.'],
      [lines.toSpliced(at, 1), changed],
      [lines.toSpliced(0, 1), 'Entry 4 is missing'],
      [lines.with(at - 1, line).with(at, before), 'Entry 3 is repeated, or in the wrong position.'],
      [lines.toSpliced(at, 0, foreign), 'Entry 4 is not among the entries that the first line names.'],
      [lines.with(0, (lines[0] ?? '').replace('"from":1', '"from":2')), 'covers other entries'],
      [lines.with(0, (lines[0] ?? '').replace('Only the', 'All')), changed],
    ] as const)
      expect(await judged(forged)).toMatchObject({
        whole: false,
        problem: expect.stringContaining(problem),
      });
  });

  test('cannot be thinned out in the database: what was moved to nobody is noticed', async () => {
    const told = await story();
    await exported(told, { customerId: told.ada });
    await world.sql('update audit set customer_id = null where brand_id = $1 and number = 5', [
      told.brand.brandId,
    ]);
    await expect(exported(told, { customerId: told.ada })).rejects.toThrow(
      'Entry 5 of the audit trail is not listed under its own customer.',
    );
  });

  test('are of a customer that the brand has or had', async () => {
    const [told, other] = [await story(), await story()];
    await expect(exported(told, { customerId: other.ada })).rejects.toThrow('has and had no customer');
  });

  test('say nothing about what a restore has lost', async () => {
    const told = await story();
    const path = join(folder, 'one-customer.ndjson');
    await writeFile(path, (await exported(told, { customerId: told.ada })).text);
    await expect(readExportedTrail(path, world.system.vault)).rejects.toThrow('made without --customer');
    const early = join(folder, 'ends-early.ndjson');
    await writeFile(early, (await exported(told, { range: { to: { number: 4 } } })).text);
    await expect(readExportedTrail(early, world.system.vault)).rejects.toThrow('made without --to');
  });
});

describe('reasons', { timeout: 60_000 }, () => {
  test('follow their entries, leave the hashes as they are, and are signed by the closing line', async () => {
    const told = await story();
    const plain = await exported(told);
    expect(plain.text).not.toContain('"kind":"reason"');
    const { lines } = await exported(told, { withReasons: true });
    expect(plain.lines.filter(isEntry).every((line) => lines.includes(line))).toBe(true);
    const at = lines.findIndex((line) => line.startsWith('{"number":5,'));
    expect(JSON.parse(lines[at + 1] ?? '')).toEqual({
      kind: 'reason',
      number: 5,
      reason: 'Ticket 4711 of Zoë.',
    });
    expect(await judged(lines)).toMatchObject({ whole: true, reasons: 3 });
    const others = lines.findIndex((line) => line.startsWith('{"number":6,')) + 1;
    for (const [forged, problem] of [
      [lines.with(at + 1, (lines[at + 1] ?? '').replace('4711', '4712')), 'The closing line covers'],
      [lines.toSpliced(at + 1, 1), 'The closing line covers'],
      [
        lines.with(at + 1, lines[others] ?? ''),
        'The reason of entry 6 is repeated, or in the wrong position.',
      ],
      [
        lines.toSpliced(at + 1, 0, lines[at + 1] ?? ''),
        'The reason of entry 5 is repeated, or in the wrong position.',
      ],
    ] as const)
      expect(await judged(forged)).toMatchObject({
        whole: false,
        problem: expect.stringContaining(problem),
      });
    const mine = await exported(told, { customerId: told.ben, withReasons: true });
    expect(mine.told).toMatchObject({ entries: 3, reasons: 1 });
    expect(mine.text).not.toContain('4711');
    expect(await judged(mine.lines)).toMatchObject({ whole: true, reasons: 1 });
  });

  test('that are gone are null, and one that belongs to another entry is refused', async () => {
    const told = await story();
    const set = (number: number, value: string) =>
      world.sql(`update audit set reason = ${value} where brand_id = $1 and number = ${number}`, [
        told.brand.brandId,
      ]);
    // An export gives the entries their numbers.
    await exported(told);
    await set(5, 'null');
    const { lines } = await exported(told, { withReasons: true });
    expect(lines).toContain('{"kind":"reason","number":5,"reason":null}');
    expect(await judged(lines)).toMatchObject({ whole: true });
    await set(5, '(select reason from audit one where one.brand_id = $1 and one.number = 6)');
    await expect(exported(told, { withReasons: true })).rejects.toThrow(
      'The reason of entry 5 of the audit trail was changed.',
    );
    expect(await judged((await exported(told)).lines)).toMatchObject({ whole: true });
  });
});

test('a table has each entry in a row, and no cell that a spreadsheet computes', {
  timeout: 60_000,
}, async () => {
  const told = await story();
  const { text } = await exported(told, { table: auditTable(true), withReasons: true });
  const rows = text.split('\r\n').slice(0, -1);
  expect(rows).toHaveLength(9);
  expect(rows[0]).toBe(
    '"number","at","actor","actor_id","request_id","operation","customer_id","fields","has_reason","more","hash","reason"',
  );
  expect(rows[6]).toMatch(/^"6","2026-03-04T00:00:00\.000000\+00:00","key",".{36}",".+","revealSsn",/);
  expect(rows[6]).toContain(`,"'=HYPERLINK(""https://evil.example"")"`);
  expect(text).not.toContain(`"${formula[0]}`);
  expect(await verdictOn(Buffer.from(text))).toMatchObject({ whole: false, line: 1 });
  const mine = await exported(told, { table: auditTable(false), customerId: told.ben });
  expect(mine.text.split('\r\n')).toHaveLength(5);
  expect(mine.text).not.toContain('HYPERLINK');
  await world.sql(
    `update audit set body = replace(body, '2026', '2027') where brand_id = $1 and number = 3`,
    [told.brand.brandId],
  );
  await expect(exported(told, { table: auditTable(false) })).rejects.toThrow('Entry 3 of the audit trail');
});

test('the command line says what can be verified', { timeout: 60_000 }, async () => {
  const told = await story();
  const path = (name: string) => join(folder, `command-${name}`);
  const run = (name: string, ...more: readonly string[]) =>
    clientele(['export', 'audit', '--brand', told.brand.name, '--file', path(name), ...more], settings);
  const verify = (name: string, ...more: readonly string[]) =>
    clientele(['verify-audit', path(name), '--key', world.system.vault.signer.key, ...more]);

  const span = await run('span', '--from', '2026-03-03', '--to', '2026-03-05', '--output', 'json');
  expect(span).toMatchObject({
    code: 0,
    stderr: '',
    json: { from: 5, to: 6, trail_end: 8, entries: 2, verifiable: 'chain' },
  });
  expect((await verify('span')).stdout).toContain(
    'Entries after 6 are not in this file. The trail ended at entry 8.',
  );

  const mine = await run('mine', '--customer', told.ada);
  expect(mine.stdout).toContain(`Exported 4 entries about customer ${told.ada}, from the entries 1 to 9 of`);
  expect(mine.stderr).toContain('The file alone does not show that none is missing');
  expect(await verify('mine')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('does not show that no entry is missing'),
  });
  const compared = await verify('mine', '--earlier', path('span'));
  expect([compared.code, compared.stderr]).toEqual([
    1,
    expect.stringContaining('only the entries about one'),
  ]);
  const reversed = await verify('span', '--earlier', path('mine'));
  expect([reversed.code, reversed.stderr]).toEqual([
    1,
    expect.stringContaining('only the entries about one'),
  ]);

  const table = await run('table.csv', '--format', 'csv', '--with-reasons', '--to', '6');
  expect(table.stderr).toContain('nothing in it can be verified');
  expect(table.stdout).toContain('It has 2 reasons, which may name people.');
  expect((await readFile(path('table.csv'), 'utf8')).split('\r\n')).toHaveLength(8);

  const wrong = await Promise.all([
    run('no', '--from', 'yesterday'),
    run('no', '--customer', 'Ada'),
    run('no', '--format', 'xml'),
  ]);
  expect(wrong.map(({ code }) => code)).toEqual([2, 1, 2]);
  expect(wrong[0]?.stderr).toContain('the number of an entry, or a date or time');
  expect(wrong[1]?.stderr).toContain('it takes a UUID');
});
