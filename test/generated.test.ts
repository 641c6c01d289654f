import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCatalogue } from '../src/domain/errors.ts';
import { settings } from '../src/settings.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const files = [
  'openapi.json',
  'docs/errors.md',
  'docs/configuration.md',
  'docs/commands.md',
  'docs/schema.sql',
  'docs/security-events.md',
];

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** The command as CI runs it, in a process of its own. */
const generate = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', join(project, 'scripts/generate.ts'), ...args],
      { cwd: project },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });

describe('the generated files', { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clientele-generated-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('match the code', async () => {
    const { code, said } = await generate('--check');
    expect(said).toContain('All generated files are what the code says.');
    expect(code).toBe(0);
  });

  test('are written completely if they are missing, and identically each time', async () => {
    const missing = await generate('--check', '--into', folder);
    expect(missing.code).toBe(1);
    for (const file of files) expect(missing.said).toContain(`${file} is missing.`);
    expect((await generate('--into', folder)).code).toBe(0);
    for (const file of files)
      expect(await readFile(join(folder, file), 'utf8')).toBe(await readFile(join(project, file), 'utf8'));
  });

  test('fail the check when they differ, each with its name and the next step', async () => {
    for (const file of files) await cp(join(project, file), join(folder, file));
    const plant = async (file: string, from: string, to: string) => {
      const text = await readFile(join(folder, file), 'utf8');
      expect(text).toContain(from);
      await writeFile(join(folder, file), text.replace(from, to));
    };
    await plant('openapi.json', '"operationId": "getCustomer"', '"operationId": "fetchCustomer"');
    await plant('docs/schema.sql', 'digest bytea not null', 'digest bytea');
    const { code, said } = await generate('--check', '--into', folder);
    expect(code).toBe(1);
    expect(said).toMatch(
      /openapi\.json is not what the code says: 1 lines are missing.*\n.*fetchCustomer.*\n.*getCustomer/,
    );
    expect(said).toMatch(/docs\/schema\.sql is not what the code says/);
    expect(said).not.toContain('docs/errors.md');
    expect(said).toContain('npm run generate');
    // It only looks: what was planted is still there.
    expect(await readFile(join(folder, 'openapi.json'), 'utf8')).toContain('fetchCustomer');
  });

  test('name every error and every setting', async () => {
    const errors = await readFile(join(project, 'docs/errors.md'), 'utf8');
    for (const code of Object.keys(errorCatalogue)) expect(errors).toContain(`## \`${code}\`\n`);
    const configuration = await readFile(join(project, 'docs/configuration.md'), 'utf8');
    for (const name of Object.keys(settings.properties)) expect(configuration).toContain(`## \`${name}\`\n`);
  });
});
