import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRootKeyFile } from '../../src/vault/key-source.ts';
import { person } from '../people.ts';
import type { RunningServe, TerminalServer } from './cli/program.ts';
import {
  cleanUp,
  clientele,
  noTerminal,
  printedDemoKey,
  serve,
  serveOnTerminal,
  temporaryFolder,
} from './cli/program.ts';

/** A request in the pretty log, with all that it may show. */
const prettyLine =
  /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: (?:GET|POST) \S+ \d{3} [\d.]+ ms \{"request_id":"[0-9a-f]+-\d+"(?:,"brand_id":"[0-9a-f-]{36}","identity":"[0-9a-f-]{36}")?\}$/;

/** Live refuses a key file that the embedded database's account can read, so it needs two accounts. */
const isRoot = process.getuid?.() === 0;

let folder: string;
let sandbox: Record<string, string>;
let live: Record<string, string>;
beforeAll(async () => {
  folder = await temporaryFolder();
  sandbox = { CLIENTELE_DATA_DIR: join(folder, 'sandbox'), CLIENTELE_DEMO: '0' };
  const rootKey = join(folder, 'root.key');
  createRootKeyFile(rootKey);
  live = {
    CLIENTELE_ENVIRONMENT: 'live',
    CLIENTELE_DATA_DIR: join(folder, 'live'),
    CLIENTELE_ROOT_KEY_FILE: rootKey,
  };
  // So that no test is a first start, and none waits for one.
  for (const settings of isRoot ? [sandbox, live] : [sandbox]) await (await serve(settings)).stop();
}, 120_000);
afterAll(cleanUp);

const plainLines = (text: string): readonly string[] => stripVTControlCharacters(text).split(/\r?\n/);

/** How a server writes the log, told by its line about a request. */
async function formatOf(server: Pick<RunningServe, 'url'>, text: () => string): Promise<'pretty' | 'json'> {
  await fetch(`${server.url}/livez`);
  const find = () => plainLines(text()).find((line) => line.includes('/livez'));
  await expect.poll(find, { timeout: 10_000 }).toBeDefined();
  const line = find() ?? '';
  if (prettyLine.test(line)) return 'pretty';
  expect(JSON.parse(line)).toMatchObject({ operation: '/livez', status: 200 });
  return 'json';
}

const cases: readonly (readonly [
  environment: 'sandbox' | 'live',
  asked: 'pretty' | 'json' | undefined,
  options: readonly string[],
  format: 'pretty' | 'json',
])[] = [
  ['sandbox', undefined, [], 'pretty'],
  ['sandbox', 'json', [], 'json'],
  ['sandbox', undefined, ['--output', 'json'], 'json'],
  ['live', undefined, [], 'json'],
  ['live', 'pretty', [], 'pretty'],
];

