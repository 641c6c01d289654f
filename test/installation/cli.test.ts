import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultScopes, keyScopes } from '../../src/domain/scopes.ts';
import type { ProcessResult, RunningServe } from './cli/program.ts';
import { cleanUp, clientele, repository, serve, temporaryFolder } from './cli/program.ts';

const brand = 'Bank of Ōtepoti & Sons';
let server: RunningServe;
let settings: Record<string, string>;
beforeAll(async () => {
  settings = { CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data'), CLIENTELE_DEMO: '0' };
  server = await serve(settings);
}, 120_000);
afterAll(cleanUp);

const json = (...args: readonly string[]): Promise<ProcessResult> =>
  clientele([...args, '--output', 'json'], settings);

/** The status that a key gets. */
async function statusOf(key: { identity: string; authorization: string }): Promise<number> {
  const headers = { Identity: key.identity, Authorization: key.authorization };
  return (await fetch(`${server.url}/api/v0.1/customers`, { headers })).status;
}

const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;

test('full SSNs, decisions on reviews and compliance are never default scopes', () => {
  expect(keyScopes.filter((scope) => !defaultScopes.includes(scope))).toEqual([
    'ssn:reveal',
    'ssn:search',
    'kyc:review',
    'compliance:read',
    'compliance:write',
    'keys:read',
    'keys:write',
    'requests:read',
  ]);
});

describe('beside a running server', { timeout: 120_000 }, () => {
  test('a brand is created, listed, and not created twice', async () => {
    const made = await json('brands', 'create', brand);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(made.json)).toEqual(['bond_brand_id', 'name', 'date_created', 'validation']);
    expect(made.json).toMatchObject({
      name: brand,
      date_created: expect.stringMatching(utc),
      validation: 'bond',
    });
    expect((await json('brands', 'list')).json).toEqual([made.json]);
    for (const validation of ['wide', 'bond']) {
      const set = await json('brands', 'set', brand, '--validation', validation);
      expect(set.json).toEqual({ ...made.json, validation });
      expect((await json('brands', 'list')).json).toEqual([set.json]);
    }
    const again = await json('brands', 'create', brand);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(again.stderr)).toEqual({
      error: `There is already a brand named "${brand}". Choose another name, or use that brand.`,
    });
  });

  test('a key works from its creation and is refused within a second after its revocation', async () => {
    const made = await json('keys', 'create', '--brand', brand, '--name', 'till');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(made.json)).toEqual([
      'identity',
      'authorization',
      'name',
      'brand',
      'bond_brand_id',
      'scopes',
      'date_created',
    ]);
    expect(made.json).toMatchObject({ name: 'till', brand, scopes: defaultScopes });
    expect(made.json.authorization).toMatch(/^[A-Za-z0-9+/]{64}$/);
    expect(await statusOf(made.json)).toBe(200);
    const revoked = await json('keys', 'revoke', 'till', '--brand', brand);
    await sleep(1_000);
    expect(await statusOf(made.json)).toBe(401);
    expect(revoked).toMatchObject({ code: 0, stderr: '' });
    expect(revoked.json.date_revoked).toMatch(utc);
    const rotated = await json('keys', 'rotate', 'till', '--brand', brand);
    expect(rotated.code).toBe(1);
    expect(JSON.parse(rotated.stderr).error).toContain('The key "till" is revoked. Make a new one with: ');
  });

  test('a rotated key has two good secrets during the overlap, and one after it', async () => {
    const { json: first } = await json('keys', 'create', '--brand', brand, '--name', 'turning');
    expect(await statusOf(first)).toBe(200);
    const { json: second } = await json(
      'keys',
      'rotate',
      'turning',
      '--brand',
      brand,
      '--overlap-hours',
      '1',
    );
    expect(second).toMatchObject({ identity: first.identity, name: 'turning' });
    expect(second.authorization).not.toBe(first.authorization);
    expect(second.date_previous_secret_ends).toMatch(utc);
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200]);

    const { json: third } = await json(
      'keys',
      'rotate',
      first.identity,
      '--brand',
      brand,
      '--overlap-hours',
      '0',
    );
    await sleep(1_000);
    expect([await statusOf(first), await statusOf(second), await statusOf(third)]).toEqual([401, 401, 200]);
  });

  test('a key has the requested scopes and expiry', async () => {
    const options = ['--scopes', 'ssn:reveal, customers:write', '--expires-days', '30'];
    const { json: key } = await json('keys', 'create', '--brand', brand, ...options);
    expect(key.scopes).toEqual(['customers:write', 'ssn:reveal']);
    const life = Date.parse(key.date_expires) - Date.parse(key.date_created);
    expect(life).toBe(30 * 86_400_000);
    expect(await statusOf(key)).toBe(403);
    const listed = (await json('keys', 'list', '--brand', brand)).json as { identity: string }[];
    const { authorization, ...rest } = key;
    expect(listed.find(({ identity }) => identity === key.identity)).toEqual(rest);
    expect(JSON.stringify(listed)).not.toContain(authorization);
  });

  test('answers for people are tables and sentences, without colours in a pipe', async () => {
    const made = await clientele(['keys', 'create', '--brand', brand, '--name', 'people'], settings);
    expect(made.stdout).toMatch(
      /^Created the key people of .*\n\n {2}Identity {7}[0-9a-f-]{36}\n {2}Authorization {2}\S{64}\n/,
    );
    expect(made.stderr).toBe('Keep the authorization now: it is stored nowhere and not shown again.\n');
    const listed = await clientele(['keys', 'list', '--brand', brand], settings);
    expect(listed.stdout).toMatch(/^NAME +IDENTITY +SCOPES +CREATED +STATE\n/);
    expect(listed.stdout).toMatch(/\npeople +[0-9a-f-]{36} +the default scopes +\d{4}-\d\d-\d\d +active\n/);
    expect(made.stdout + made.stderr + listed.stdout).not.toContain('\u001b');
  });

  test('migrate finds nothing to do', async () => {
    const { code, json: done } = await json('migrate');
    expect(code).toBe(0);
    expect(done).toEqual({ applied: [], applied_before: expect.arrayContaining(['0001_customers']) });
  });
});

