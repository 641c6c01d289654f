import type { ContenderName } from './contenders.ts';
import type { RequestBytes } from './load.ts';
import { requestBytes } from './load.ts';
import { personOf } from './people.ts';
import type { Planted } from './plant.ts';

/** One kind of request that every contender answers. */
export interface RequestKind {
  readonly status: number;
  /** `undefined`: there is nothing left to ask for. */
  readonly next: (contender: ContenderName) => RequestBytes;
  /** The share of a slice that it is measured for, 1 unless said. */
  readonly share?: number;
}

const base = '/api/v0.1/customers';
const below = (most: number): number => Math.floor(Math.random() * most);

/**
 * The kinds by their name. The second half of the customers is deleted while it is measured, so the others ask for the
 * first half.
 */
export function requestKinds({ key, customers }: Planted): Readonly<Record<string, RequestKind>> {
  const headers = { Identity: key.identity, Authorization: key.authorization };
  const half = Math.floor(customers.length / 2);
  const pages = Math.floor(half / 20);
  const one = () => customers[below(half)] ?? { customerId: '', addressId: '' };
  let made = customers.length;
  /** The floors share their tables. */
  const left = { ours: customers.length, floors: customers.length };
  const get = (path: string) => () => requestBytes('GET', path, headers);
  const body = (method: string, path: () => string, sent: () => object) => () =>
    requestBytes(method, path(), headers, JSON.stringify(sent()));
  const phone = () => `650-555-${String(below(10_000)).padStart(4, '0')}`;
  const reads = { status: 200 };
  const changes = { status: 200 };
  const remove = (contender: ContenderName) => () => {
    const whose = contender === 'ours' ? 'ours' : 'floors';
    left[whose] -= 1;
    const gone = left[whose] >= half ? customers[left[whose]] : undefined;
    return gone && requestBytes('DELETE', `${base}/${gone.customerId}`, headers);
  };
  return {
    get: { ...reads, next: () => () => requestBytes('GET', `${base}/${one().customerId}`, headers) },
    list: { ...reads, next: () => get(`${base}?page=1&per_page=20`) },
    deep: { ...reads, next: () => get(`${base}?page=${pages}&per_page=20`) },
    search: {
      ...reads,
      next: () =>
        body(
          'POST',
          () => `${base}/search`,
          () => ({ email: personOf(below(half)).email }),
        ),
    },
    create: {
      ...changes,
      status: 201,
      next: () =>
        body(
          'POST',
          () => base,
          () => {
            made += 1;
            return personOf(made);
          },
        ),
    },
    patch: {
      ...changes,
      next: () =>
        body(
          'PATCH',
          () => `${base}/${one().customerId}`,
          () => ({ phone: phone() }),
        ),
    },
    address: {
      ...changes,
      next: () => () => {
        const { customerId, addressId } = one();
        const path = `${base}/${customerId}/addresses/${addressId}`;
        return requestBytes('PATCH', path, headers, JSON.stringify({ street2: `Suite ${below(10_000)}` }));
      },
    },
    // Customers are used up.
    delete: { ...changes, share: 0.12, next: remove },
  };
}