describe.skipIf(noTerminal)(
  `the log on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`,
  { timeout: 120_000 },
  () => {
    test.each(cases.filter(([environment]) => isRoot || environment === 'sandbox'))(
      'of %s, with the format %s and the options %j, is %s',
      async (...given) => {
        const [environment, asked, options, format] = given;
        const settings = { ...(environment === 'live' ? live : sandbox), CLIENTELE_LOG_FORMAT: asked ?? '' };
        const server = await serveOnTerminal(settings, options);
        expect(await formatOf(server, () => server.screen)).toBe(format);
        expect(await server.stop()).toBe(0);
      },
    );

    test('has colours, and none with NO_COLOR', async () => {
      const lineOf = async (server: TerminalServer) => {
        expect(await formatOf(server, () => server.screen)).toBe('pretty');
        await server.stop();
        return server.screen.split('\n').find((line) => line.includes('/livez'));
      };
      expect(await lineOf(await serveOnTerminal(sandbox))).toContain('\u001b[');
      expect(await lineOf(await serveOnTerminal({ ...sandbox, NO_COLOR: '1' }))).not.toContain('\u001b[');
    });

    test('shows only the listed fields of a request', async () => {
      const server = await serveOnTerminal({ CLIENTELE_DATA_DIR: join(folder, 'demo') });
      const headers = printedDemoKey(plainLines(server.screen).join('\n'));
      const body = person({ last_name: 'Quillfeather' });
      const created = await fetch(`${server.url}/api/v0.1/customers?email=${body.email}`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json', 'User-Agent': body.ssn },
        body: JSON.stringify(body),
      });
      const { customer_id: id } = (await created.json()) as { customer_id: string };
      await fetch(`${server.url}/api/v0.1/customers/${id}`, { headers });
      await fetch(`${server.url}/${body.ssn}?name=Quillfeather`);
      const entries = () => plainLines(server.screen).filter((line) => /^\[\d\d:/.test(line));
      const requests = () => entries().filter((line) => line.includes(' ms '));
      // Six are those that the demo makes.
      await vi.waitFor(() => expect(requests()).toHaveLength(9), { timeout: 10_000 });
      await server.stop();
      const logged = entries();
      const isSecurity = (line: string) => line.includes('"security_event":');
      expect(logged.filter((line) => !isSecurity(line) && !prettyLine.test(line))).toEqual([]);
      const text = logged.join('\n');
      for (const secret of [body.ssn, body.email, 'Quillfeather', headers.Authorization, id])
        expect(text).not.toContain(secret);
    });
  },
);

describe('the log in a pipe', { timeout: 120_000 }, () => {
  test.each([
    [undefined, 'json'],
    ['pretty', 'pretty'],
  ] as const)('with the format %s is %s, without colours', async (asked, format) => {
    const server = await serve({ ...sandbox, CLIENTELE_LOG_FORMAT: asked ?? '' });
    expect(await formatOf(server, () => server.stdout)).toBe(format);
    expect((await server.stop()).stdout).not.toContain('\u001b');
  });

  test('in the pretty form keeps its last line before an exit, and hides the message of an error', async () => {
    const server = await serve(
      { ...sandbox, CLIENTELE_LOG_FORMAT: 'pretty' },
      { node: ['--import', new URL('./cli/reject-on-message.js', import.meta.url).pathname] },
    );
    server.send('123-45-6789');
    const { code, stdout, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^\[[\d:.]+\] FATAL: unhandled \{"error":"RangeError at reject-on-message\.js:\d+"\}$/m,
    );
    expect(stdout + stderr).not.toContain('123-45-6789');
  });
});

test('only a server that logs in the pretty form loads the code for it', { timeout: 120_000 }, async () => {
  expect(await loadsPretty(['brands', 'list'], {})).toBe(false);
  expect(await loadsPretty(['brands', 'list'], { CLIENTELE_LOG_FORMAT: 'pretty' })).toBe(false);
  expect(await loadsPretty(['serve'], { CLIENTELE_LOG_FORMAT: 'json' })).toBe(false);
  expect(await loadsPretty(['serve'], { CLIENTELE_LOG_FORMAT: 'pretty' })).toBe(true);
});

/** Whether a command loads pino-pretty. Node lists every script that it ran in its coverage. */
async function loadsPretty(
  args: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<boolean> {
  const coverage = join(folder, `coverage-${args[0]}-${more['CLIENTELE_LOG_FORMAT']}`);
  await mkdir(coverage);
  const settings = { ...sandbox, ...more, NODE_V8_COVERAGE: coverage };
  const ended = args[0] === 'serve' ? await (await serve(settings)).stop() : await clientele(args, settings);
  expect(ended.code).toBe(0);
  const scripts = new Set<string>();
  for (const name of await readdir(coverage)) {
    const { result } = JSON.parse(await readFile(join(coverage, name), 'utf8')) as {
      result: readonly { url: string }[];
    };
    for (const { url } of result) if (url.includes('/dist/')) scripts.add(fileURLToPath(url));
  }
  expect(scripts.size).toBeGreaterThan(1);
  const sources = await Promise.all([...scripts].map((path) => readFile(path, 'utf8')));
  return sources.some((source) => source.includes('// node_modules/pino-pretty/'));
}
