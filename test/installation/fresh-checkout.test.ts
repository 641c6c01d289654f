import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { person } from '../people.ts';
import {
  cleanUp,
  clientele,
  printedDemoKey,
  repository,
  serve,
  shell,
  temporaryFolder,
} from './cli/program.ts';

// The files of a fresh clone: every tracked file in its present state, and nothing else.
describe.runIf(existsSync(join(repository, '.git')))('a fresh checkout', { timeout: 120_000 }, () => {
  let folder: string;
  let checkout: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    checkout = join(folder, 'checkout');
    await mkdir(checkout);
    const copied = await shell(`git ls-files -z | xargs -0 cp --parents -t '${checkout}'`);
    expect(copied).toMatchObject({ code: 0 });
    const installed = await shell('npm ci --ignore-scripts --prefer-offline', {}, checkout);
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
  }, 300_000);
  afterAll(cleanUp);

  test('installed without scripts builds itself at the first call, also by two processes at once', async () => {
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
    const both = await Promise.all([1, 2].map(() => clientele(['--version'], {}, { from: checkout })));
    for (const ran of both)
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
    expect(await clientele(['--version'], {}, { from: checkout })).toMatchObject({ code: 0 });
  });

  test('serves created data, also after it was moved below a directory that is closed to others', async () => {
    const first = await serve({}, { from: checkout });
    const headers = printedDemoKey(first.stderr);
    const created = await fetch(`${first.url}/api/v0.1/customers`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(person()),
    });
    const { customer_id: id } = (await created.json()) as { customer_id: string };
    await first.stop();
    expect(existsSync(join(checkout, '.clientele/root.key'))).toBe(true);

    // As it is in root's home directory, which the user that PostgreSQL runs as may not enter.
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    await chmod(join(folder, 'closed'), 0o700);
    const moved = join(folder, 'closed/checkout');
    await rename(checkout, moved);
    checkout = moved;
    const second = await serve({}, { from: checkout });
    const read = await fetch(`${second.url}/api/v0.1/customers/${id}`, { headers });
    expect(await read.json()).toMatchObject({ customer_id: id });
    await second.stop();

    await rm(join(checkout, '.clientele'), { recursive: true });
    const again = await serve({}, { from: checkout });
    const list = await fetch(`${again.url}/api/v0.1/customers`, { headers: printedDemoKey(again.stderr) });
    expect(list.status).toBe(200);
    await again.stop();
  });

  test('is not rebuilt because a source file is newer', async () => {
    const built = await readFile(join(checkout, 'dist/clientele.js'), 'utf8');
    const soon = new Date(Date.now() + 60_000);
    await utimes(join(checkout, 'src/cli/clientele.ts'), soon, soon);
    expect(await clientele(['--version'], {}, { from: checkout })).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(checkout, 'dist/clientele.js'), 'utf8')).toBe(built);
  });

  test('keeps no compiler beside a server that was built by its start', async () => {
    await rm(join(checkout, 'dist'), { recursive: true });
    const server = await serve({}, { from: checkout });
    expect(server.stderr).toContain('Building Clientele from its sources');
    const children = await childrenOf(server.pid);
    expect(children.join('\n')).toContain('postgres');
    expect(children.filter((line) => line.includes('esbuild'))).toEqual([]);
    await server.stop();
  });

  test('with a new migration asks for it after the build, and applies it', async () => {
    const place = { from: checkout };
    await writeFile(join(checkout, 'src/store/migrations/9999_extra.sql'), 'create table extra (one int);\n');
    expect(await shell('npm run build', {}, checkout)).toMatchObject({ code: 0 });
    const refused = await clientele(['brands', 'list'], {}, place);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'The database lacks the migrations 9999_extra. Apply them with: node bin/clientele.js migrate (or start node bin/clientele.js serve).\n',
    );
    const examined = await clientele(['doctor', '--output', 'json'], {}, place);
    expect(examined.code).toBe(1);
    expect(examined.json).toContainEqual({
      check: 'schema',
      state: 'red',
      explanation: 'The database lacks 9999_extra.',
      next_step: 'Make a backup, then apply the missing migrations with: node bin/clientele.js migrate',
    });
    const applied = await clientele(['migrate', '--output', 'json'], {}, place);
    expect(applied.json).toMatchObject({ applied: ['9999_extra'] });
    expect((await clientele(['brands', 'list'], {}, place)).code).toBe(0);
  });
});

/** The command lines of the processes that a process has started. */
async function childrenOf(pid: number): Promise<readonly string[]> {
  const lines = await shell(
    `for one in /proc/[0-9]*; do grep -qsx 'PPid:\t${pid}' "$one/status" && tr '\\0' ' ' <"$one/cmdline" && echo; done; true`,
  );
  return lines.stdout.split('\n').filter((line) => line !== '');
}
