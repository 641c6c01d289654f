import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineProgram } from '../../src/cli/definition/program.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { programFacts } from '../../src/operations/kyc/programs.ts';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { cleanUp, clientele, repository, shell, temporaryFolder } from '../installation/cli/program.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld, settled } from '../world.ts';

// What an operator changes in live has the account of the machine and a reason in the audit trail.

let world: World;
let brand: BrandClient;
let settings: Readonly<Record<string, string>>;
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  const rootKey = join(folder, 'root.key');
  createRootKeyFile(rootKey);
  const env = { CLIENTELE_ENVIRONMENT: 'live', CLIENTELE_ROOT_KEY_FILE: rootKey };
  world = await openWorld({ apiOnly: true, env });
  brand = await world.brand('Blue Ridge');
  settings = {
    ...env,
    CLIENTELE_PUBLIC_URL: 'https://people.example.com',
    ...world.databaseSettings,
    CLIENTELE_DATA_DIR: world.config.dataDir,
  };
});
afterAll(async () => {
  await world.close();
  await cleanUp();
});

const run = (...args: readonly string[]) => clientele([...args, '--output', 'json'], settings);

/** Whether a process here may say who logged in: root may, where the kernel was told of no login. */
const mayNameLogin = spawnSync('sh', ['-c', 'echo 4001 > /proc/self/loginuid']).status === 0;

/** Whether the kernel lets root open a user namespace. */
const hasNamespaces = spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0;

/** Runs a command in a user namespace that has the first 65,536 accounts of the machine, as a rootless container does. */
const namespaced = (args: readonly string[]) =>
  shell(
    `unshare --user sh -c 'until grep -q 65536 /proc/self/uid_map; do sleep 0.05; done; exec node bin/clientele.js "$@"' clientele ${args.map((word) => `'${word}'`).join(' ')} &
     for map in gid_map uid_map; do until kill -0 $! && echo 0 0 65536 > /proc/$!/$map; do kill -0 $! || exit 9; sleep 0.05; done; done 2> /dev/null
     wait $!`,
    settings,
  );

/** Runs a command as the kernel sees it after a person has logged in and become this account. */
const loggedIn = (uid: number, args: readonly string[]) =>
  shell(
    `echo ${uid} > /proc/self/loginuid; exec node bin/clientele.js ${args.map((word) => `'${word}'`).join(' ')} --output json`,
    settings,
  );

const hasScript = spawnSync('script', ['--version']).status === 0;

/** Runs a line on a pseudo-terminal, and answers its question. */
async function onTerminal(line: string, question: string, answer: string) {
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: repository,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  let isAnswered = false;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said += part;
    if (isAnswered || !said.includes(question)) return;
    isAnswered = true;
    child.stdin.write(`${answer}\n`);
  });
  const [code] = await once(child, 'close');
  return { code: Number(code), said };
}

/** The newest entry of an operation, as the audit trail shows it. */
async function entryOf(operation: string) {
  await settled(world);
  const { data } = (await brand.call('GET', '/audit?limit=100')).json;
  return data.filter((entry: { operation: string }) => entry.operation === operation)[0];
}

test('every command that changes something takes a reason', () => {
  const leaves = (
    { commands, ...command }: Command,
    path: string,
  ): readonly (readonly [string, boolean])[] =>
    commands.length > 0
      ? commands.flatMap((one) => leaves(one, `${path} ${one.name()}`.trim()))
      : [[path, command.options.some(({ long }) => long === '--reason')]];
  const taking = leaves(defineProgram(), '').filter(([, takes]) => takes);
  expect(taking.map(([name]) => name)).toEqual([
    'brands create',
    'brands set',
    'keys create',
    'keys rotate',
    'keys revoke',
    'keys enable',
    'keys set-owner',
    'programs create',
    'programs set',
    'programs approve',
    'programs reject',
    'retention set',
    'operators create',
    'operators reset',
    'operators link',
    'operators unlink',
    'operators disable',
    'import',
    'export audit',
    'export customers',
    'export customer',
    'accept-restore',
    'rotate brand-key',
    'rotate index-key',
    'rotate root-key',
  ]);
});

