import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { requireSuitableServer } from '../../src/store/connection/server-requirements.ts';
import { freePort } from '../fakes/ports.ts';

// PgBouncer itself, where it is installed. test/database/server-requirements.test.ts tries more ways of pooling.

/** Debian puts it where only root looks. */
const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find(existsSync);

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

/** Resolves with its address once it takes connections. */
async function pgbouncer(mode: 'transaction' | 'session') {
  const { host, port: serverPort, user } = inject('server');
  const folder = await mkdtemp(join(tmpdir(), 'clientele-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]\n* = host=${host} port=${serverPort} user=${user}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n` +
      `listen_port = ${port}\nunix_socket_dir =\nauth_type = any\npool_mode = ${mode}\nignore_startup_parameters = extra_float_digits,options\n`,
    { mode: 0o644 },
  );
  // It refuses to run as root.
  const identity = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program ?? '', [...identity, join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  toClose.push(async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (part) => {
      said += part;
      if (said.includes('process up')) resolve();
    });
    child.on('exit', () => reject(new Error(`PgBouncer ended: ${said}`)));
  });
  return { host: '127.0.0.1', port, user, database: 'postgres' };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe.skipIf(program === undefined || spawnSync(program, ['--version']).status !== 0)('PgBouncer', () => {
  test('by transaction is refused with the next step', async () => {
    await expect(requireSuitableServer(await pgbouncer('transaction'))).rejects.toThrow(
      /pools by transaction.*Use a direct connection/,
    );
  });

  test('by session is taken', async () => {
    await expect(requireSuitableServer(await pgbouncer('session'))).resolves.toBeUndefined();
  });
});
