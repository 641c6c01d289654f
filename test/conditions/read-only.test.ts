import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, clientele, serve, startWorker, temporaryFolder } from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

// A database that takes no writes, as a standby is before it is promoted. `npm run test:failover` has a real standby.

let world: World;
beforeAll(async () => {
  await clientele(['--version']);
  world = await openWorld({ apiOnly: true });
}, 120_000);
afterAll(async () => {
  await cleanUp();
  await world.close();
});

test('a read-only database is told at the start, by the doctor and by the readiness', {
  timeout: 120_000,
}, async () => {
  await world.brand();
  await world.sql(`alter database ${world.databaseName} set default_transaction_read_only = on`);
  const settings = {
    ...world.databaseSettings,
    CLIENTELE_DATA_DIR: join(await temporaryFolder(), 'data'),
    CLIENTELE_ROOT_KEY_FILE: join(world.config.dataDir, 'root.key'),
    CLIENTELE_DEMO: '0',
  };
  const server = await serve(settings);
  expect(server.stderr).toContain(
    `Clientele has started at ${server.url} (sandbox). Its database is read-only`,
  );
  expect(server.stderr).not.toContain('Clientele is ready');
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  await server.stop();

  const worker = await startWorker(settings);
  expect((await worker.stop()).stderr).toContain('Its database is read-only');

  const { code, json } = await clientele(['doctor', '--output', 'json'], settings);
  expect(code).toBe(1);
  expect(json).toContainEqual({
    check: 'writes',
    state: 'red',
    explanation: 'PostgreSQL runs with default_transaction_read_only=on, so every change is answered 503.',
    next_step: 'Set it to off for the server, this database and this user.',
  });
});
