import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineProgram } from '../../src/cli/definition/program.ts';
import { importCustomers } from '../../src/operations/customers/importing/import.ts';
import { scratchSeal } from '../../src/vault/scratch.ts';
import { person } from '../people.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';
import { cleanUp, shell, temporaryFolder } from './cli/program.ts';

/** Every command that takes a file takes a pipe and `-`, or says that it does not. */

const program = 'node bin/clientele.js';
const timeout = { timeout: 180_000 };

let world: World;
let brand: BrandClient;
let folder: string;
let settings: Readonly<Record<string, string>>;
/** An export of the brand's audit trail, and the key that signed it. */
let trail: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  world = await openWorld({ apiOnly: true });
  brand = await world.brand('Pipes');
  await brand.call('POST', '/customers', { body: person() });
  await settled(world);
  settings = { CLIENTELE_DATA_DIR: world.config.dataDir, CLIENTELE_DEMO: '0', ...world.databaseSettings };
  trail = join(folder, 'trail.ndjson');
  const exported = await run(`${program} export audit --brand Pipes --file ${trail}`);
  expect(exported.code).toBe(0);
});
afterAll(async () => {
  await world.close();
  await cleanUp();
});

const run = (line: string) => shell(line, settings);

/** A file of customers who are new, one a line. */
async function people(count: number, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Array.from({ length: count }, () => `${JSON.stringify(person())}\n`).join(''));
  return path;
}

const total = async () => Number((await brand.call('GET', '/customers')).headers.get('x-total-count'));

