import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvOf } from '../../../src/cli/csv.ts';
import type { LineProblems } from '../../../src/operations/customers/importing/check.ts';
import { importCustomers } from '../../../src/operations/customers/importing/import.ts';
import { cleanUp, clientele } from '../../installation/cli/program.ts';
import { newSsn, person } from '../../people.ts';
import type { BrandClient, World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// Tables and compressed files.

let world: World;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientele-import-'));
  world = await openWorld({ apiOnly: true });
});
afterAll(async () => {
  await world.close();
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function fileOf(content: string | Buffer): string {
  files += 1;
  const path = join(folder, `people-${files}`);
  writeFileSync(path, content);
  return path;
}

async function run(brand: BrandClient, content: string | Buffer, skipBad = false) {
  const problems: LineProblems[] = [];
  const facts = await importCustomers(world.system, brand.brandId, {
    path: fileOf(content),
    format: 'csv',
    skipBad,
    problem: (found) => problems.push(found),
    progress: () => undefined,
  });
  return { ...facts, problems };
}

const stored = async (brand: BrandClient) => (await brand.call('GET', '/customers?per_page=50')).json;

const header = [
  'first_name',
  'last_name',
  'dob',
  'ssn',
  'email',
  ...['address_type', 'street', 'street2', 'city', 'state', 'zip_code', 'country', 'is_primary'].map(
    (field) => `addresses.0.${field}`,
  ),
];
const home = ['PHYSICAL', '345 California St.', '', 'San Francisco', 'CA', '94104', 'US', 'TRUE'];
const ada = (more: Readonly<Record<number, string>> = {}): string[] =>
  ['Ada', 'Lovelace', '1990-12-10', newSsn(), 'ada@example.com', ...home].map((cell, at) => more[at] ?? cell);
const plain = (rows: readonly (readonly string[])[], end = '\n') =>
  rows.map((row) => row.join(',') + end).join('');

describe('a table', () => {
  test.each([
    ['plain', (rows: string[][]) => plain(rows)],
    ['with CRLF and a byte order mark', (rows: string[][]) => `\ufeff${plain(rows, '\r\n')}`],
    ['with every cell in quotes', (rows: string[][]) => csvOf(rows)],
    ['without an end of the last line', (rows: string[][]) => plain(rows).trimEnd()],
    ['with empty lines', (rows: string[][]) => `\n${plain(rows).replaceAll('\n', '\n\n')}`],
  ])('is taken %s', async (_, write) => {
    const brand = await world.brand();
    const [first, second] = [ada(), ada({ 0: 'Grace', 4: '' })];
    expect(await run(brand, write([header, first, second]))).toMatchObject({
      lines: 2,
      imported: 2,
      problems: [],
    });
    const [one, two] = await stored(brand);
    expect(one).toMatchObject({
      first_name: 'Ada',
      ssn: `XXX-XX-${first[3]?.slice(-4)}`,
      email: 'ada@example.com',
      addresses: [{ street: '345 California St.', street2: '', is_primary: true }],
    });
    expect([two.first_name, two.email]).toEqual(['Grace', undefined]);
  });

  test('has quotes, separators and line breaks inside of cells as RFC 4180 writes them', async () => {
    const brand = await world.brand();
    const street = '"12, Oak St."';
    const named = '"O""Neil"';
    const got = await run(
      brand,
      plain([header, ada({ 6: street }), ada({ 1: named }), ada({ 1: '"A\nB"' })]),
    );
    expect(got.problems.map(({ line, problems }) => [line, Object.keys(problems)])).toEqual([
      [3, ['last_name']],
      [5, ['last_name']],
    ]);
    const taken = await run(brand, plain([header, ada({ 6: street })]));
    expect(taken.imported).toBe(1);
    expect((await stored(brand))[0].addresses[0].street).toBe('12, Oak St.');
  });

  test('has a second address only in the rows that fill it', async () => {
    const brand = await world.brand();
    const both = [...header, ...header.slice(5).map((name) => name.replace('.0.', '.1.'))];
    const work = ['MAILING', '1 Market St.', '', 'San Francisco', 'CA', '94105', 'US', 'false'];
    const got = await run(brand, plain([both, [...ada(), ...work], [...ada(), ...work.map(() => '')]]));
    expect(got.problems).toEqual([]);
    const kept = await stored(brand);
    expect(kept.map(({ addresses }: { addresses: object[] }) => addresses.length)).toEqual([2, 1]);
  });

  test('names the line and the field of each problem, and nothing is written', async () => {
    const brand = await world.brand();
    const twice = ada();
    const got = await run(
      brand,
      plain([
        header,
        twice,
        ada({ 2: '1990' }),
        ada({ 12: 'maybe' }),
        ada().slice(1),
        ada({ 0: 'Grace', 3: twice[3] ?? '' }),
      ]),
    );
    expect(got.problems).toEqual([
      { line: 3, problems: { dob: [expect.any(String)] } },
      {
        line: 4,
        problems: { 'addresses.0.is_primary': ['Not a valid boolean.'], addresses: [expect.any(String)] },
      },
      { line: 5, problems: { line: ['Has 12 cells, and the header has 13.'] } },
      { line: 6, problems: { ssn: ['The same as on line 2.'] } },
    ]);
    expect(await stored(brand)).toEqual([]);
  });

  test('is recognised when it comes again', async () => {
    const brand = await world.brand();
    const content = plain([header, ada(), ada()]);
    expect((await run(brand, content)).imported).toBe(2);
    expect(await run(brand, gzipSync(content))).toMatchObject({ imported: 0, earlier: 2 });
  });

  test.each([
    [
      'unknown columns',
      plain([['first_name', 'Shoe size', 'addresses.20.city']]),
      /no fields of a customer: column 2, column 3\. /,
    ],
    ['a column of the server', plain([['ssn', 'customer_id']]), /no fields of a customer: column 2\. /],
    [
      'a prototype',
      plain([['__proto__', 'constructor', 'addresses.0.__proto__']]),
      /has no field of a customer in its first row/,
    ],
    ['semicolons', 'first_name;last_name\nAda;Lovelace\n', /separated by commas/],
    ['a column twice', plain([['ssn', 'dob', 'ssn']]), /that were there before: column 3\./],
    ['an open quote', `${plain([header])}"Ada,Love`, /a quote stands inside of a cell, or is not closed/],
    ['text behind a quote', `${plain([header])}"Ada"x,Love\n`, /near line 2.*a quote/],
    ['Latin-1', Buffer.from(`${plain([header])}Jos\xe9`, 'latin1'), /is not in UTF-8/],
    ['UTF-16', Buffer.from('\ufefffirst_name', 'utf16le'), /is in UTF-16/],
    ['a spreadsheet', Buffer.from('PK\x03\x04rest', 'latin1'), /a spreadsheet/],
    ['a cut gzip', gzipSync(plain([header, ada()])).subarray(0, 60), /damaged or cut off/],
    ['gzip in gzip', gzipSync(gzipSync(plain([header, ada()]))), /compressed twice/],
  ])('with %s is refused in one sentence', async (_, content, sentence) => {
    const brand = await world.brand();
    await expect(run(brand, content)).rejects.toThrow(sentence);
    expect(await stored(brand)).toEqual([]);
  });

  test('without a header shows no value', async () => {
    const brand = await world.brand();
    const refused = run(brand, plain([ada()])).catch((error: Error) => error.message);
    expect(await refused).toMatch(/has no field of a customer in its first row/);
    expect(await refused).not.toMatch(/Ada|Lovelace|1990|\d{4}-?\d{2}/);
  });

  test('with ends of lines of both kinds has the same rows', async () => {
    const brand = await world.brand();
    const rows = [header, ada({ 6: '"1\r\nOak"' }), ada({ 2: '1990' })].map((row) => row.join(','));
    const got = await run(brand, `${rows[0]}\n${rows[1]}\r\n${rows[2]}\r\n`);
    expect(got.problems.map(({ line, problems }) => [line, Object.keys(problems)])).toEqual([
      [3, ['addresses.0.street']],
      [4, ['dob']],
    ]);
  });

  test('is recognised with its columns in another order', async () => {
    const brand = await world.brand();
    const rows = [header, ada({ 3: '' })];
    expect((await run(brand, plain(rows))).imported).toBe(1);
    const turned = rows.map((row) => row.toReversed());
    expect(await run(brand, plain(turned))).toMatchObject({ imported: 0, earlier: 1 });
  });

  test('with an address behind an empty one says so', async () => {
    const brand = await world.brand();
    const both = [...header.slice(0, 5), ...header.slice(5).map((name) => name.replace('.0.', '.1.'))];
    const got = await run(brand, plain([both, ada()]));
    expect(got.problems).toEqual([
      { line: 2, problems: { line: ['Has an address behind one that is empty. Fill addresses.0 first.'] } },
    ]);
  });

  test('with a row longer than a body may be is refused', async () => {
    const brand = await world.brand();
    const long = plain([header, ada({ 6: 'x'.repeat(70_000) })]);
    await expect(run(brand, long)).rejects.toThrow(/longer than 64 KiB/);
  });
});

describe('the program', { timeout: 120_000 }, () => {
  const settings = () => ({
    ...world.databaseSettings,
    CLIENTELE_DATA_DIR: world.config.dataDir,
    CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
  });

  test('takes a compressed table, and reports problems without values in a table', async () => {
    const brand = await world.brand();
    const path = fileOf(gzipSync(plain([header, ada(), ada({ 1: '=HYPERLINK' })])));
    const report = join(folder, 'report.csv');
    const options = ['--brand', brand.name, '--format', 'csv', '--skip-bad', '--report', report];
    const done = await clientele(['import', path, ...options], settings());
    expect([done.code, done.stdout]).toEqual([1, `Imported 1 of 2 customers into ${brand.name}.\n`]);
    expect(done.stderr).toContain(`${report} says why.`);
    const written = readFileSync(report, 'utf8');
    expect(written).toMatch(/^"line","field","message"\r\n"3","last_name","[^"]+"\r\n$/);
    expect(written).not.toContain('HYPERLINK');
    expect((await stored(brand)).length).toBe(1);
  });

  test('writes customers as a table that a spreadsheet does not compute', async () => {
    const brand = await world.brand();
    await brand.call('POST', '/customers', { body: person() });
    const exported = execFileSync(
      process.execPath,
      ['bin/clientele.js', 'export', 'customers', '--brand', brand.name, '--file', '-', '--format', 'csv'],
      {
        env: { PATH: process.env['PATH'], ...settings() },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const [names = '', row = '', end] = exported.split('\r\n');
    expect(names.split(',').length).toBe(row.split('","').length);
    expect(names).toMatch(
      /^"customer_id","brand_person_id",.*"addresses\.1\.deliverability","further_addresses"$/,
    );
    expect(row).toMatch(/"XXX-XX-\d{4}"/);
    expect(row).toContain('"345 California St."');
    expect(row.endsWith('"0"')).toBe(true);
    expect(end).toBe('');
  });
});
