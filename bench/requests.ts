import type { FloorName } from './contenders.ts';
import type { RequestBytes } from './load.ts';
import { requestBytes } from './load.ts';
import { personOf } from './people.ts';
import type { Planted } from './plant.ts';

export const kindNames = ['get', 'list', 'deep', 'search', 'create', 'patch', 'address', 'delete'] as const;
export type KindName = (typeof kindNames)[number];

/** Reads, asked of Clientele as it is in live: each writes an audit entry before it is answered. The floors write none. */
export const recordedNames = { get: 'get_recorded', list: 'list_recorded' } as const;
export type MeasuredName = KindName | (typeof recordedNames)[keyof typeof recordedNames];

/** What one contender is asked for in one kind of request. */
export interface Asked {
  /** Of every answer. */
  readonly status: number;
  /** Answers `undefined` when there is nothing left to ask for. */
  readonly next: RequestBytes;
}

const base = '/api/v0.1/customers';
const below = (most: number): number => Math.floor(Math.random() * most);

/**
 * What Clientele and the floors are asked for: the same bytes.
 */
export function asksOf(
  { key, customers }: Planted,
  contender: 'ours' | FloorName,
  counters: Counters,
): Readonly<Record<KindName, Asked>> {
  const headers = { Identity: key.identity, Authorization: key.authorization };
  const { askable } = counters;
  const pages = Math.floor(customers.length / 20);
  const one = () => customers[below(askable)] ?? { customerId: '', addressId: '' };
  const whose = contender === 'ours' ? 'ours' : 'floors';
  const get = (path: () => string): Asked => ({
    status: 200,
    next: () => requestBytes('GET', path(), headers),
  });
  const send = (method: string, path: () => string, body: () => object, status = 200): Asked => ({
    status,
    next: () => requestBytes(method, path(), headers, JSON.stringify(body())),
  });
  return {
    get: get(() => `${base}/${one().customerId}`),
    list: get(() => `${base}?page=1&per_page=20`),
    deep: get(() => `${base}?page=${pages}&per_page=20`),
    search: send(
      'POST',
      () => `${base}/search`,
      () => ({ email: personOf(below(askable)).email }),
    ),
    create: send(
      'POST',
      () => base,
      () => personOf(counters.made++),
      201,
    ),
    patch: send(
      'PATCH',
      () => `${base}/${one().customerId}`,
      () => ({ phone: `650-555-${String(below(10_000)).padStart(4, '0')}` }),
    ),
    address: {
      status: 200,
      next() {
        const { customerId, addressId } = one();
        const path = `${base}/${customerId}/addresses/${addressId}`;
        return requestBytes('PATCH', path, headers, JSON.stringify({ street2: `Suite ${below(10_000)}` }));
      },
    },
    delete: {
      status: 200,
      next() {
        counters.left[whose] -= 1;
        const at = counters.left[whose];
        const gone = at >= askable ? customers[at] : undefined;
        return gone && requestBytes('DELETE', `${base}/${gone.customerId}`, headers);
      },
    },
  };
}

/** What contenders use up together. The floors share their tables. */
export interface Counters {
  made: number;
  readonly left: { ours: number; floors: number };
  /** How many of the first customers are asked for; the rest may be deleted. */
  readonly askable: number;
}

export const countersOf = ({ customers }: Planted): Counters => ({
  made: customers.length,
  left: { ours: customers.length, floors: customers.length },
  askable: Math.floor(customers.length / 2),
});
