import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asAfterFirstStart } from '../data-directory.ts';
import { person } from '../people.ts';
import { cleanUp, clientele, printedDemoKey, serve, shell, temporaryFolder } from './cli/program.ts';

// Builds the program once, so that no test waits for it.
beforeAll(() => clientele(['--version']));
afterAll(cleanUp);

const own = (folder: string) => ({ CLIENTELE_DATA_DIR: join(folder, 'data') });

/** A data directory of its own with a cluster but not a table in it: what is not about the cluster starts sooner. */
async function withCluster() {
  const settings = own(await temporaryFolder());
  mkdirSync(settings.CLIENTELE_DATA_DIR, { mode: 0o711 });
  asAfterFirstStart(settings.CLIENTELE_DATA_DIR);
  return settings;
}

/** What was said for people, without what a slow machine or a changed source adds. */
const lines = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !/^(?:Starting|Building)/.test(line));

describe('a first start of a sandbox', { timeout: 120_000 }, () => {
  test('shows a curl line with the real port that works as printed', async () => {
    const server = await serve(own(await temporaryFolder()));
    const curl = /^curl .*$/m.exec(server.stderr)?.[0] ?? '';
    const ran = await shell(`${curl.replace(/^curl/, 'curl --silent --fail')}`);
    expect(ran.code).toBe(0);
    expect(ran.json).toBeInstanceOf(Array);
    expect(server.stderr).toContain(`API            ${server.url}/api/v0.1\n`);
    expect(server.stderr).toContain(`Docs           ${server.url}/docs\n`);
    for (const path of ['/docs', '/docs/scalar.js'])
      expect((await fetch(server.url + path)).status, path).toBe(200);
    expect((await server.stop()).code).toBe(0);
  });

  test('writes text for people to standard error, and only log lines without the secret to standard output', async () => {
    const server = await serve(own(await temporaryFolder()));
    const headers = printedDemoKey(server.stderr);
    expect((await fetch(`${server.url}/api/v0.1/customers`, { headers })).status).toBe(200);
    const { stdout } = await server.stop();
    const logged = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(logged).toContainEqual(expect.objectContaining({ operation: 'listCustomers', status: 200 }));
    expect(stdout).not.toContain(headers.Authorization);
  });

  test('without demo data proposes commands for a brand and a key that work as printed', async () => {
    const settings = { ...own(await temporaryFolder()), CLIENTELE_DEMO: '0' };
    const server = await serve(settings);
    const line = /with: (.*)$/m.exec(server.stderr)?.[1] ?? '';
    expect(line).toContain('brands create');
    const made = await shell(line, settings);
    expect(made.stderr).toContain('shown again');
    const headers = printedDemoKey(made.stdout);
    expect(await (await fetch(`${server.url}/api/v0.1/customers`, { headers })).json()).toEqual([]);
    await server.stop();
  });

  test('on a taken port says so in one sentence, and the next start is still the first', async () => {
    const settings = own(await temporaryFolder());
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const refused = await clientele(['serve'], { ...settings, CLIENTELE_PORT: String(port) });
    other.close();
    expect(refused.code).toBe(1);
    expect(lines(refused.stderr)).toEqual([
      `Port ${port} of 127.0.0.1 is taken by another program. Stop that one, or choose another port with CLIENTELE_PORT.`,
    ]);
    const server = await serve(settings);
    expect(printedDemoKey(server.stderr).Identity).toMatch(/^[0-9a-f-]{36}$/);
    await server.stop();
  });
});

