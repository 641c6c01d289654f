import { randomUUID } from 'node:crypto';
import type { CustomerId } from '../../src/domain/ids.ts';
import type { ListEntry } from '../../src/domain/screening/screening.ts';
import { screenCustomer } from '../../src/operations/screening/screen.ts';
import type { ScreeningProvider } from '../../src/providers/screening/screening.ts';
import type { ScreeningClaimId } from '../../src/store/screening/queue.ts';
import type { BrandClient } from '../world.ts';
import type { Prepared } from './customers.ts';
import { newCustomer } from './customers.ts';

export const listedEntry = {
  list: 'us_ofac',
  entry_id: '22790',
  name: 'BOND, James Herbert',
  score: 0.9444,
  birth_dates: ['1962-11-23'],
  programs: ['SDGT'],
} as const satisfies ListEntry;

/** A provider that finds these entries for everybody. */
export const finding = (...entries: readonly ListEntry[]): ScreeningProvider => ({
  name: 'watchman',
  perSecond: 10_000,
  listVersion: async () => ({ kind: 'version', version: 'us_ofac:0001aa52e9d00c5b' }),
  screen: async () => ({ kind: 'screened', entries }),
  close: async () => undefined,
});

/** Checks a customer at once, as the worker would. */
export async function screenNow(
  { brandId, sql, system }: BrandClient,
  customerId: string,
  provider: ScreeningProvider,
  listVersion = 'us_ofac:0001aa52e9d00c5b',
): Promise<void> {
  const claim = randomUUID() as ScreeningClaimId;
  await sql(
    `insert into screening_queue (brand_id, customer_id, due_at, claim) values ($1, $2, now() + interval '1 hour', $3)
     on conflict (brand_id, customer_id) do update set claim = excluded.claim, due_at = excluded.due_at`,
    [brandId, customerId, claim],
  );
  const due = { brandId, customerId: customerId as CustomerId, tries: 0, claim, provider, listVersion };
  await screenCustomer(system, due);
}

/** A customer with a match that waits. */
export async function matched(
  brand: BrandClient,
  overrides: object = {},
): Promise<{ readonly customerId: string; readonly matchId: string }> {
  const customerId = String((await newCustomer(brand, overrides)).json.customer_id);
  await screenNow(brand, customerId, finding(listedEntry));
  const { data } = (await brand.call('GET', `/screening/matches?customer_id=${customerId}`)).json;
  return { customerId, matchId: String(data[0].match_id) };
}

export const proposal = { decision: 'false_positive', reason: 'Born in another year.' } as const;

/** A match with a proposed decision. */
export async function proposedMatch(brand: BrandClient): ReturnType<typeof matched> {
  const found = await matched(brand);
  await brand.call('POST', `/screening/matches/${found.matchId}/proposal`, { body: proposal });
  return found;
}

type Sample = (brand: BrandClient) => Promise<Prepared>;

export const screeningSamples = {
  listScreeningMatches: async (brand) => {
    const { customerId } = await matched(brand);
    return { method: 'GET', path: `/screening/matches?customer_id=${customerId}`, options: {} };
  },
  getScreeningMatch: async (brand) => ({
    method: 'GET',
    path: `/screening/matches/${(await matched(brand)).matchId}`,
    options: {},
  }),
  proposeScreeningDecision: async (brand) => ({
    method: 'POST',
    path: `/screening/matches/${(await matched(brand)).matchId}/proposal`,
    options: { body: proposal },
  }),
  decideScreeningMatch: async (brand) => ({
    method: 'POST',
    path: `/screening/matches/${(await proposedMatch(await brand.colleague())).matchId}/decision`,
    options: { body: { decision: 'approve', note: 'Passport seen.' } },
  }),
  listScreenings: async (brand) => ({
    method: 'GET',
    path: `/customers/${(await matched(brand)).customerId}/screenings`,
    options: {},
  }),
  listRestrictedScreenings: async (brand) => {
    const { customerId } = await matched(brand);
    await brand.call('DELETE', `/customers/${customerId}`);
    return { method: 'GET', path: `/restricted-customers/${customerId}/screenings`, options: {} };
  },
} satisfies Readonly<Record<string, Sample>>;