describe('a mistake', { timeout: 60_000 }, () => {
  const mistakes: readonly (readonly [args: string, code: number, sentence: string])[] = [
    [
      'keys create --brand Nobody',
      1,
      `There is no brand named "Nobody". There are: "${brand}". Make one with: node bin/clientele.js brands create NAME`,
    ],
    [
      'keys revoke nothing --brand BRAND',
      1,
      'The brand has no key "nothing". List its keys with: node bin/clientele.js keys list --brand NAME',
    ],
    [
      'keys create --brand BRAND --scopes customers:raed',
      1,
      'Not a scope: customers:raed. There are: customers:read, ',
    ],
    ['brands create 9', 1, "A brand's name starts with a letter"],
    [
      'keys create',
      2,
      "Required option '--brand <name>' not specified. See `node bin/clientele.js keys create --help`.",
    ],
    [
      'keys create --brand BRAND --expires-days 0',
      2,
      'It takes a whole number from 1 to 3650. See `node bin/clientele.js keys create --help`.',
    ],
    [
      'keys rotate x --brand BRAND --overlap-hours -1',
      2,
      'It takes a number from 0 to 720. See `node bin/clientele.js keys rotate --help`.',
    ],
    [
      'keys lsit --brand BRAND',
      2,
      "Unknown command 'lsit' (Did you mean list?). See `node bin/clientele.js keys --help`.",
    ],
    [
      'brands list --outptu',
      2,
      "Unknown option '--outptu' (Did you mean --output?). See `node bin/clientele.js brands list --help`.",
    ],
    ['brands list extra', 2, 'Too many arguments for'],
    ['keys', 2, 'It takes a command. See `node bin/clientele.js keys --help`.'],
  ];
  test.each(mistakes)('%s: exit code %i and one sentence', async (line, code, sentence) => {
    const args = line.split(' ').map((word) => (word === 'BRAND' ? brand : word));
    const [text, asJson] = await Promise.all([
      clientele(args, settings),
      clientele([...args, '--output=json'], settings),
    ]);
    expect(text).toMatchObject({ code, stdout: '' });
    expect(text.stderr).toContain(sentence);
    expect(text.stderr).not.toMatch(/^\s+at /m);
    if (line === 'keys') return;
    expect(text.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(asJson).toMatchObject({ code, stdout: '' });
    expect(JSON.parse(asJson.stderr)).toEqual({ error: text.stderr.trimEnd() });
  });

  test('in a setting names the setting and never its value', async () => {
    const refused = await clientele(['brands', 'list'], { ...settings, CLIENTELE_PORT: 'topsecret' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe('CLIENTELE_PORT must be a whole number from 0 to 65535.\n');
    const unknown = await clientele(['doctor'], { ...settings, CLIENTELE_PROT: '1' });
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain('There is no setting CLIENTELE_PROT. Did you mean CLIENTELE_PORT?');
  });

  test('is not made of what a platform or another program left in the environment', async () => {
    const foreign = {
      CLIENTELE_PORT: 'tcp://10.0.171.239:8080',
      CLIENTELE_SERVICE_HOST: '10.0.171.239',
      CLIENTELE_SERVICE_PORT: '8080',
      CLIENTELE_SERVICE_PORT_HTTP: '8080',
      CLIENTELE_PORT_8080_TCP: 'tcp://10.0.171.239:8080',
      CLIENTELE_PORT_8080_TCP_ADDR: '10.0.171.239',
      CLIENTELE_DB_PORT: 'tcp://10.0.171.240:5432',
      CLIENTELE_DB_SERVICE_HOST: '10.0.171.240',
      PGSSLMODE: 'require',
      PGOPTIONS: '-c search_path=nowhere -c default_transaction_read_only=on',
      PGUSER: 'other',
      PGCLIENTENCODING: 'LATIN1',
    };
    const listed = await clientele(['brands', 'list'], { ...settings, ...foreign });
    expect([listed.code, listed.stderr]).toEqual([0, '']);
    const findings = (await clientele(['doctor', '--output', 'json'], { ...settings, ...foreign })).json;
    const found = findings.find(({ check }: { check: string }) => check === 'settings');
    expect(found).toMatchObject({ state: 'green' });
    for (const name of Object.keys(foreign)) expect(found.explanation).toContain(`${name} is ignored`);
    // A number that is none, and a name that no platform makes, stay errors.
    const wrong = { CLIENTELE_PORT: '80a', CLIENTELE_SERVICE_HOSTS: 'x' };
    expect((await clientele(['brands', 'list'], { ...settings, ...wrong })).code).toBe(1);
  });

  test('in several settings is reported for all of them at once, one line for each', async () => {
    const wrong = {
      CLIENTELE_PROT: '1',
      CLIENTELE_FLUX: '1',
      CLIENTELE_LOG_FORMAT: 'xml',
      CLIENTELE_RATE_LIMIT: '0',
    };
    const refused = await clientele(['serve'], { ...settings, ...wrong });
    expect(refused.stderr.split('\n')).toEqual([
      'There is no setting CLIENTELE_PROT. Did you mean CLIENTELE_PORT?',
      'There is no setting CLIENTELE_FLUX. docs/configuration.md lists the settings.',
      'CLIENTELE_LOG_FORMAT must be one of: pretty, json.',
      'CLIENTELE_RATE_LIMIT must be a whole number from 1 to 1000000.',
      '',
    ]);
    const findings = (await clientele(['doctor', '--output', 'json'], { ...settings, ...wrong })).json;
    expect(findings.map(({ state }: { state: string }) => state)).toEqual(['red', 'red', 'red', 'red']);
  });

  test('of the program is reported by kind and place, without its message', async () => {
    const broken = await clientele(['brands', 'create', 'Any'], settings, {
      node: ['--import', new URL('./cli/break-ids.js', import.meta.url).pathname],
    });
    expect(broken).toMatchObject({ code: 1, stdout: '' });
    expect(broken.stderr).toMatch(
      /^Something went wrong that Clientele does not know: TypeError at src\/runtime\.ts:\d+\. Please report this line/,
    );
    expect(broken.stderr).not.toContain('123-45-6789');
  });
});

describe('without a running server', { timeout: 120_000 }, () => {
  let own: Record<string, string>;
  beforeAll(async () => {
    own = { CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data'), CLIENTELE_DEMO: '0' };
  });

  test('a command without an installation says how to begin, and leaves nothing behind', async () => {
    for (const args of [['brands', 'list'], ['migrate']]) {
      const refused = await clientele(args, own);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toBe(
        `There is no Clientele data in ${own['CLIENTELE_DATA_DIR']}: start it once with \`node bin/clientele.js serve\`, or set CLIENTELE_DATA_DIR.\n`,
      );
    }
    expect(await readdir(join(own['CLIENTELE_DATA_DIR'] ?? '', '..'))).toEqual([]);
  });

  test('commands start the database themselves, several at once too, and stop it in order', async () => {
    await (await serve(own)).stop();
    const names = ['Ann', 'Bob', 'Cleo'];
    const made = await Promise.all(names.map((name) => clientele(['brands', 'create', name], own)));
    expect(made.map(({ code }) => code)).toEqual([0, 0, 0]);
    const key = await clientele(['keys', 'create', '--brand', 'Bob', '--output', 'json'], own);
    expect(key).toMatchObject({ code: 0, stderr: '' });
    const listed = await clientele(['brands', 'list', '--output', 'json'], own);
    expect((listed.json as { name: string }[]).map(({ name }) => name).sort()).toEqual(names);
    const withKey = await clientele(['brands', 'create', 'Dee', '--with-key', '--output', 'json'], own);
    expect(withKey).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(withKey.json)).toEqual(['bond_brand_id', 'name', 'date_created', 'validation', 'key']);
    expect(withKey.json.key).toMatchObject({ brand: 'Dee', scopes: defaultScopes });
    const again = await serve(own);
    for (const { identity, authorization } of [key.json, withKey.json.key]) {
      const headers = { Identity: identity, Authorization: authorization };
      expect((await fetch(`${again.url}/api/v0.1/customers`, { headers })).status).toBe(200);
    }
    await again.stop();
  });
});

describe('help', { timeout: 60_000 }, () => {
  test.each([
    '',
    'serve',
    'worker',
    'brands',
    'keys create',
    'keys rotate',
    'import',
    'backup',
    'restore',
    'migrate',
    'doctor',
  ])('is available for: clientele %s', async (words) => {
    const help = await clientele([...words.split(' ').filter((word) => word !== ''), '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: clientele ${words}`);
    expect(help.stdout).toContain('--output <format>');
  });

  test('loads no code of the commands', async () => {
    const entry = join(repository, 'dist/clientele.js');
    const files = await staticallyImported(entry, new Set());
    let bytes = 0;
    for (const file of files) bytes += (await stat(file)).size;
    expect(files.size).toBeGreaterThan(1);
    expect(bytes).toBeLessThan(300_000);
  });
});

/** A built file and all that is loaded along with it. */
async function staticallyImported(file: string, found: Set<string>): Promise<ReadonlySet<string>> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(
    /^(?:import|\} from) ?(?:.*from )?["'](\.[^"']+)["']/gm,
  ))
    await staticallyImported(join(file, '..', name), found);
  return found;
}
