import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerSequenceName } from '../../src/store/brands/brands.ts';
import { newCustomer } from '../contract-samples.ts';
import { person } from '../people.ts';
import type { BrandClient, Called, World } from '../world.ts';
import { openWorld } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

type Shown = { readonly customer_id: string };
const idsIn = ({ json }: Called): readonly string[] => (json as Shown[]).map((one) => one.customer_id);
const total = ({ headers }: Called) => Number(headers.get('x-total-count'));

/** So many new customers, several at once; their ids in no order. */
async function grow(brand: BrandClient, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let left = count; left > 0; left -= 10) {
    const some = Array.from({ length: Math.min(10, left) }, () => newCustomer(brand));
    ids.push(...(await Promise.all(some)).map(({ json }) => json.customer_id));
  }
  return ids;
}

/** The truth, from the table itself. */
async function inOrder(brand: BrandClient): Promise<readonly string[]> {
  const rows = await world.sql('select customer_id from customers where brand_id = $1 order by seq', [
    brand.brandId,
  ]);
  return rows.map((row) => String(row['customer_id']));
}

/** The relations of a Link header, each as a path below the API's prefix. */
function links({ headers }: Called): Readonly<Record<string, string>> {
  const parts = (headers.get('link') ?? '').split(', ');
  const pairs = parts.map((part) => /^<\/api\/v0\.1([^>]+)>; rel="(\w+)"$/.exec(part) as RegExpExecArray);
  return Object.fromEntries(pairs.map(([, target = '', relation = '']) => [relation, target]));
}

/** Goes along rel="next" from an address until there is none; `between` runs after each page. */
async function walk(
  brand: BrandClient,
  from: string,
  between: () => Promise<unknown> = async () => undefined,
  body?: object,
): Promise<readonly string[]> {
  const seen: string[] = [];
  let next: string | undefined = from;
  while (next !== undefined) {
    const page: Called = await brand.call(body ? 'POST' : 'GET', next, body ? { body } : {});
    expect(page.status).toBe(200);
    seen.push(...idsIn(page));
    await between();
    next = links(page)['next'];
  }
  return seen;
}

