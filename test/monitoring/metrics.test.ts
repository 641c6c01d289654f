import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import { repository } from '../installation/cli/program.ts';
import type { World } from '../world.ts';
import { openWorld } from '../world.ts';

// What Prometheus reads, and whether the alert rules and the page of the docs ask for what is there.

let world: World;
// Nothing numbers the outbox here, so that it is never empty by the time it is measured.
beforeAll(async () => {
  world = await openWorld({ apiOnly: true });
}, 120_000);
afterAll(() => world.close());

const read = async (): Promise<string> => (await fetch(`${world.url}/metrics`)).text();

/** The value of a series, by its name with labels as Prometheus writes them. */
const seriesIn = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? Number.NaN,
  );

const queue = (name: string) => ({
  depth: `clientele_queue_depth{queue="${name}"}`,
  oldest: `clientele_queue_oldest_seconds{queue="${name}"}`,
});

/** Within the time for which a reading of the queues is kept, a scrape shows the one before. */
const wait = { timeout: 60_000, interval: 500 };

describe('the queues', () => {
  test('show the outbox, what was refused of it, and the age of its oldest row', async () => {
    const brand = await world.brand();
    for (let count = 0; count < 3; count += 1) await newCustomer(brand);
    const rows = (await world.sql('select from journal')).length;
    const own = (await world.sql('select from journal where brand_id = $1', [brand.brandId])).length;
    expect(own).toBeGreaterThanOrEqual(3);
    await expect.poll(async () => seriesIn(await read(), queue('outbox').depth), wait).toBe(rows);
    await expect.poll(async () => seriesIn(await read(), queue('outbox').oldest), wait).toBeGreaterThan(0);

    const refused = "update journal set refused_at = now() - interval '1 hour' where brand_id = $1";
    await world.sql(refused, [brand.brandId]);
    await expect.poll(async () => seriesIn(await read(), queue('outbox').depth), wait).toBe(rows - own);
    const text = await read();
    expect(seriesIn(text, queue('outbox_refused').depth)).toBe(own);
    expect(seriesIn(text, queue('outbox_refused').oldest)).toBeGreaterThan(3_590);
  });

  test('show deliveries that wait and that were given up', async () => {
    const brand = await world.brand();
    const { brandId } = brand;
    const hook = (await newWebhook(brand)).json.webhook_subscription.id;
    const deliver = `insert into deliveries (brand_id, delivery_id, webhook_id, number, event_id, type, occurred_at, status, due_at, updated_at)
      select $1, gen_random_uuid(), $4::uuid, n + $5::int, gen_random_uuid(), 'customer.created', now(), $2,
        now() - interval '10 minutes', now() from generate_series(1, $3::int) as n`;
    await world.sql(deliver, [brandId, 'pending', 4, hook, 0]);
    await world.sql(deliver, [brandId, 'dead', 2, hook, 10]);
    await world.sql(deliver, [brandId, 'delivered', 5, hook, 20]);
    // Nothing is sent for a subscription that is disabled or gone, so these are not late.
    await world.sql(deliver, [brandId, 'pending', 3, randomUUID(), 30]);
    await expect.poll(async () => seriesIn(await read(), queue('deliveries_pending').depth), wait).toBe(4);
    const text = await read();
    expect(seriesIn(text, queue('deliveries_pending').oldest)).toBeGreaterThan(590);
    expect(seriesIn(text, queue('deliveries_dead').depth)).toBe(2);
  });

  test('show brands in the middle of a rotation, and brand keys under an older root key', async () => {
    const { brandId } = await world.brand();
    await world.sql("update brand_keys set created_at = created_at - interval '1 year' where brand_id = $1", [
      brandId,
    ]);
    await world.sql(
      `insert into brand_keys (brand_id, kind, version, root_version, wrapped, created_at)
       select brand_id, kind, 2, root_version, wrapped, now() - interval '1 day' from brand_keys
        where brand_id = $1 and kind = 'index'`,
      [brandId],
    );
    await expect.poll(async () => seriesIn(await read(), queue('rotation_index').depth), wait).toBe(1);
    const text = await read();
    expect(seriesIn(text, queue('rotation_index').oldest)).toBeGreaterThan(86_000);
    expect(seriesIn(text, queue('rotation_brand').depth)).toBe(0);
    expect(seriesIn(text, queue('rotation_root').depth)).toBe(0);
  });
});

/** The metrics that a text asks for: names, and the values of labels. */
const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .match(/\b(?:clientele|nodejs)_[a-z0-9_]+/g)
      ?.map((name) => name.replace(/_bucket$|_count$|_sum$/, '')),
  );

const labelsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:queue|event|state)="([\w|]+)"|event=~"([\w|]+)"/g)].flatMap((found) =>
    (found[1] ?? found[2] ?? '').split('|'),
  );

const shipped = (path: string): string => readFileSync(join(repository, path), 'utf8');

describe('the alert rules and the page', () => {
  /** Series of background work appear once it has run, and those of push targets with a target. */
  const later = /^clientele_(background_|rotation_records|security_(spool|dropped))/;

  test('ask for metrics and labels that the service shows', async () => {
    const text = await read();
    const rules = shipped('examples/monitoring/alerts.yml');
    const shown = namesIn(text);
    const wanted = [...namesIn(rules), ...namesIn(shipped('docs/monitoring.md'))];
    expect(wanted.length).toBeGreaterThan(20);
    expect(wanted.filter((name) => !shown.has(name) && !later.test(name))).toEqual([]);
    const labels = labelsIn(rules);
    expect(labels.length).toBeGreaterThan(8);
    expect(labels.filter((label) => !text.includes(`="${label}"`))).toEqual([]);
  });

  test('the page lists every metric of the service and every alert', async () => {
    const page = shipped('docs/monitoring.md');
    const own = [...namesIn(await read())].filter((name) => name.startsWith('clientele_'));
    expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    const alerts = [...shipped('examples/monitoring/alerts.yml').matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  test.skipIf(!promtool)('promtool takes the rules, and they fire when they should', () => {
    const run = (...options: string[]) =>
      execFileSync('promtool', options, { cwd: join(repository, 'examples/monitoring'), encoding: 'utf8' });
    expect(run('check', 'rules', 'alerts.yml')).toContain('SUCCESS');
    expect(run('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});

test('names the version, and a database that is up', async () => {
  const text = await read();
  const { version } = JSON.parse(shipped('package.json')) as { version: string };
  expect(seriesIn(text, `clientele_build_info{version="${version}",node="${process.version}"}`)).toBe(1);
  expect(seriesIn(text, 'clientele_database_up')).toBe(1);
  expect(seriesIn(text, 'clientele_processes')).toBe(1);
  expect(seriesIn(text, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0);
  expect(seriesIn(text, 'clientele_database_connections{state="waiting"}')).toBe(0);
});
