import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { openDatabase, statement } from '../../src/store/connection/database.ts';
import { urlsOf } from '../../src/store/connection/hosts.ts';
import { requireSuitableServer } from '../../src/store/connection/server-requirements.ts';
import { databaseUrlProblem, transportOf } from '../../src/store/connection/transport.ts';
import { openWorld } from '../world.ts';

// A connection URL with several hosts. `npm run test:failover` ends a real primary.

describe('the hosts of a URL', () => {
  test.each([
    ['postgres://app:pw@a:5432/x', ['postgres://app:pw@a:5432/x']],
    [
      'postgres://app@a:1,b:2/x?sslmode=disable',
      ['postgres://app@a:1/x?sslmode=disable', 'postgres://app@b:2/x?sslmode=disable'],
    ],
    ['postgresql://a,[::1]:5/x', ['postgresql://a/x', 'postgresql://[::1]:5/x']],
    ['postgres://app:a,b@c/x', ['postgres://app:a,b@c/x']],
    ['postgres://app@c/x?options=a,b', ['postgres://app@c/x?options=a,b']],
  ])('of %s are read', (url, urls) => {
    expect(urlsOf(url)).toEqual(urls);
  });

  test.each([
    ['postgres://app@a:1,b:2/x', undefined],
    ['postgres://app@a:1,b:2/x?target_session_attrs=read-write', undefined],
    ['postgres://app@a:1,b:2/x?target_session_attrs=any', /target_session_attrs .* use read-write/],
    ['postgres://app@a:1,b:port/x', /is not a URL/],
    ['postgres://app@a:1,/x', /names no host/],
    ['postgres://app@a,b/x?host=/run', /names hosts twice/],
  ])('of %s are judged', (url, problem) => {
    if (problem === undefined) expect(databaseUrlProblem(url)).toBeUndefined();
    else expect(databaseUrlProblem(url)).toMatch(problem);
  });

  test('are as exposed as the most exposed of them', () => {
    expect(transportOf('postgres://app@localhost,db.example.com/x')).toBe('exposed');
    expect(transportOf('postgres://app@127.0.0.1:1,localhost:2/x')).toBe('local');
  });
});

const forwarders: Server[] = [];
afterAll(() => {
  for (const one of forwarders) one.close();
});

/** A port that leads to a Unix socket. */
async function forward(path: string): Promise<number> {
  const server = createServer((near) => {
    const far = connect(path);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  }).listen(0, '127.0.0.1');
  forwarders.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as { port: number }).port;
}

describe('a connection', () => {
  test('goes past a host that is away and one that is read-only to the one that takes writes', async () => {
    const world = await openWorld({ apiOnly: true });
    const server = inject('server');
    const port = await forward(`${server.host}/.s.PGSQL.${server.port}`);
    const [name, readOnly] = [world.databaseName, `${world.databaseName}_r`];
    await world.sql(`create role "${readOnly}" login superuser`);
    await world.sql(`alter role "${readOnly}" set default_transaction_read_only = on`);
    try {
      await expect(
        requireSuitableServer({ url: `postgres://${readOnly}@127.0.0.1:1,127.0.0.1:${port}/${name}` }),
      ).rejects.toThrow(/None of the 2 hosts of CLIENTELE_DATABASE_URL takes writes/);
      const address = { url: `postgres://${server.user}@127.0.0.1:1,127.0.0.1:${port}/${name}` };
      const database = openDatabase({ address });
      await database.ready();
      expect(await database.run(statement('', 'select 1 as one'), [])).toEqual([{ one: 1 }]);
      expect(database.state).toBe('ready');
      await database.close();
    } finally {
      await world.sql(`drop role "${readOnly}"`);
      await world.close();
    }
  });
});
