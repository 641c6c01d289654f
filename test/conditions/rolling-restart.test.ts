import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../fakes/ports.ts';
import type { RunningServe } from '../installation/cli/program.ts';
import { cleanUp, clientele, repository, serve, temporaryFolder } from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';
import { keepCreating } from './load.ts';
import { openProxy } from './proxy.ts';

// Three processes on one database behind a load balancer are restarted one after the other, under load.

let world: World;
let headers: Readonly<Record<string, string>>;
beforeAll(async () => {
  await clientele(['--version']);
  world = await openWorld({ apiOnly: true });
  headers = { ...(await world.brand()).headers, 'content-type': 'application/json' };
}, 120_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
});

const startOn = async (port: number, drainSeconds: number): Promise<RunningServe> =>
  serve({
    ...world.databaseSettings,
    CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data'),
    CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
    CLIENTELE_DEMO: '0',
    CLIENTELE_TRUST_PROXY: '127.0.0.1/32',
    CLIENTELE_LOG_LEVEL: 'silent',
    CLIENTELE_DRAIN_SECONDS: String(drainSeconds),
    CLIENTELE_PORT: String(port),
  });

interface RestartPlan {
  readonly drainSeconds: number;
  readonly restarts: number;
  readonly untilFailure?: boolean;
}

/** Restarts the processes in turn behind a balancer, until so many restarts or, if that is wanted, a failure. */
async function restartUnderLoad(
  url: string,
  servers: RunningServe[],
  ports: readonly number[],
  { drainSeconds, restarts, untilFailure = false }: RestartPlan,
) {
  const load = keepCreating(url, headers);
  const codes: (number | null)[] = [];
  let done = 0;
  for (; done < restarts && !(untilFailure && load.failures.length > 0); done += 1) {
    const at = done % ports.length;
    codes.push((await (servers[at] as RunningServe).stop()).code);
    servers[at] = await startOn(ports[at] as number, drainSeconds);
  }
  await load.stop();
  for (const server of servers) codes.push((await server.stop()).code);
  return { failures: load.failures, created: load.created, codes };
}

const start = (ports: readonly number[], drainSeconds: number): Promise<RunningServe[]> =>
  Promise.all(ports.map((port) => startOn(port, drainSeconds)));

describe('a rolling restart behind a balancer that asks for readiness', { timeout: 240_000 }, () => {
  test('fails none of the requests in 10 restarts', async () => {
    const ports = await freePorts(3);
    const servers = await start(ports, 1);
    const proxy = await openProxy(ports);
    const found = await restartUnderLoad(proxy.url, servers, ports, { drainSeconds: 1, restarts: 10 });
    await proxy.close();
    expect(found.failures).toEqual([]);
    expect(found.created).toBeGreaterThan(200);
    expect(new Set(found.codes)).toEqual(new Set([0]));
  });

  test('fails some without the drain', async () => {
    const ports = await freePorts(3);
    const servers = await start(ports, 0);
    const proxy = await openProxy(ports);
    const found = await restartUnderLoad(proxy.url, servers, ports, {
      drainSeconds: 0,
      restarts: 10,
      untilFailure: true,
    });
    await proxy.close();
    expect(found.failures.length).toBeGreaterThan(0);
  });
});

/** Fills a file of examples/deployment with the ports and files of a test. */
async function filledIn(name: string, values: readonly (readonly [string, string])[]): Promise<string> {
  let text = await readFile(join(repository, 'examples/deployment', name), 'utf8');
  for (const [written, here] of values) {
    expect(text).toContain(written);
    text = text.replaceAll(written, here);
  }
  return text;
}

const pem = (name: string) => join(repository, `test/installation/cli/localhost-${name}.pem`);

/** A balancer with its settings in a folder, and how it is started. */
interface Balancer {
  readonly program: string;
  readonly configure: (folder: string, port: number, ports: readonly number[]) => Promise<readonly string[]>;
}

const nginx: Balancer = {
  program: '/usr/sbin/nginx',
  async configure(folder, port, ports) {
    const site = await filledIn('nginx.conf', [
      ['listen 443', `listen 127.0.0.1:${port}`],
      ...([1, 2, 3] as const).map((at) => [`127.0.0.1:808${at}`, `127.0.0.1:${ports[at - 1]}`] as const),
      ['/etc/ssl/clientele/fullchain.pem', pem('cert')],
      ['/etc/ssl/clientele/key.pem', pem('key')],
      ['customers.example.com', 'localhost'],
    ]);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const main = `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {}\nhttp { access_log off; ${paths.join(' ')}\n${site}}\n`;
    await writeFile(join(folder, 'nginx.conf'), main);
    return ['-p', folder, '-c', join(folder, 'nginx.conf')];
  },
};

const haproxy: Balancer = {
  program: '/usr/sbin/haproxy',
  async configure(folder, port, ports) {
    const both = join(folder, 'both.pem');
    await writeFile(both, `${await readFile(pem('cert'), 'utf8')}${await readFile(pem('key'), 'utf8')}`);
    const text = await filledIn('haproxy.cfg', [
      ['bind :443', `bind 127.0.0.1:${port}`],
      ...([1, 2, 3] as const).map((at) => [`127.0.0.1:808${at}`, `127.0.0.1:${ports[at - 1]}`] as const),
      ['/etc/haproxy/clientele.pem', both],
    ]);
    await writeFile(join(folder, 'haproxy.cfg'), text);
    return ['-db', '-f', join(folder, 'haproxy.cfg')];
  },
};

describe.each([
  ['nginx', nginx],
  ['HAProxy', haproxy],
] as const)('%s with the settings of examples/deployment', (_, { program, configure }) => {
  test.skipIf(!existsSync(program))(
    'fails none of the requests in a rolling restart',
    { timeout: 240_000 },
    async () => {
      const folder = await temporaryFolder();
      const [port = 0, ...ports] = await freePorts(4);
      const args = await configure(folder, port, ports);
      const servers = await start(ports, 3);
      const balancer = spawn(program, [...args], { stdio: 'ignore' });
      const url = `https://localhost:${port}`;
      await sleep(1_500);
      const found = await restartUnderLoad(url, servers, ports, { drainSeconds: 3, restarts: 3 });
      balancer.kill('SIGTERM');
      expect(found.failures).toEqual([]);
      expect(found.created).toBeGreaterThan(200);
    },
  );
});
