import { chmod, copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrandId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/time.ts';
import { parseInstant, plusSeconds } from '../../src/domain/time.ts';
import { examineCertificate, examineNode } from '../../src/operations/installation/doctor-environment.ts';
import { examineServer } from '../../src/operations/installation/doctor-records.ts';
import { rewrite } from '../rewrite.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { installed } from './cli/installed.ts';
import { cleanUp, clientele, serve, temporaryFolder } from './cli/program.ts';

interface Found {
  readonly check: string;
  readonly state: 'green' | 'yellow' | 'red';
  readonly explanation: string;
  readonly next_step?: string;
}

type Settings = Readonly<Record<string, string>>;

/** Runs the doctor, and holds every finding to its form and the exit code to the findings. */
async function doctor(settings: Settings): Promise<readonly Found[]> {
  const { code, json, stderr } = await clientele(['doctor', '--output', 'json'], settings);
  expect(stderr).toBe('');
  const findings = json as readonly Found[];
  for (const { state, explanation, next_step: next } of findings) {
    expect(explanation).toMatch(/\S/);
    expect(next === undefined).toBe(state === 'green');
  }
  expect(code).toBe(findings.some(({ state }) => state === 'red') ? 1 : 0);
  return findings;
}

/**
 * What is not green. Whether this machine's Node still gets updates is a test of its own. Without a second account, the
 * embedded database runs as the one that reads the root key.
 */
const complaints = (findings: readonly Found[]) =>
  findings.filter(
    ({ state, check }) => state !== 'green' && check !== 'Node' && !(isAlone && check === 'root key access'),
  );
const isAlone = process.getuid?.() !== 0;

const oneComplaint = async (settings: Settings): Promise<Found | undefined> => {
  const found = complaints(await doctor(settings));
  expect(found).toHaveLength(1);
  return found[0];
};

beforeAll(() => clientele(['--version']));
afterAll(cleanUp);

describe('the doctor on an embedded database', { timeout: 120_000 }, () => {
  let settings: Record<string, string>;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = join(await temporaryFolder(), 'data');
    settings = { CLIENTELE_DATA_DIR: dataDir };
  });

  test('before the first start says how to begin, reports no error, and leaves nothing behind', async () => {
    expect(complaints(await doctor(settings))).toEqual([
      {
        check: 'data directory',
        state: 'yellow',
        explanation: `There is no data in ${dataDir} yet.`,
        next_step: 'Start once with: node bin/clientele.js serve',
      },
      {
        check: 'root key',
        state: 'yellow',
        explanation: 'There is none yet.',
        next_step: 'The first start makes one: node bin/clientele.js serve',
      },
    ]);
    expect(await readdir(join(dataDir, '..'))).toEqual([]);
  });

  test('finds everything green beside a running server and without one, and changes nothing', async () => {
    const server = await serve(settings);
    // The first checkpoint is signed a moment after the start.
    const complaintsNow = async () => complaints(await doctor(settings));
    await expect.poll(complaintsNow, { timeout: 60_000, interval: 500 }).toEqual([]);
    const beside = await doctor(settings);
    await server.stop();
    const files = await readdir(dataDir);
    const without = await doctor(settings);
    expect(await readdir(dataDir)).toEqual(files);
    const apart = (findings: readonly Found[]) =>
      findings.filter(({ check }) => check !== 'PostgreSQL' && check !== 'disk');
    expect(apart(without)).toEqual(apart(beside));
    const running = (findings: readonly Found[]) =>
      findings.find(({ check }) => check === 'PostgreSQL')?.explanation;
    expect(running(beside)).toMatch(/^Version 18\.\d+, embedded, running\.$/);
    expect(running(without)).toMatch(/^Version 18\.\d+, embedded, started for this look\.$/);
    expect(beside.map(({ check }) => check)).toEqual([
      'Node',
      'settings',
      'embedded PostgreSQL',
      'data directory',
      'disk',
      'PostgreSQL',
      'writes',
      'durability',
      'clock',
      'schema',
      'root key',
      'root key access',
      'database role',
      'environment',
      'root key fits',
      'retention',
      'background work',
      'audit signing',
      ...['audit key', 'audit trail', 'brands'],
      'API keys',
      'records',
      'versions',
      'key rotation',
      'root key rotation',
    ]);
  });

  test('prints one line for each check and a summary for people', async () => {
    await chmod(dataDir, 0o777);
    const { code, stdout } = await clientele(['doctor'], settings);
    await chmod(dataDir, 0o711);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(?:✓ green {4}|! yellow {3})Node +Node 2\d\.\d+\.\d+ on /);
    const flat = stdout.replace(/\s+/g, ' ');
    expect(flat).toContain(
      `! yellow data directory Users other than the owner can write to ${dataDir} (mode 777).`,
    );
    expect(flat).toContain(`Close it with: chmod go-w ${dataDir}`);
    const isOldNode = examineNode(parseInstant(new Date().toISOString()) as Instant).state === 'yellow';
    const yellows = 1 + Number(isOldNode) + Number(isAlone);
    expect(stdout.split('\n').at(-2)).toMatch(
      new RegExp(`^0 red \\(needs a fix\\), ${yellows} yellow \\(worth a look\\), \\d+ green\\.$`),
    );
    expect(stdout).not.toContain('\u001b');
  });

  test('reports a missing root key and creates none', async () => {
    const key = join(dataDir, 'root.key');
    await rename(key, `${key}.away`);
    expect(await oneComplaint(settings)).toMatchObject({
      check: 'root key',
      state: 'red',
      explanation: `The root key file ${key} is missing, and every record is sealed under it.`,
    });
    expect(await readdir(dataDir)).not.toContain('root.key');
    await rename(`${key}.away`, key);
  });

  test('reports a directory with foreign files in place of the database', async () => {
    const other = join(await temporaryFolder(), 'data');
    await mkdir(join(other, 'postgres'), { recursive: true });
    await writeFile(join(other, 'postgres', 'letter.txt'), 'Dear Sir');
    const found = complaints(await doctor({ CLIENTELE_DATA_DIR: other }));
    expect(found.map(({ check, state }) => `${check} ${state}`)).toContain('PostgreSQL red');
    expect(await readdir(other)).toEqual(['postgres']);
  });
});

