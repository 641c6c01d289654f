import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { importCustomers } from '../../src/operations/customers/importing/import.ts';
import type { FakeWatchman } from '../fakes/watchman.ts';
import { openFakeWatchman } from '../fakes/watchman.ts';
import { newSsn, person } from '../people.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

/** The settings of a service that asks this Watchman. */
export const askedOf = ({ url }: FakeWatchman) => ({
  CLIENTELE_SCREENING: 'watchman',
  CLIENTELE_SCREENING_URL: url,
  CLIENTELE_SCREENING_RATE: '10000',
});

/**
 * Checks so many people after an update of the lists, with a process that is killed after a tenth of them. Each is checked,
 * and asked for once, but for those that the killed process had in its hands. Answers how long the rest took.
 */
export async function checkEverybody(people: number): Promise<string> {
  const watchman = await openFakeWatchman([{ id: '22790', lastName: 'Blofeld' }]);
  const world = await openWorld({ apiOnly: true, env: askedOf(watchman) });
  const count = async (sql: string): Promise<number> => Number((await world.sql(sql))[0]?.['count']);
  const checked = () => count('select count(*) from screenings');
  const left = async () =>
    (await count('select count(*) from screening_queue')) +
    (await count('select count(*) from screening_rounds where ended_at is null'));
  try {
    await importPeople(world, people);
    expect(await count('select count(*) from screening_queue')).toBe(0);
    const first = startServe(world, watchman);
    await eventually(async () => (await checked()) > people / 10);
    first.kill('SIGKILL');
    await once(first, 'close');
    const before = await checked();
    expect(before).toBeLessThan(people);
    // What the dead process had claimed is free again after a minute.
    await world.sql('update screening_queue set due_at = now() where claim is not null');
    const second = startServe(world, watchman);
    await eventually(async () => (await checked()) > before);
    const began = performance.now();
    const rest = people - (await checked());
    for (let last = before; (await left()) > 0; ) {
      await new Promise((resolve) => setTimeout(resolve, people));
      const now = await checked();
      if (now === last && now < people) throw new Error(`The checks stand still at ${now}.`);
      last = now;
    }
    const seconds = (performance.now() - began) / 1_000;
    second.kill('SIGTERM');
    await once(second, 'close');
    expect(await checked()).toBe(people);
    expect(await count('select count(distinct customer_id) from screenings')).toBe(people);
    expect(await count('select count(*) from screening_matches')).toBe(1);
    expect(watchman.searches.length).toBeLessThanOrEqual(people + 32);
    return `${rest} checks took ${seconds.toFixed(0)} s.`;
  } finally {
    await world.close();
    await watchman.close();
  }
}

/** Imports people as a service without screening would. */
export async function importPeople(world: World, count: number): Promise<void> {
  const { brandId } = await world.brand();
  const folder = mkdtempSync(join(tmpdir(), 'clientele-screening-'));
  const path = join(folder, 'people.ndjson');
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify(
      person({
        ssn: newSsn(),
        email: `p${index}@example.com`,
        last_name: index === 7 ? 'Blofeld' : 'Leiter',
      }),
    ),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
  const system = { ...world.system, screening: undefined };
  const options = { path, skipBad: false, problem: () => undefined, progress: () => undefined };
  expect(await importCustomers(system, brandId, options)).toMatchObject({ imported: count });
  rmSync(folder, { recursive: true, force: true });
}

/** A process that serves the same database, until it is killed. */
function startServe(world: World, watchman: FakeWatchman): ChildProcess {
  const settings = {
    ...world.databaseSettings,
    ...askedOf(watchman),
    CLIENTELE_DATA_DIR: world.config.dataDir,
    CLIENTELE_PORT: '0',
    CLIENTELE_DEMO: '0',
    CLIENTELE_LOG_LEVEL: 'silent',
  };
  const program = fileURLToPath(new URL('../promises/durability/serve.ts', import.meta.url));
  const args = ['--import', 'tsx', program, JSON.stringify(settings)];
  return spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
}