describe('pages', () => {
  let brand: BrandClient;
  let everyone: readonly string[];
  beforeAll(async () => {
    brand = await world.brand();
    for (let left = 23; left > 0; left -= 1) await newCustomer(brand);
    everyone = await inOrder(brand);
  });
  const page = (query: string) => brand.call('GET', `/customers${query}`);

  test('begin at 1, have 20 items by default, and are in order of arrival', async () => {
    expect(idsIn(await page(''))).toEqual(everyone.slice(0, 20));
    expect(idsIn(await page('?page=1'))).toEqual(everyone.slice(0, 20));
    expect(idsIn(await page('?page=2'))).toEqual(everyone.slice(20));
    expect(idsIn(await page('?page=2&per_page=5'))).toEqual(everyone.slice(5, 10));
    expect(idsIn(await page('?per_page=50'))).toEqual(everyone);
  });

  test.each([1, 2, 5, 10, 20, 50])('of %i cover everybody once', async (perPage) => {
    const seen: string[] = [];
    for (let number = 1; number <= Math.ceil(everyone.length / perPage); number += 1) {
      const answer = await page(`?page=${number}&per_page=${perPage}`);
      expect(total(answer)).toBe(everyone.length);
      seen.push(...idsIn(answer));
    }
    expect(seen).toEqual(everyone);
  });

  test('with order=newest are the same the other way round, by page and along rel="next"', async () => {
    const newest = everyone.toReversed();
    for (const perPage of [1, 5, 50]) {
      const seen: string[] = [];
      for (let number = 1; number <= Math.ceil(everyone.length / perPage); number += 1)
        seen.push(...idsIn(await page(`?order=newest&page=${number}&per_page=${perPage}`)));
      expect(seen).toEqual(newest);
      expect(await walk(brand, `/customers?order=newest&per_page=${perPage}`)).toEqual(newest);
    }
    const first = links(await page('?order=newest&page=2&per_page=5'));
    for (const relation of ['first', 'prev', 'next', 'last'])
      expect(first[relation]).toContain('order=newest');
    expect(idsIn(await page('?order=newest&page=6&per_page=5'))).toEqual([]);
    expect((await page('?order=last')).json.Message).toHaveProperty('order');
  });

  test('with order=newest do not show who is created during a walk, and miss nobody else', async () => {
    const own = await world.brand();
    const before = await grow(own, 12);
    const seen = await walk(own, '/customers?order=newest&per_page=2', () => newCustomer(own));
    expect(seen.toSorted()).toEqual(before.toSorted());
  });

  test.each(['?page=3', '?page=24&per_page=1', '?page=2147483647', '?page=2147483647&per_page=50'])(
    'past the end are empty and still have the total: %s',
    async (query) => {
      const answer = await page(query);
      expect([answer.status, answer.text, total(answer)]).toEqual([200, '[]', everyone.length]);
      expect(links(answer)['next']).toBeUndefined();
    },
  );

  test.each([
    ...[
      'page=0',
      'page=-1',
      'page=1.5',
      'page=1e3',
      'page=',
      'page=abc',
      'page=01',
      'page=+1',
      'page=%201',
      'page',
    ],
    ...[
      'page=0x1',
      'page=1,2',
      'page=2147483648',
      'page=9007199254740992',
      'page=9007199254740993',
      'page=null',
    ],
    ...[`page=${'9'.repeat(400)}`, 'page=NaN', 'page=Infinity', 'page=%EF%BC%91'],
  ])('with %s are refused', async (query) => {
    const answer = await page(`?${query}`);
    expect(answer.json).toMatchObject({ Status: 400, Code: 'get_customer_schema' });
    expect(Object.keys(answer.json.Message)).toEqual(['page']);
  });

  test.each(['0', '3', '51', '1000000', '-20', '', 'all', '20.0', '1e1', '020'])(
    'of %j are refused with the allowed range',
    async (perPage) => {
      const answer = await page(`?per_page=${perPage}`);
      expect(answer.json.Code).toBe('get_customer_schema');
      expect(Object.keys(answer.json.Message)).toEqual(['per_page']);
      expect(answer.json.Message.per_page).toContain('Must be one of: 1, 2, 5, 10, 20, 50.');
    },
  );

  test('with a repeated or unknown parameter are refused', async () => {
    for (const [query, names] of [
      ['?page=1&page=1', ['page']],
      ['?per_page=1&per_page=2', ['per_page']],
      ['?page=1&limit=5', ['limit']],
      ['?Page=1', ['Page']],
      ['?page=0&per_page=3&nonsense=1', ['nonsense', 'page', 'per_page']],
    ] as const) {
      expect(Object.keys((await page(query)).json.Message).toSorted()).toEqual(names);
    }
  });

  test('have links to first, prev, next and last', async () => {
    const at = async (query: string) => links(await page(query));
    const next = expect.stringMatching(/^\/customers\?per_page=10&cursor=c1_[0-9a-z]+$/);
    const [first, last] = ['/customers?page=1&per_page=10', '/customers?page=3&per_page=10'];
    expect(await at('?per_page=10')).toEqual({ first, next, last });
    expect(await at('?page=2&per_page=10')).toEqual({ first, prev: first, next, last });
    expect(await at('?page=3&per_page=10')).toEqual({ first, prev: '/customers?page=2&per_page=10', last });
    expect(await at('?page=9&per_page=10')).toEqual({ first, prev: last, last });
    const whole = '/customers?page=1&per_page=50';
    expect(await at('?per_page=50')).toEqual({ first: whole, last: whole });
  });

  test('have a next link that leads to the next page', async () => {
    for (const perPage of [1, 5, 20]) {
      const start = await page(`?page=2&per_page=${perPage}`);
      const next = links(start)['next'];
      if (next === undefined) continue;
      const [byCursor, byPage] = [await brand.call('GET', next), await page(`?page=3&per_page=${perPage}`)];
      expect(byCursor.text).toBe(byPage.text);
    }
  });

  test('answer HEAD with the same headers and no body', async () => {
    const response = await fetch(`${world.url}/api/v0.1/customers?per_page=5`, {
      method: 'HEAD',
      headers: brand.headers,
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('x-total-count')).toBe(String(everyone.length));
    expect(response.headers.get('link')).toBe((await page('?per_page=5')).headers.get('link'));
  });
});

describe('a cursor', () => {
  test('is refused together with page, and if it is invalid', async () => {
    const brand = await world.brand();
    const refused = [
      ...[
        'page=1&cursor=c1_1',
        'cursor=',
        'cursor=1',
        'cursor=c1_',
        'cursor=c2_1',
        'cursor=C1_1',
        'cursor=c1_-1',
      ],
      ...['cursor=c1_zzzzzzzzzzzzz', 'cursor=c1_10000000000000', 'cursor=c1_1&cursor=c1_2', "cursor=c1_'"],
    ];
    for (const query of refused) {
      const answer = await brand.call('GET', `/customers?${query}`);
      expect([query, answer.status, Object.keys(answer.json.Message)]).toEqual([query, 400, ['cursor']]);
    }
    const past = await brand.call('GET', '/customers?cursor=c1_1y2p0ij32e8e7');
    expect([past.text, links(past)['next']]).toEqual(['[]', undefined]);
  });

  test.each([1, 2, 5])(
    'walk of %i a page returns every lasting customer exactly once, while others are created and deleted',
    async (perPage) => {
      const brand = await world.brand();
      const before = await grow(brand, 40);
      const doomed = before.filter((_id, index) => index % 4 === 0);
      const gone: string[] = [];
      const restless = async () => {
        const leaving = doomed.pop();
        await Promise.all([
          newCustomer(brand),
          leaving !== undefined && gone.push(leaving) && brand.call('DELETE', `/customers/${leaving}`),
        ]);
      };
      let rounds = 0;
      const seen = await walk(brand, `/customers?per_page=${perPage}`, () =>
        // Newcomers arrive behind the walk, so it would never end if they always did.
        rounds++ < 20 ? restless() : Promise.resolve(),
      );
      expect(new Set(seen).size, 'nobody comes twice').toBe(seen.length);
      const stayed = before.filter((id) => !gone.includes(id));
      expect(
        stayed.filter((id) => !seen.includes(id)),
        'nobody is missed',
      ).toEqual([]);
      const order = await inOrder(brand);
      const met = seen.filter((id) => order.includes(id));
      expect(met, 'in order of arrival').toEqual(order.filter((id) => met.includes(id)));
    },
  );

  test('walk has a counterexample: pages by number miss a customer when others are deleted', async () => {
    const brand = await world.brand();
    await grow(brand, 10);
    const before = await inOrder(brand);
    const seen = [...idsIn(await brand.call('GET', '/customers?page=1&per_page=5'))];
    await brand.call('DELETE', `/customers/${before[0]}`);
    seen.push(...idsIn(await brand.call('GET', '/customers?page=2&per_page=5')));
    expect(before.filter((id) => !seen.includes(id))).toEqual([before[5]]);
  });
});

describe('totals and deep pages', () => {
  /** What the counts say, what the table says, and what the wire says: one number. */
  async function counted(brand: BrandClient): Promise<readonly number[]> {
    const [row] = await world.sql(
      `select (select count(*) from customers where brand_id = $1)::int as rows,
              (select coalesce(sum(count), 0) from customer_counts where brand_id = $1)::int as counts`,
      [brand.brandId],
    );
    const wire = total(await brand.call('GET', '/customers?per_page=1'));
    return [Number(row?.['rows']), Number(row?.['counts']), wire];
  }

  test('are exact after concurrent creates, refused creates, deletes and double deletes', async () => {
    const brand = await world.brand();
    const start = await grow(brand, 40);
    const twin = person();
    await Promise.all([
      grow(brand, 30),
      ...start
        .slice(0, 20)
        .flatMap((id) => [
          brand.call('DELETE', `/customers/${id}`),
          brand.call('DELETE', `/customers/${id}`),
        ]),
      ...Array.from({ length: 10 }, () => brand.call('POST', '/customers', { body: twin })),
      ...start.slice(20).map((id) => brand.call('PATCH', `/customers/${id}`, { body: { middle_name: '' } })),
    ]);
    expect(await counted(brand)).toEqual([51, 51, 51]);
    await Promise.all((await inOrder(brand)).map((id) => brand.call('DELETE', `/customers/${id}`)));
    expect(await counted(brand)).toEqual([0, 0, 0]);
    expect((await brand.call('GET', '/customers')).text).toBe('[]');
  });

  test('are correct across the ranges of 4,096 in which customers are counted', async () => {
    const brand = await world.brand();
    // Two on either side of each border; a run of which nothing is left; runs that never had anybody.
    for (const seq of [1, 4_094, 8_190, 12_287, 12_400, 50 * 4_096 - 1, 2 ** 33]) {
      await world.sql('select setval($1::regclass, $2)', [customerSequenceName(brand.brandId), seq]);
      await grow(brand, 4);
    }
    const doomed = await world.sql(
      'select customer_id from customers where brand_id = $1 and seq / 4096 = 2',
      [brand.brandId],
    );
    expect(doomed.length).toBeGreaterThan(2);
    for (const { customer_id } of doomed) await brand.call('DELETE', `/customers/${customer_id}`);

    const everyone = await inOrder(brand);
    expect(await counted(brand)).toEqual(Array(3).fill(everyone.length));
    for (const perPage of [1, 2, 5, 10, 20]) {
      const pages = Math.ceil(everyone.length / perPage) + 1;
      for (let number = 1; number <= pages; number += 1) {
        const answer = await brand.call('GET', `/customers?page=${number}&per_page=${perPage}`);
        expect(idsIn(answer)).toEqual(everyone.slice((number - 1) * perPage, number * perPage));
      }
      expect(await walk(brand, `/customers?per_page=${perPage}`)).toEqual(everyone);
    }
  });

  test('of a search are exact and can be walked in the same way', async () => {
    const brand = await world.brand();
    await grow(brand, 23);
    const everyone = await inOrder(brand);
    const body = { email: person().email };
    const search = (query: string) => brand.call('POST', `/customers/search${query}`, { body });
    for (const perPage of [5, 10]) {
      for (const number of [1, 2, 3, 4, 5, 6]) {
        const answer = await search(`?page=${number}&per_page=${perPage}`);
        expect(total(answer)).toBe(23);
        expect(idsIn(answer)).toEqual(everyone.slice((number - 1) * perPage, number * perPage));
      }
      expect(await walk(brand, `/customers/search?per_page=${perPage}`, undefined, body)).toEqual(everyone);
    }
    expect(links(await search('?page=2&per_page=10'))).toEqual({
      first: '/customers/search?page=1&per_page=10',
      prev: '/customers/search?page=1&per_page=10',
      next: expect.stringMatching(/^\/customers\/search\?per_page=10&cursor=c1_/),
      last: '/customers/search?page=3&per_page=10',
    });
    expect(Object.keys((await search('?page=0')).json.Message)).toEqual(['page']);
  });
});

test('links are absolute where the public URL is known', async () => {
  const known = await openWorld({ env: { CLIENTELE_PUBLIC_URL: 'https://customers.example.com/kyc/' } });
  try {
    const theirs = await known.brand();
    await grow(theirs, 3);
    const { headers } = await theirs.call('GET', '/customers?per_page=2');
    const targets = [...(headers.get('link') ?? '').matchAll(/<([^>]+)>/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThanOrEqual(3);
    for (const target of targets)
      expect(target).toMatch(/^https:\/\/customers\.example\.com\/kyc\/api\/v0\.1\/customers\?/);
  } finally {
    await known.close();
  }
});