/** What each place for a file does with a pipe and with `-`. */
const places: Readonly<Record<string, () => Promise<void>>> = {
  async 'import <file>'() {
    const before = await total();
    const path = await people(25, 'first.ndjson');
    const read = await run(`cat ${path} | ${program} import - --brand Pipes`);
    expect(read).toMatchObject({ code: 0, stderr: '', stdout: 'Imported 25 of 25 customers into Pipes.\n' });
    const other = await people(3, 'second.ndjson');
    const piped = await run(`${program} import <(cat ${other}) --brand Pipes`);
    expect(piped).toMatchObject({ code: 0, stdout: 'Imported 3 of 3 customers into Pipes.\n' });
    expect(await total()).toBe(before + 28);
    expect((await readdir(world.config.dataDir)).filter((name) => name.includes('input'))).toEqual([]);
  },
  async 'export audit --file'() {
    const line = `${program} export audit --brand Pipes --file - | ${program} verify-audit -`;
    const { code, stdout, stderr } = await run(line);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The entries 1 to \d+ are unchanged\.\n/);
    expect(stderr).toMatch(/^Exported the entries 1 to \d+ of Pipes to standard output\.\n/);
  },
  async 'export customers --file'() {
    const out = join(folder, 'out.ndjson');
    const pipe = join(folder, 'pipe');
    const line = `mkfifo ${pipe}; cat ${pipe} > ${out} & ${program} export customers --brand Pipes --file ${pipe}; wait`;
    expect((await run(line)).stdout).toMatch(/^Exported \d+ customers of Pipes to /);
    const { code, stdout, stderr } = await run(`${program} export customers --brand Pipes --file -`);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Exported \d+ customers of Pipes to standard output\./);
    expect(stdout.trimEnd().split('\n')).toHaveLength(await total());
    expect(await readFile(out, 'utf8')).toBe(stdout);
  },
  async 'export customer --file'() {
    const [{ customer_id: id }] = (await brand.call('GET', '/customers?per_page=1')).json;
    const out = join(folder, 'person.zip');
    const { code, stderr } = await run(`${program} export customer ${id} --brand Pipes --file - > ${out}`);
    expect(stderr).toMatch(/^Wrote \d+ files about customer .* of Pipes to standard output\./);
    expect(code).toBe(0);
    const verified = await run(`${program} verify-file ${out}`);
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^All \d+ files are unchanged\./),
    });
  },
  async 'verify-file <file>'() {
    const refused = await run(`cat ${join(folder, 'person.zip')} | ${program} verify-file -`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('takes a file and no pipe');
    const broken = await run(
      `head -c 900 ${join(folder, 'person.zip')} > ${join(folder, 'part.zip')}; ${program} verify-file ${join(folder, 'part.zip')}`,
    );
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain('is not as Clientele wrote it.');
  },
  async 'verify-audit <file>'() {
    expect((await run(`${program} verify-audit <(cat ${trail})`)).code).toBe(0);
    const changed = await run(`sed 's/createCustomer/deleteCustomer/' ${trail} | ${program} verify-audit -`);
    expect(changed.code).toBe(1);
    expect(changed.stdout).toContain('of standard input is the first that is not valid.');
  },
  async 'verify-audit --earlier'() {
    expect((await run(`cat ${trail} | ${program} verify-audit ${trail} --earlier -`)).code).toBe(0);
    const twice = await run(`cat ${trail} | ${program} verify-audit - --earlier -`);
    expect(twice.code).toBe(1);
    expect(twice.stderr).toContain('Standard input can be read only once.');
  },
  async 'verify-audit --anchors'() {
    const refused = await run(`cat ${trail} | ${program} verify-audit - --anchors ${trail}`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('takes a file and no pipe');
    expect((await run(`cat ${trail} | ${program} verify-audit ${trail} --anchors -`)).code).toBe(0);
  },
  async 'backup --file'() {
    const refused = await run(`${program} backup --file - | cat`);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('A backup takes a file and no pipe');
  },
  async 'restore <file>'() {
    const backup = join(folder, 'all.backup');
    expect((await run(`${program} backup --file ${backup}`)).code).toBe(0);
    const fresh = join(await temporaryFolder(), 'data');
    await mkdir(fresh, { mode: 0o711 });
    await copyFile(join(world.config.dataDir, 'root.key'), join(fresh, 'root.key'));
    const line = `cat ${backup} | ${program} restore - --audit <(cat ${trail})`;
    const restored = await shell(line, { CLIENTELE_DATA_DIR: fresh });
    expect(restored.stderr).not.toContain('does not know');
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restored [\d,]+ rows of /) });
  },
  async 'restore --audit'() {
    const refused = await run(`${program} restore ${trail} --audit -`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--audit takes files.');
  },
  async 'import --report'() {
    const refused = await run(`${program} import - --brand Pipes --report - < /dev/null`);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--report takes a file')]);
  },
  async 'keys review --csv'() {
    const refused = await run(`${program} keys review --brand Pipes --csv -`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--csv takes a file');
  },
};

function placesOf(command: Command, path: readonly string[] = []): readonly string[] {
  const own = [
    ...command.registeredArguments.filter((one) => one.name() === 'file').map(() => '<file>'),
    ...command.options.filter(({ flags }) => flags.includes('<file')).map(({ long }) => long ?? ''),
  ].map((place) => [...path, place].join(' '));
  return [...own, ...command.commands.flatMap((child) => placesOf(child, [...path, child.name()]))];
}

describe('a pipe and standard input', () => {
  test('are answered for at every place of the command line that takes a file', () => {
    expect(placesOf(defineProgram()).toSorted()).toEqual(Object.keys(places).toSorted());
  });

  test.each(Object.entries(places))('are taken or refused by %s', timeout, (_place, act) => act());
});

test('an export to a reader that leaves early fails, and says so', timeout, async () => {
  await run(`${program} import ${await people(400, 'many.ndjson')} --brand Pipes`);
  const line = `${program} export customers --brand Pipes --file - | head -c 5 > /dev/null`;
  const { code, stderr } = await run(line);
  expect(code).toBe(1);
  expect(stderr).toContain('Standard output was closed before everything was written.');
});

describe('an import', () => {
  const importOf = (path: string, checked: () => Promise<void> | void = () => undefined) => {
    let pending: Promise<void> | void;
    const problems: unknown[] = [];
    const work = importCustomers(world.system, brand.brandId, {
      path,
      skipBad: false,
      problem: (found) => problems.push(found),
      progress: (step) => {
        if (step === 'checked') pending ??= checked();
      },
    });
    return work.finally(() => pending).then((facts) => ({ ...facts, problems }));
  };

  const json = Buffer.from(JSON.stringify(person()));
  test.each<[string, Buffer, RegExp]>([
    ['a damaged gzip file', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0x0a, 0, 0x0a]), /is damaged or cut off/],
    ['a ZIP file', Buffer.from('PK\x03\x04\n\n'), /is a ZIP file/],
    ['UTF-16', Buffer.from(`\ufeff${json}`, 'utf16le'), /is in UTF-16/],
    ['an array', Buffer.from(`[${json},\n${json}]`), /JSON array.* jq/],
    ['an array over several lines', Buffer.from(`[\n  ${json},\n  ${json}\n]`), /JSON array.* jq/],
    ['an object over several lines', Buffer.from(`{\n  "first_name": "Ada"\n}\n`), /several lines.* jq/],
    ['CSV', Buffer.from('first_name,last_name\nAda,Lovelace\n'), /looks like CSV/],
    ['CSV with quotes', Buffer.from('"first_name";"last_name"\n"Ada";"Lovelace"\n'), /looks like CSV/],
  ])('refuses %s with one sentence, and writes nothing', async (_what, bytes, sentence) => {
    const path = join(folder, 'other-form');
    await writeFile(path, bytes);
    const before = await total();
    await expect(importOf(path)).rejects.toThrow(sentence);
    expect(await total()).toBe(before);
  });

  test.each([
    ['other customers', (name: string) => people(3, name)],
    ['fewer lines', (name: string) => people(0, name)],
  ])('notices that a file has %s than it had when it was checked', async (_what, change) => {
    const path = await people(3, 'changing.ndjson');
    const before = await total();
    const { writeFileSync, readFileSync } = await import('node:fs');
    const other = readFileSync(await change('other.ndjson'));
    await expect(importOf(path, () => writeFileSync(path, other))).rejects.toThrow(
      'The file has changed since it was checked.',
    );
    expect(await total()).toBe(before);
  });
});

test('what is kept of a pipe on disk is sealed', async () => {
  const { seal, open } = scratchSeal();
  async function* chunks() {
    for (const part of ['one 123-45-6789 ', 'two ', 'three']) yield Buffer.from(part);
  }
  const sealed: Buffer[] = [];
  for await (const bytes of seal(chunks())) sealed.push(bytes);
  expect(Buffer.concat(sealed).toString('latin1')).not.toContain('123-45-6789');
  const opened: Buffer[] = [];
  for await (const bytes of open(
    (async function* () {
      yield Buffer.concat(sealed);
    })(),
  ))
    opened.push(bytes);
  expect(Buffer.concat(opened).toString()).toBe('one 123-45-6789 two three');
});
