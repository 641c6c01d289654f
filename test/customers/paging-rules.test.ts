import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Paging } from '../../src/domain/paging.ts';
import { cursorAfter, linksOf, parseCursor, perPageChoices } from '../../src/domain/paging.ts';

const biggest = 2n ** 63n - 1n;

describe('a cursor', () => {
  test('decodes to the position that it was made from, up to the largest sequence number', () => {
    const check = (seq: bigint) => {
      expect(parseCursor(cursorAfter(seq))).toBe(seq);
    };
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: biggest }), check));
    for (const seq of [0n, 1n, 35n, 36n, biggest]) check(seq);
  });

  test('has the form that the contract accepts', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: biggest }), (seq) => {
        expect(cursorAfter(seq)).toMatch(/^c1_[0-9a-z]{1,13}$/);
      }),
    );
  });

  test.each(['', 'c1_', 'c1_-1', 'c1_A', 'c2_1', 'c1_1 ', ' c1_1', 'c1_1\n', 'c1_00000000000000', '1'])(
    'is not %j',
    (text) => expect(parseCursor(text)).toBeUndefined(),
  );

  test('beyond the largest sequence number is invalid', () => {
    expect(parseCursor(cursorAfter(biggest + 1n))).toBeUndefined();
    expect(parseCursor('c1_zzzzzzzzzzzzz')).toBeUndefined();
  });

  test('decodes any text to a position or nothing, never to an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `c1_${text}`),
        ),
        (text) => {
          const seq = parseCursor(text);
          expect(seq === undefined || (seq >= 0n && seq <= biggest)).toBe(true);
        },
      ),
    );
  });
});

const perPage = fc.constantFrom(...perPageChoices);
const total = fc.integer({ min: 0, max: 1_000_000 });
const linkMap = (paging: Paging, all: number, next: bigint | undefined) =>
  new Map<string, string>(linksOf(paging, all, next));

describe('the links of a page', () => {
  test('lead to the first and the last page', () => {
    fc.assert(
      fc.property(perPage, total, fc.integer({ min: 1, max: 2_000_000 }), (size, all, page) => {
        const links = linkMap(
          { order: 'oldest', perPage: size, place: { kind: 'page', page } },
          all,
          undefined,
        );
        expect(links.get('first')).toBe(`page=1&per_page=${size}`);
        const last = Number(new URLSearchParams(links.get('last')).get('page'));
        expect(last).toBeGreaterThanOrEqual(1);
        expect((last - 1) * size).toBeLessThanOrEqual(Math.max(0, all - 1));
        expect(last * size).toBeGreaterThanOrEqual(all);
      }),
    );
  });

  test('lead back one page, and from past the end to the last page', () => {
    fc.assert(
      fc.property(perPage, total, fc.integer({ min: 1, max: 2_000_000 }), (size, all, page) => {
        const links = linkMap(
          { order: 'oldest', perPage: size, place: { kind: 'page', page } },
          all,
          undefined,
        );
        const last = Math.max(1, Math.ceil(all / size));
        expect(links.get('prev')).toBe(
          page === 1 ? undefined : `page=${Math.min(page - 1, last)}&per_page=${size}`,
        );
      }),
    );
  });

  test('lead on by cursor, with the page size, only if there is more', () => {
    fc.assert(
      fc.property(perPage, total, fc.option(fc.bigInt({ min: 1n, max: biggest })), (size, all, next) => {
        const paging: Paging = { order: 'oldest', perPage: size, place: { kind: 'cursor', after: 0n } };
        const link = linkMap(paging, all, next ?? undefined).get('next');
        const query = new URLSearchParams(link);
        expect([...query.keys()].sort()).toEqual(next === null ? [] : ['cursor', 'per_page']);
        if (next === null) return;
        expect(query.get('per_page')).toBe(String(size));
        expect(parseCursor(query.get('cursor') ?? '')).toBe(next);
      }),
    );
  });

  test('of a walk by cursor have no previous page', () => {
    expect([
      ...linkMap({ order: 'oldest', perPage: 5, place: { kind: 'cursor', after: 9n } }, 100, 14n).keys(),
    ]).toEqual(['first', 'next', 'last']);
  });
});
