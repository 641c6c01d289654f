import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, openStreamReceiver } from '../fakes/syslog.ts';
import { cleanUp, serve, temporaryFolder } from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

// A server that is killed in the middle of an attack loses no event that it logged.

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
});
afterAll(async () => {
  await cleanUp();
  await world.close();
});

const idsIn = (log: string): readonly string[] =>
  log.split('\n').flatMap((line) => (line.includes('security_event') ? JSON.parse(line).event_id : []));

test('events that no target has taken survive a kill -9, and arrive in order after the next start', {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const dataDir = await temporaryFolder();
  const settings = {
    CLIENTELE_DATABASE_URL: world.databaseUrl,
    CLIENTELE_DATA_DIR: dataDir,
    CLIENTELE_ROOT_KEY: (await readFile(`${world.config.dataDir}/root.key`, 'utf8')).trim(),
    CLIENTELE_DEMO: '0',
    CLIENTELE_SYSLOG_URL: `tcp://127.0.0.1:${port}`,
  };
  const first = await serve(settings);
  for (let time = 0; time < 40; time += 1) await fetch(`${first.url}/api/v0.1/customers`);
  await expect.poll(() => idsIn(first.stdout).length, { timeout: 10_000 }).toBe(40);
  first.signal('SIGKILL');
  await first.ended;

  const receiver = await openStreamReceiver(undefined, port);
  try {
    const second = await serve(settings);
    await fetch(`${second.url}/api/v0.1/customers`);
    await expect.poll(() => receiver.messages.length, { timeout: 30_000 }).toBe(41);
    const ids = [...idsIn(first.stdout), ...idsIn(second.stdout)];
    expect(receiver.messages.map(({ json }) => json.event_id)).toEqual(ids);
    expect((await second.stop()).code).toBe(0);
  } finally {
    await receiver.close();
  }
});
