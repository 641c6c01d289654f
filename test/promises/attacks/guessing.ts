import { pino } from 'pino';
import { readConfig } from '../../../src/config.ts';
import { startServer } from '../../../src/main.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import type { BrandClient, Called, World } from '../../world.ts';
import { brandClient, settled } from '../../world.ts';

/** What an attacker who guesses values needs: many processes, many keys and many numbers at once. */

const live = readConfig({ CLIENTELE_ENVIRONMENT: 'live' }).budgetLimits;

/** The budgets of live, as an operator gets them who sets none. */
export const budgetsOfLive = {
  CLIENTELE_SSN_MISSES: String(live.ssnMisses),
  CLIENTELE_SSN_MISSES_BRAND: String(live.ssnMissesOfBrand),
  CLIENTELE_SSN_SAME_LAST_FOUR: String(live.sameLastFour),
  CLIENTELE_SEARCH_MISSES: String(live.searchMisses),
  CLIENTELE_SEARCH_MISSES_BRAND: String(live.searchMissesOfBrand),
  CLIENTELE_SSN_REVEALS: String(live.reveals),
};

/** Two more servers over the same database, each with connections and memory of its own. */
export async function moreServers(
  world: World,
): Promise<{ urls: readonly string[]; close(): Promise<void> }> {
  const logger = pino({ level: 'silent' });
  const overrides = { logger, now: world.system.now };
  const started = await Promise.all(
    [1, 2].map(() => startServer(world.config, overrides, { apiOnly: true })),
  );
  return {
    urls: [world.url, ...started.map(({ url }) => url)],
    async close() {
      await Promise.all(started.map((one) => one.close()));
    },
  };
}

/** The same key at each of the servers. */
export const everywhere = (urls: readonly string[], { brandId, name, key, sql, system }: BrandClient) =>
  urls.map((url) => brandClient(url, brandId, name, key, { sql, system }));

export async function keyWith(client: BrandClient, scopes: readonly string[]): Promise<BrandClient> {
  return client.as(await createKey(client.system, client.brandId, { scopes }));
}

/** Sends one request for each value, all at once, in turn through the clients. */
export const allAtOnce = <Value>(
  clients: readonly BrandClient[],
  values: readonly Value[],
  send: (client: BrandClient, value: Value) => Promise<Called>,
): Promise<readonly Called[]> =>
  Promise.all(values.map((value, index) => send(clients[index % clients.length] as BrandClient, value)));

export const statuses = (answers: readonly Called[]): Readonly<Record<number, number>> => {
  const counted: Record<number, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
};

/** Lawful SSNs with the same last four digits, none of which is `except`. */
export function numbersEndingIn(lastFour: string, count: number, except: string): readonly string[] {
  const numbers: string[] = [];
  for (let next = 0; numbers.length < count; next += 1) {
    const number = `${300 + Math.floor(next / 90)}-${10 + (next % 90)}-${lastFour}`;
    if (number !== except) numbers.push(number);
  }
  return numbers;
}

export async function eventsOf(world: World, client: BrandClient, type: string) {
  await settled(world);
  return (await client.call('GET', `/events?type=${type}`)).json.data as readonly {
    readonly event: string;
    readonly key: string;
  }[];
}

export interface Entry {
  readonly operation: string;
  readonly outcome?: string;
  readonly budget?: string;
  readonly asked?: { readonly ssn?: string };
  readonly actor: { readonly id?: string };
}

/** Every entry of the audit trail of a brand. */
export async function entriesOf(world: World, client: BrandClient): Promise<readonly Entry[]> {
  await settled(world);
  const rows = await world.sql('select body from audit where brand_id = $1 order by number', [
    client.brandId,
  ]);
  return rows.map(({ body }) => JSON.parse(String(body)) as Entry);
}

/** The planted fault: nothing that is counted is kept. */
export const forgetCounts = (world: World) =>
  world.sql(`create function forget() returns trigger language plpgsql as 'begin return null; end';
    create trigger forget before insert or update on lookup_budgets for each row execute function forget()`);
