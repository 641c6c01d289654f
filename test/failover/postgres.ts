import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../fakes/ports.ts';

// A primary and a standby of Debian's PostgreSQL, on this machine, with a replication that can be interrupted.

const run = promisify(execFile);

/** PostgreSQL refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export interface Server {
  readonly port: number;
  /** Ends every process of it at once, as a power cut would. */
  kill(): Promise<void>;
}

export interface Pair {
  readonly primary: Server;
  readonly standby: Server;
  readonly version: string;
  /** From now on the standby receives nothing, and the primary believes that it is slow. */
  stallReplication(): void;
  /** Makes the standby a primary, as Patroni or a managed service does. */
  promote(): Promise<void>;
  close(): Promise<void>;
}

/** The programs of Debian, of the newest version. */
async function findPrograms(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const [newest] = versions.sort((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error('PostgreSQL is not here. On Debian: apt-get install postgresql');
  return `/usr/lib/postgresql/${newest}/bin`;
}

export async function openPair({ synchronous }: { readonly synchronous: boolean }): Promise<Pair> {
  const bin = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'clientele-failover-'));
  await chmod(folder, 0o755);
  const [first, second] = [join(folder, 'primary'), join(folder, 'standby')];
  for (const path of [first, second]) {
    await mkdir(path, { mode: 0o700 });
    if (account.uid !== undefined) await chown(path, account.uid, account.gid);
  }
  const call = (program: string, ...args: readonly string[]) =>
    run(join(bin, program), args, { ...account, cwd: folder });
  await call('initdb', '-D', first, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--data-checksums');
  const primary = await startServer(bin, first, [
    'wal_level=replica',
    'max_wal_senders=4',
    'max_connections=60',
  ]);
  await script(primary.port, 'postgres', [
    'create role clientele_owner login',
    'create role clientele_app login',
    "create database clientele owner clientele_owner encoding 'UTF8' template template0",
    'revoke all on database clientele from public',
    'grant connect on database clientele to clientele_app',
  ]);
  await script(primary.port, 'clientele', [
    'alter schema public owner to clientele_owner',
    'revoke all on schema public from public',
  ]);
  const line = await openLine(primary.port);
  const source = `host=127.0.0.1 port=${line.port} user=postgres application_name=standby`;
  await call('pg_basebackup', '-D', second, '-d', source, '-R', '-X', 'stream', '-c', 'fast');
  const standby = await startServer(bin, second, ['max_connections=60']);
  // Only now: without a standby, every commit would wait for one.
  if (synchronous)
    await script(primary.port, 'postgres', [
      "alter system set synchronous_standby_names = 'standby'",
      'select pg_reload_conf()',
    ]);
  await until(async () => {
    const [row] = await script(primary.port, 'postgres', ['select sync_state from pg_stat_replication']);
    return row?.['sync_state'] === (synchronous ? 'sync' : 'async');
  });
  const [row] = await script(primary.port, 'postgres', [
    "select current_setting('server_version') as version",
  ]);
  return {
    primary,
    standby,
    version: String(row?.['version']).split(' ')[0] ?? '',
    stallReplication: line.stall,
    async promote() {
      line.cut();
      await call('pg_ctl', 'promote', '-D', second);
    },
    async close() {
      line.close();
      await Promise.all([primary.kill(), standby.kill()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startServer(bin: string, data: string, settings: readonly string[]): Promise<Server> {
  const port = await freePort();
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', '', '-h', '127.0.0.1', ...settings.flatMap((one) => ['-c', one])],
    { ...account, cwd: data, detached: true, stdio: 'ignore' },
  );
  await until(() =>
    script(port, 'postgres', ['select 1']).then(
      () => true,
      () => false,
    ),
  );
  return { port, kill: () => killAll(child) };
}

async function killAll(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-(child.pid as number), 'SIGKILL');
  await once(child, 'exit');
}

/** The way from the standby to the primary. */
async function openLine(target: number) {
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        // What arrives now is lost with the primary.
        if (!stalled) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    stall: () => {
      stalled = true;
    },
    cut,
    close: () => {
      cut();
      server.close();
    },
  };
}

async function script(
  port: number,
  database: string,
  statements: readonly string[],
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

export async function until(isSo: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`It did not come about within ${withinMs} ms.`);
    await sleep(50);
  }
}
