/** Bond's paging (`page`, `per_page`) and ours (`Link`, `X-Total-Count` and a cursor). */

export const perPageChoices = [1, 2, 5, 10, 20, 50] as const;
export const defaultPerPage = 20;
/** The seed's type of `page` is int32. */
export const lastPage = 2 ** 31 - 1;

/** Which customers come first, in the order of arrival. */
export const arrivalOrders = ['oldest', 'newest'] as const;
export type ArrivalOrder = (typeof arrivalOrders)[number];

export type PagePosition =
  | { readonly kind: 'page'; readonly page: number }
  /** Behind the customer with this sequence number. */
  | { readonly kind: 'cursor'; readonly after: bigint };

export interface Paging {
  readonly place: PagePosition;
  readonly perPage: number;
  readonly order: ArrivalOrder;
}

const cursorPattern = /^c1_([0-9a-z]{1,13})$/;

/** Opaque to clients. It encodes only the position in the order of arrival, no personal data. */
export const cursorAfter = (seq: bigint): string => `c1_${seq.toString(36)}`;

export function parseCursor(text: string): bigint | undefined {
  const match = cursorPattern.exec(text);
  if (!match?.[1]) return undefined;
  let seq = 0n;
  for (const digit of match[1]) seq = seq * 36n + BigInt(Number.parseInt(digit, 36));
  return seq <= 0x7fff_ffff_ffff_ffffn ? seq : undefined;
}

export type LinkRelation = 'first' | 'prev' | 'next' | 'last';

/**
 * The relations of RFC 8288 for one answer, each as query parameters. `next` carries the cursor, so a walk
 * along it meets every customer once even while others are created and deleted.
 */
export function linksOf(
  paging: Paging,
  total: number,
  next: bigint | undefined,
): readonly (readonly [LinkRelation, string])[] {
  const size = `per_page=${paging.perPage}${paging.order === 'newest' ? '&order=newest' : ''}`;
  const at = (page: number) => `page=${page}&${size}`;
  const last = Math.max(1, Math.ceil(total / paging.perPage));
  const links: [LinkRelation, string][] = [['first', at(1)]];
  if (paging.place.kind === 'page' && paging.place.page > 1) {
    links.push(['prev', at(Math.min(paging.place.page - 1, last))]);
  }
  if (next !== undefined) links.push(['next', `${size}&cursor=${cursorAfter(next)}`]);
  links.push(['last', at(last)]);
  return links;
}
