import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, clientele, serve, shell, temporaryFolder } from '../installation/cli/program.ts';

// The rights of the files that Clientele makes do not depend on the umask of the process that starts it.

const before = process.umask();
beforeAll(() => clientele(['--version']), 120_000);
afterAll(async () => {
  process.umask(before);
  await cleanUp();
});

/** What others than the owner may write to, or may read of a secret. */
function openFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const { mode } = statSync(join(folder, name));
    const isSecret = /\.(key|secret|log|ndjson|backup|json)$/.test(name);
    return (mode & (isSecret ? 0o066 : 0o022)) !== 0;
  });
}

test('under umask 0, nothing that is made is open to other users', { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder();
  const data = join(folder, 'data');
  process.umask(0);
  const settings = { CLIENTELE_DATA_DIR: data };
  const server = await serve(settings);
  process.umask(before);
  const made = await shell(
    `umask 0
    node bin/clientele.js brands create Acme
    node bin/clientele.js export audit --brand Acme --file ${join(folder, 'audit.ndjson')}
    node bin/clientele.js backup --file ${join(folder, 'all.backup')}`,
    settings,
  );
  expect([made.code, made.stderr]).toEqual([0, expect.anything()]);
  expect(readdirSync(folder).sort()).toEqual(['all.backup', 'audit.ndjson', 'data']);
  expect(openFiles(data)).toEqual([]);
  expect(openFiles(folder)).toEqual([]);
  await server.stop();
});
