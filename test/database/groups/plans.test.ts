import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/connection/database.ts';
import type { Statement, Value } from '../../../src/store/connection/statement.ts';
import { statement } from '../../../src/store/connection/statement.ts';
import type { World } from '../../world.ts';
import { openWorld } from '../../world.ts';

// A connection keeps the plan of a statement, also where the table has grown since. Nothing analyses this one.

let world: World;
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
  await world.sql(
    `create table grown (id int primary key, value int not null) with (autovacuum_enabled = false);
     grant select, update on grown to clientele_app`,
  );
  await world.sql('vacuum analyze grown');
}, 120_000);
afterAll(() => world.close());

const update = statement(
  'grown_update',
  `with given as materialized (select * from unnest($1::int[]) as id)
   update grown set value = value + 1 from given where grown.id = given.id`,
);
const settings = 'set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off';

type Run = (query: Statement, values: readonly Value[]) => Promise<readonly unknown[]>;

/** Whether each row is looked up by its key, in the plan that the connection has. */
async function looksUp(run: Run): Promise<boolean> {
  const plan = await run(statement('', "explain (format json) execute grown_update('{1,2}')"), []);
  return JSON.stringify(plan).includes('Index Cond');
}

test('a statement of many changes that was planned for an empty table is planned again when there are many rows', async () => {
  const database = openDatabase({ address: { url: world.databaseUrl }, planMs: 500 });
  const { runTogether } = database;
  await database.ready();
  await world.system.db.session(async (client) => {
    const keeps: Run = async ({ name, text }, values) =>
      (await client.query({ name, text, values: [...values] })).rows;
    await client.query(settings);
    // More often than PostgreSQL plans it for its values, on each of the two connections.
    for (let time = 0; time < 14; time += 1) {
      await keeps(update, ['{1,2}']);
      await runTogether(update, ['{1,2}']);
    }
    await world.sql('insert into grown select n, 0 from generate_series(1, 20000) n');
    await sleep(600);
    expect(await looksUp(runTogether)).toBe(true);
    expect(await looksUp(runTogether)).toBe(true);
    // Planted: a connection that keeps its plan.
    expect(await looksUp(keeps)).toBe(false);
  });
  await database.close();
});