describe('the doctor on a database server', { timeout: 60_000 }, () => {
  let world: World;
  let settings: Record<string, string>;
  beforeAll(async () => {
    world = await openWorld();
    settings = { ...world.databaseSettings, CLIENTELE_DATA_DIR: world.config.dataDir };
    await world.brand('First Bank', { name: 'till' });
  });
  afterAll(() => world.close());

  /** What undoes the damage that a test has done. */
  let mend: () => Promise<unknown> = async () => undefined;
  afterEach(async () => {
    await mend();
    mend = async () => undefined;
    expect(complaints(await doctor(settings))).toEqual([]);
  });

  async function damage(sql: string, undo: string): Promise<void> {
    await world.sql(sql);
    mend = () => world.sql(undo);
  }

  test('recognises an empty database and leaves it empty', async () => {
    await world.sql('create schema kept');
    await world.sql('alter table migrations set schema kept');
    mend = () => world.sql('alter table kept.migrations set schema public; drop schema kept');
    expect(await oneComplaint(settings)).toEqual({
      check: 'schema',
      state: 'yellow',
      explanation: 'The database is empty.',
      next_step: 'Start once with: node bin/clientele.js serve',
    });
    expect(await world.sql(`select to_regclass('public.migrations') as made`)).toEqual([{ made: null }]);
  });

  test('notices an edited migration', async () => {
    await damage(
      `update migrations set digest = reverse(digest) where name = '0001_customers'`,
      `update migrations set digest = reverse(digest) where name = '0001_customers'`,
    );
    expect(await oneComplaint(settings)).toMatchObject({
      check: 'schema',
      state: 'red',
      explanation: 'The migration 0001_customers was edited after it had been applied.',
      next_step: 'Restore the file as it was released; changes belong in a new migration.',
    });
  });

  test('notices a schema that is newer than the program', async () => {
    await damage(
      `insert into migrations (name, digest) values ('9999_future', 'x')`,
      `delete from migrations where name = '9999_future'`,
    );
    expect(await oneComplaint(settings)).toMatchObject({ check: 'schema', state: 'red' });
  });

  test('notices settings of another environment', async () => {
    const live = {
      ...settings,
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
    };
    expect(complaints(await doctor(live))).toEqual([
      expect.objectContaining({ check: 'console', state: 'yellow' }),
      expect.objectContaining({ check: 'root key', state: 'yellow' }),
      {
        check: 'environment',
        state: 'red',
        explanation: 'The database was created as sandbox, which never changes, but the settings say live.',
        next_step: 'Set CLIENTELE_ENVIRONMENT=sandbox, or use another database.',
      },
    ]);
  });

  test('notices another root key, and one that others can read', async () => {
    const path = join(await temporaryFolder(), 'root.key');
    await writeFile(
      path,
      `${Buffer.from('73f0a7c3d29e5846f3127b9c04de85a1966d3fe27c18b05a4be9d07263fc5418', 'hex').toString('base64')}\n`,
      { mode: 0o600 },
    );
    const other = { ...settings, CLIENTELE_ROOT_KEY_FILE: path };
    expect(complaints(await doctor(other)).map(({ check, state }) => `${check}: ${state}`)).toEqual([
      'root key fits: red',
      'brands: red',
    ]);
    await chmod(path, 0o640);
    expect(await oneComplaint(other)).toMatchObject({
      check: 'root key',
      state: 'red',
      explanation: `The root key file ${path} is open to others than its owner (mode 640).`,
    });
  });

  test('notices a brand whose sealing keys do not open', async () => {
    await damage(
      'update brand_keys set wrapped = overlay(wrapped placing reverse(substr(wrapped, 30, 8)) from 30)',
      'update brand_keys set wrapped = overlay(wrapped placing reverse(substr(wrapped, 30, 8)) from 30)',
    );
    expect(await oneComplaint(settings)).toMatchObject({
      check: 'brands',
      state: 'red',
      explanation: 'The sealing keys of First Bank cannot be opened, so none of its records can be read.',
    });
  });

  test('hints at keys that are old or about to end', async () => {
    const [found] = await world.sql('select brand_id from brands');
    const bank = { system: world.system, brandId: String(found?.['brand_id']) as BrandId };
    await rewrite(bank, `update api_keys set created_at = created_at - interval '400 days'`);
    mend = () =>
      rewrite(
        bank,
        `update api_keys set created_at = created_at + interval '400 days', expires_at = null, previous_until = null`,
      );
    expect(await oneComplaint(settings)).toEqual({
      check: 'API keys',
      state: 'yellow',
      explanation: 'The key till of First Bank has had the same secret for more than a year.',
      next_step: 'Give it a new one with: node bin/clientele.js keys rotate "till" --brand "First Bank"',
    });
    await rewrite(bank, `update api_keys set previous_until = now() - interval '1 day'`);
    expect(complaints(await doctor(settings))).toEqual([]);
    await rewrite(bank, `update api_keys set expires_at = now() + interval '3 days'`);
    expect((await oneComplaint(settings))?.explanation).toMatch(
      /^The key till of First Bank ends on \d{4}-\d\d-\d\d\.$/,
    );
  });

  test('notices settings of PostgreSQL that can lose what was acknowledged', async () => {
    await damage(
      `alter database ${world.databaseName} set synchronous_commit = off`,
      `alter database ${world.databaseName} reset synchronous_commit`,
    );
    expect(await oneComplaint(settings)).toMatchObject({
      check: 'durability',
      state: 'red',
      explanation: 'PostgreSQL runs with synchronous_commit=off, which can lose acknowledged writes.',
    });
  });

  test('notices a server that does not answer, and shows no password', async () => {
    const away = { ...settings, CLIENTELE_DATABASE_URL: 'postgres://clerk:hunter2@127.0.0.1:1/clientele' };
    const found = await doctor(away);
    expect(complaints(found)).toEqual([
      {
        check: 'PostgreSQL',
        state: 'red',
        explanation: 'CLIENTELE_DATABASE_URL cannot be reached (ECONNREFUSED).',
        next_step: 'Check host, port, user and database, and that the server runs.',
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('notices unsafe settings in live, and an unknown setting', async () => {
    const { CLIENTELE_DATABASE_URL: _url, CLIENTELE_MIGRATION_DATABASE_URL: _owner, ...embedded } = settings;
    const unsafe = { ...embedded, CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_HOST: '0.0.0.0' };
    const found = complaints(await doctor(unsafe)).filter(({ check }) => check === 'settings');
    expect(found.map(({ state }) => state)).toEqual(['red', 'red']);
    expect(await oneComplaint({ ...settings, CLIENTELE_ENVIRONMENT: 'prod' })).toMatchObject({
      check: 'settings',
      state: 'red',
      explanation: expect.stringContaining('CLIENTELE_ENVIRONMENT must be one of: sandbox, live.'),
    });
  });

  test('notices a clock that is wrong', async () => {
    const real = world.system.now;
    const at = async (seconds: number) => {
      const now = () => plusSeconds(real(), seconds);
      const findings = await examineServer({ ...installed, now }, world.system.db, 'running');
      return findings.find(({ check }) => check === 'clock');
    };
    expect(await at(0)).toMatchObject({ state: 'green' });
    expect(await at(-10)).toMatchObject({ state: 'yellow' });
    expect(await at(3_600)).toMatchObject({
      state: 'red',
      explanation: 'The clocks of this machine and of the database differ by 3600 seconds.',
    });
  });
});

const fixture = (name: string) => fileURLToPath(new URL(`./cli/${name}`, import.meta.url));

describe('the doctor on a certificate', () => {
  const certFile = fixture('localhost-cert.pem');
  let keyFile: string;
  beforeAll(async () => {
    keyFile = join(await temporaryFolder(), 'key.pem');
    await copyFile(fixture('localhost-key.pem'), keyFile);
    await chmod(keyFile, 0o600);
  });
  const at = (day: string, key = keyFile) =>
    examineCertificate({
      ...installed,
      tls: { certFile, keyFile: key },
      now: () => parseInstant(day) as Instant,
    });

  test('that is valid and does not end soon reports no problem', async () => {
    expect(await at('2050-01-01')).toEqual({
      check: 'certificate',
      state: 'green',
      explanation: 'It matches its key and is valid until 2126-10-29.',
    });
  });

  test.each([
    ['2126-10-20', 'yellow', 'It ends on 2126-10-29.'],
    ['2126-10-30', 'red', 'It ended on 2126-10-29.'],
    ['2020-01-01', 'red', 'It is valid only from 2026-11-22.'],
  ])('on %s finds it %s', async (day, state, explanation) => {
    expect(await at(day)).toMatchObject({ state, explanation });
  });

  test('reports a key that does not match, or that everyone can read', async () => {
    expect(await at('2050-01-01', fixture('other-key.pem'))).toMatchObject({ state: 'red' });
    await chmod(keyFile, 0o644);
    expect(await at('2050-01-01')).toMatchObject({ state: 'yellow' });
  });
});