describe('a later start', { timeout: 120_000 }, () => {
  test('keeps the data, and prints where it is, what is next and the link for the first account', async () => {
    const settings = await withCluster();
    const first = await serve(settings);
    const headers = printedDemoKey(first.stderr);
    const created = await fetch(`${first.url}/api/v0.1/customers`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(person()),
    });
    const { customer_id: id } = (await created.json()) as { customer_id: string };
    await first.stop();

    const second = await serve(settings);
    const read = await fetch(`${second.url}/api/v0.1/customers/${id}`, { headers });
    expect(await read.json()).toMatchObject({ customer_id: id, first_name: 'James' });
    const said = lines(second.stderr);
    expect(said).toHaveLength(3);
    expect(said[0]).toContain(second.url);
    expect(said[1]).toContain('keys create --brand "Universal Exports"');
    expect(said[2]).toContain('/console/start#first_');
    const { stdout, stderr } = await second.stop();
    expect(stdout + stderr).not.toContain(headers.Authorization);
  });

  test('without its root key refuses, and creates no other key', async () => {
    const settings = await withCluster();
    await (await serve(settings)).stop();
    const path = join(settings.CLIENTELE_DATA_DIR, 'root.key');
    await rm(path);
    for (const command of [['serve'], ['brands', 'list']]) {
      const refused = await clientele(command, settings);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        `The root key file ${path} is missing, and every record is sealed under it. Restore it from your copy; a new key cannot open the records.`,
      );
    }
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  test('is refused while another serve has the data directory, with the pid of that one', async () => {
    const settings = await withCluster();
    const server = await serve(settings);
    const refused = await clientele(['serve'], { ...settings, CLIENTELE_PORT: '0' });
    expect(refused.code).toBe(1);
    expect(lines(refused.stderr)).toEqual([
      `Another clientele serve (pid ${server.pid}) already runs on ${settings.CLIENTELE_DATA_DIR}. Stop it first, or give this one its own data directory with CLIENTELE_DATA_DIR.`,
    ]);
    await server.stop();
  });
});

describe('a server that is told to stop', { timeout: 120_000 }, () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes the request that is still arriving, stops its database in order, and exits with 0',
    async (signal) => {
      const settings = await withCluster();
      const server = await serve(settings);
      const headers = printedDemoKey(server.stderr);
      const body = JSON.stringify(person());
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('utf8').on('data', (part) => {
        answer += part;
      });
      const head = [
        'POST /api/v0.1/customers HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 20)}`);
      // An answer over another connection shows that the server has accepted this one as well.
      await fetch(`${server.url}/livez`);
      server.signal(signal);
      while (!server.stderr.includes('Stopping')) await new Promise((resolve) => setTimeout(resolve, 10));
      socket.write(body.slice(20));
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1\.1 201 /);
      expect((await server.ended).code).toBe(0);

      const id = /"customer_id":"([^"]+)"/.exec(answer)?.[1];
      const again = await serve(settings);
      expect((await fetch(`${again.url}/api/v0.1/customers/${id}`, { headers })).status).toBe(200);
      await again.stop();
      const log = await readFile(join(settings.CLIENTELE_DATA_DIR, 'postgres.log'), 'utf8');
      expect(log).not.toContain('not properly shut down');
    },
  );

  test('twice exits at once, even with a running request', async () => {
    const server = await serve(await withCluster());
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/v0.1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n');
    await fetch(`${server.url}/livez`);
    server.signal('SIGINT');
    while (!server.stderr.includes('Stopping')) await new Promise((resolve) => setTimeout(resolve, 10));
    server.signal('SIGINT');
    const { code, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Stopping at once.');
    socket.destroy();
  });

  test('by an uncaught error logs its kind and place, never its message, and exits with 1', async () => {
    const server = await serve(await withCluster(), {
      node: ['--import', new URL('./cli/reject-on-message.js', import.meta.url).pathname],
    });
    server.send('123-45-6789');
    const { code, stdout, stderr } = await server.ended;
    expect(code).toBe(1);
    const fatal = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ level }) => level === 60);
    expect(fatal.error).toMatch(/^RangeError at reject-on-message\.js:\d+$/);
    expect(stderr).toContain('Something went wrong that Clientele does not know: RangeError');
    expect(stdout + stderr).not.toContain('123-45-6789');
  });
});

test('a server continues when its PostgreSQL is killed', { timeout: 120_000 }, async () => {
  const settings = await withCluster();
  const server = await serve(settings);
  const headers = printedDemoKey(server.stderr);
  const list = () => fetch(`${server.url}/api/v0.1/customers`, { headers }).then(({ status }) => status);
  expect(await list()).toBe(200);
  const pidFile = await readFile(join(settings.CLIENTELE_DATA_DIR, 'postgres/postmaster.pid'), 'utf8');
  process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');
  await expect.poll(list, { timeout: 30_000 }).toBe(503);
  await expect.poll(list, { timeout: 30_000 }).toBe(200);
  expect(server.stderr).toContain('PostgreSQL stopped unexpectedly');
  expect((await server.stop()).code).toBe(0);
});
