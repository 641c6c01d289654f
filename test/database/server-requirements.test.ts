import { afterEach, describe, expect, inject, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/main.ts';
import { requireSuitableServer } from '../../src/store/connection/server-requirements.ts';
import { template } from '../global-setup.ts';
import { openWorld } from '../world.ts';
import { openFakeServer, openPooler } from './outage/pooler.ts';
import { openProxy } from './outage/proxy.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

const addressOf = (
  { host, port }: { readonly host: string; readonly port: number },
  database = 'postgres',
) => ({
  host,
  port,
  user: 'clientele',
  database,
});

async function pooler(options: Omit<Parameters<typeof openPooler>[0], 'target'>) {
  const { host, port, user } = inject('server');
  const opened = await openPooler({ target: { host, port, user, database: 'postgres' }, ...options });
  toClose.push(() => opened.close());
  return addressOf(opened);
}

describe('a proxy that pools by transaction is refused with a message', () => {
  test.each([
    ['lends the same backend to one after the other', {}],
    ['has many backends and lends the one given back last', { backends: 5 }],
    ['lends two backends in turn', { backends: 2, order: 'in turn' }],
    ['lends many backends in turn', { backends: 7, order: 'in turn' }],
  ] as const)('where it %s', async (_, options) => {
    const address = await pooler({ pooling: 'transaction', ...options });
    await expect(requireSuitableServer(address)).rejects.toThrow(
      /pools by transaction.*Use a direct connection/,
    );
  });

  test('and one that pools by session is not', async () => {
    for (const backends of [1, 5]) {
      await expect(
        requireSuitableServer(await pooler({ pooling: 'session', backends })),
      ).resolves.toBeUndefined();
    }
  });
});

describe('a server', () => {
  test('of the embedded kind is accepted', async () => {
    await expect(requireSuitableServer(addressOf(inject('server')))).resolves.toBeUndefined();
  });

  test.each(['9', '13'])('of version %s is refused as too old', async (version) => {
    const old = await openFakeServer({ version, encoding: 'UTF8' });
    toClose.push(() => old.close());
    await expect(requireSuitableServer(addressOf(old))).rejects.toThrow(
      `This is PostgreSQL ${version}; Clientele needs 14 or newer. Upgrade the server.`,
    );
  });

  test('with a database in another encoding is refused', async () => {
    const world = await openWorld();
    toClose.push(() => world.close());
    const name = `${world.databaseName}_ascii`;
    await world.sql(
      `create database ${name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
    );
    toClose.push(() => world.sql(`drop database ${name} with (force)`));
    await expect(requireSuitableServer(addressOf(inject('server'), name))).rejects.toThrow(
      /encoded in SQL_ASCII/,
    );
  });

  test('that is missing, refuses the login or never answers is refused in time', async () => {
    const { host } = inject('server');
    const away = { ...addressOf(inject('server'), template), host: `${host}-not` };
    await expect(requireSuitableServer(away)).rejects.toThrow(/cannot be reached \(ENOENT\)/);
    await expect(requireSuitableServer(addressOf(inject('server'), 'no_such_database'))).rejects.toThrow(
      /cannot be reached \(3D000\)/,
    );
    const silent = await openProxy(inject('server'));
    toClose.push(() => silent.close());
    silent.freeze();
    await expect(requireSuitableServer(addressOf(silent))).rejects.toThrow(/cannot be reached/);
  });

  test('whose address is malformed is refused with what is wrong about it, and without its password', () => {
    for (const [url, problem] of [
      ['clientele', 'must begin with postgres://'],
      ['http://clientele:secret@host/clientele', 'must begin with postgres://'],
      ['host=localhost dbname=clientele password=secret', 'must begin with postgres://'],
      ['postgres://clientele:secret@host:port/clientele', 'is not a URL: check its port'],
      ['postgres://clientele:secret@host:99999/clientele', 'is not a URL: check its port'],
      ['postgres://', 'names no host'],
      ['postgres:///clientele', 'names no host'],
      ['postgres://clientele:secret@/clientele', 'names no host'],
      ['postgres://clientele:secret@host/clientele?sslmode=verify', 'has an unknown sslmode'],
    ] as const) {
      const read = () => readConfig({ CLIENTELE_DATABASE_URL: url, CLIENTELE_DATA_DIR: '/not/there' });
      expect(read).toThrow(`CLIENTELE_DATABASE_URL ${problem}`);
      expect(read).not.toThrow(/secret/);
    }
    for (const url of [
      'postgresql:///clientele?host=/run/postgresql',
      'postgres://user:pw@/clientele?host=/run/postgresql',
      'postgres://%2Frun%2Fpostgresql/clientele',
      'socket:/run/postgresql?db=clientele',
      'POSTGRES://a:b@host/d',
      'postgres://a:50%off@host/d',
      'postgres://a:b%40c@[::1]:5432/d',
    ])
      expect(() =>
        readConfig({ CLIENTELE_DATABASE_URL: url, CLIENTELE_DATA_DIR: '/not/there' }),
      ).not.toThrow();
  });

  test('whose address names a file that is missing is refused without showing its password', async () => {
    const url = 'postgres://clientele:secret@localhost/clientele?sslmode=verify-full&sslrootcert=/not/there';
    const refusal = requireSuitableServer({ url });
    await expect(refusal).rejects.toThrow(/CLIENTELE_DATABASE_URL cannot be read .* should look like/);
    await expect(refusal).rejects.not.toThrow(/secret/);
    const start = startServer(readConfig({ CLIENTELE_DATABASE_URL: url, CLIENTELE_DATA_DIR: '/not/there' }));
    await expect(start).rejects.toMatchObject({ name: 'UnfitServerError' });
  });
});