describe('in live, without a terminal', { timeout: 120_000 }, () => {
  test('a change without a reason is refused before anything is done, and names the option', async () => {
    const before = await programFacts(world.system, brand.brandId);
    const set = ['programs', 'set', 'default', '--brand', 'Blue Ridge', '--provider', 'http'];
    const refused = await run(...set, '--url', 'https://evil.example.com/decide');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr).error).toContain('--reason TEXT');
    expect(await programFacts(world.system, brand.brandId)).toEqual(before);
  });

  test('customers are exported with a reason, and nothing is written without one', async () => {
    const path = join(folder, 'customers.ndjson');
    const args = ['export', 'customers', '--brand', 'Blue Ridge', '--file', path];
    const refused = await run(...args);
    expect([refused.code, existsSync(path)]).toEqual([1, false]);
    expect(JSON.parse(refused.stderr).error).toContain('--reason TEXT');
    expect((await run(...args, '--reason', 'Examination by the state.')).code).toBe(0);
    expect(await entryOf('export customers')).toMatchObject({
      actor: { kind: 'operator', user: expect.any(String) },
      reason: 'Examination by the state.',
    });
  });

  test('reasons are exported with a reason, and the rest of the audit trail without one', async () => {
    const path = join(folder, 'trail.ndjson');
    const args = ['export', 'audit', '--brand', 'Blue Ridge', '--file', path];
    expect(await run(...args)).toMatchObject({ code: 0, stderr: '' });
    expect((await entryOf('export audit')).no_reason).toBeUndefined();
    const other = [...args.slice(0, -1), join(folder, 'reasons.ndjson'), '--with-reasons'];
    const refused = await run(...other);
    expect([refused.code, existsSync(join(folder, 'reasons.ndjson'))]).toEqual([1, false]);
    expect(JSON.parse(refused.stderr).error).toContain('--reason TEXT');
    expect((await run(...other, '--reason', 'Audit of the third quarter.')).code).toBe(0);
    expect(await entryOf('export audit')).toMatchObject({
      with_reasons: true,
      reason: 'Audit of the third quarter.',
    });
    expect(readFileSync(join(folder, 'reasons.ndjson'), 'utf8')).toContain('Audit of the third quarter.');
    expect(readFileSync(path, 'utf8')).not.toContain('"kind":"reason"');
  });

  test.skipIf(!hasScript)('a terminal is asked why, and the answer is the reason', async () => {
    const set = 'node bin/clientele.js retention set --brand "Blue Ridge" --identity-years 7';
    const { code, said } = await onTerminal(set, 'Why?', 'The state asks for seven years.');
    expect([code, said]).toEqual([0, expect.stringContaining('7 years')]);
    expect((await entryOf('retention set')).reason).toBe('The state asks for seven years.');
    const nothing = await onTerminal(set.replace('7', '8'), 'Why?', '');
    expect([nothing.code, nothing.said]).toEqual([1, expect.stringContaining('--reason TEXT')]);
  });

  test('a program gets another provider with a reason, and the entry has its address and the account', async () => {
    const url = 'https://kyc.example.com/decide';
    const set = ['programs', 'set', 'default', '--brand', 'Blue Ridge', '--provider', 'http', '--url', url];
    expect((await run(...set, '--reason', 'Contract with Acme from 2026-12-01.')).code).toBe(0);
    const entry = await entryOf('programs propose');
    expect(entry).toMatchObject({ provider: 'http', url, reason: 'Contract with Acme from 2026-12-01.' });
    expect(entry.actor).toMatchObject({ kind: 'operator', user: expect.any(String) });
    const [row] = await world.sql(`select body, reason from audit where body like '%"programs propose"%'`);
    expect(JSON.stringify(row)).not.toContain('Acme');
  });

  test.skipIf(!mayNameLogin)(
    'the person who logged in counts, not the account: one proposes, another approves',
    async () => {
      const list = async () =>
        (await run('programs', 'list', '--brand', 'Blue Ridge')).json.find(
          ({ name }: { name: string }) => name === 'default',
        );
      const before = await list();
      const { change_id: id, proposed_by: first } = before.proposed;
      expect(before.provider).toBe('manual');
      const approve = ['programs', 'approve', id, '--brand', 'Blue Ridge', '--reason', 'I saw the contract.'];
      const set = ['programs', 'set', 'default', '--brand', 'Blue Ridge', '--provider', 'http'];
      const again = [...set, '--url', 'https://kyc.example.com/v2', '--reason', 'Their second version.'];
      expect(first).toMatch(/ \(uid \d+\)$/);
      const proposed = await loggedIn(4_001, again);
      expect(proposed.json).toMatchObject({
        provider: 'manual',
        secret: expect.stringContaining('whsec_'),
        proposed: { provider: 'http', url: 'https://kyc.example.com/v2', proposed_by: 'uid 4001' },
      });
      // The earlier proposal is gone, so nobody approves what they have not seen.
      expect((await loggedIn(4_002, approve)).stderr).toContain('waits for approval');
      const change = approve.map((word) => (word === id ? proposed.json.proposed.change_id : word));
      const alone = await loggedIn(4_001, change);
      expect([alone.code, JSON.parse(alone.stderr).error]).toEqual([
        1,
        expect.stringContaining('another person approves it'),
      ]);
      const approved = await loggedIn(4_002, change);
      expect([approved.code, approved.json.provider]).toEqual([0, 'http']);
      expect(await list()).toMatchObject({ provider: 'http', url: 'https://kyc.example.com/v2' });
      expect(await entryOf('programs approve')).toMatchObject({
        actor: { kind: 'operator', user: 'uid 4002' },
        proposed_by: 'uid 4001',
        reason: 'I saw the contract.',
      });
    },
  );

  test.skipIf(process.getuid?.() !== 0 || !hasNamespaces)(
    'in a user namespace no operator is known, so nothing is proposed',
    async () => {
      const words = ['programs', 'set', 'default', '--brand', 'Blue Ridge', '--provider', 'manual'];
      const refused = await namespaced([...words, '--reason', 'Their own namespace.']);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('runs in a user namespace');
      expect(refused.stderr).toContain('on the machine itself');
    },
  );

  test('a rotation seals its reason under the new key', async () => {
    const rotated = await run(
      'rotate',
      'brand-key',
      '--brand',
      'Blue Ridge',
      '--reason',
      'A laptop was stolen.',
    );
    expect(rotated.code).toBe(0);
    expect((await entryOf('rotate brand-key')).reason).toBe('A laptop was stolen.');
    expect((await entryOf('destroy brand-key')).reason).toBe('A laptop was stolen.');
  });

  test('a key is made without one too, with a notice and an entry that says so', async () => {
    const made = await run('keys', 'create', '--brand', 'Blue Ridge', '--name', 'till');
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stderr).notice).toContain('No reason was given');
    expect(made.json.date_expires).toBeDefined();
    expect(await entryOf('keys create')).toMatchObject({ no_reason: true });
    const rotated = await run('keys', 'rotate', 'till', '--brand', 'Blue Ridge');
    expect([rotated.code, JSON.parse(rotated.stderr).notice]).toEqual([
      0,
      expect.stringContaining('No reason'),
    ]);
    const other = await run('brands', 'create', 'Harborlight');
    expect(other.code).toBe(0);
    expect(JSON.parse(other.stderr).notice).toContain('No reason was given');
  });

  test('a key that never expires says so in words', async () => {
    const made = await run('keys', 'create', '--brand', 'Blue Ridge', '--no-expiry', '--reason', 'A kiosk.');
    expect(made.json.date_expires).toBeUndefined();
    expect(made.stderr).toContain('never expires');
    const both = ['keys', 'create', '--brand', 'Blue Ridge', '--no-expiry', '--expires-days', '3'];
    expect((await run(...both)).code).toBe(2);
  });

  test('a reason has the form of every reason', async () => {
    const refused = await run('keys', 'revoke', 'till', '--brand', 'Blue Ridge', '--reason', 'x');
    expect(JSON.parse(refused.stderr).error).toBe('--reason: Must be between 3 and 500 characters.');
  });

  test('the review of access is a table, JSON and a file that only its owner can read', async () => {
    const owned = { name: 'desk', owner: 'mo@example.com', networks: ['127.0.0.0/8'] };
    await createKey(world.system, brand.brandId, owned);
    const path = join(folder, 'access.csv');
    const review = ['keys', 'review', '--brand', 'Blue Ridge'];
    const { json, code } = await run(...review, '--csv', path);
    expect(code).toBe(0);
    expect(json.find(({ name }: { name: string }) => name === 'desk')).toMatchObject({
      owner: 'mo@example.com',
      networks: ['127.0.0.0/8'],
    });
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain('"desk"');
    const table = await clientele(review, settings);
    expect(table.stdout).toMatch(/KEY\s+IDENTITY\s+OWNER/);
    expect(table.stdout).toContain('mo@example.com');
    expect((await run(...review, '--csv', path)).code).toBe(1);
  });
});
