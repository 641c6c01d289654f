import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, statement } from '../../src/store/connection/database.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('closing a database during a heartbeat leaves no connection that keeps a command alive', async () => {
  const name = 'clientele closing';
  const sessions = (and = '') =>
    world.sql(`select pid from pg_stat_activity where application_name = $1 ${and}`, [name]);
  const database = openDatabase({ address: { url: world.databaseUrl }, applicationName: name });
  await database.run(statement('', 'select 1'), []);
  // The session of the heartbeat stands still, so that a heartbeat is surely under way.
  const beating = () => sessions("and query = 'show transaction_read_only'");
  await expect.poll(beating).toHaveLength(1);
  const pid = Number((await beating())[0]?.['pid']);
  process.kill(pid, 'SIGSTOP');
  try {
    await new Promise((resolve) => setTimeout(resolve, 250));
    await database.close();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await expect.poll(() => sessions(), { timeout: 60_000 }).toEqual([]);
});
