import { afterEach, expect, test, vi } from 'vitest';
import { openSharedReads } from '../../src/store/connection/shared-reads.ts';
import type { Row, Statement, Value } from '../../src/store/connection/statement.ts';
import { statement } from '../../src/store/connection/statement.ts';

afterEach(() => {
  vi.useRealTimers();
});

const by = { one: statement('one', ''), many: statement('many', ''), column: 'id' } as const;

/** A database that answers when it is told to, with the rows of every id that is asked for but `missing`. */
function slowDatabase() {
  const sent: {
    readonly name: string;
    readonly brand: Value | undefined;
    readonly ids: readonly string[];
  }[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const reads = openSharedReads(
    ({ name }: Statement, [brand, asked]: readonly Value[]) =>
      new Promise<readonly Row[]>((resolve, reject) => {
        const ids = [asked].flat() as string[];
        sent.push({ name, brand, ids });
        const rows = [...new Set(ids)].filter((id) => id !== 'missing').map((id) => ({ id }));
        waiting.push((error) => (error ? reject(error) : resolve(rows.reverse())));
      }),
  );
  const answer = async (error?: Error) => {
    waiting.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sent, reads, answer };
}

test('a read is sent at once and alone where nothing is under way', async () => {
  const { sent, reads, answer } = slowDatabase();
  const found = reads.read(by, 'brand', 'a');
  expect(sent).toEqual([{ name: 'one', brand: 'brand', ids: ['a'] }]);
  await answer();
  expect(await found).toEqual({ id: 'a' });
  void reads.read(by, 'brand', 'b');
  expect(sent[1]).toEqual({ name: 'one', brand: 'brand', ids: ['b'] });
});

test('reads that arrive during one share the next statement, and each gets its own row', async () => {
  const { sent, reads, answer } = slowDatabase();
  const first = reads.read(by, 'brand', 'a');
  const later = ['b', 'missing', 'a', 'b'].map((id) => reads.read(by, 'brand', id));
  expect(sent).toHaveLength(1);
  await answer();
  expect(await first).toEqual({ id: 'a' });
  // The one for the same row too: it must see what was written since the first was sent.
  expect(sent[1]).toEqual({ name: 'many', brand: 'brand', ids: ['b', 'missing', 'a', 'b'] });
  await answer();
  expect(await Promise.all(later)).toEqual([{ id: 'b' }, undefined, { id: 'a' }, { id: 'b' }]);
});

test('no statement has ids of two brands', async () => {
  const { sent, reads, answer } = slowDatabase();
  void reads.read(by, 'one brand', 'a');
  void reads.read(by, 'other brand', 'b');
  void reads.read(by, 'one brand', 'c');
  void reads.read(by, 'other brand', 'd');
  expect(sent).toHaveLength(2);
  await answer();
  await answer();
  expect(sent.map(({ brand, ids }) => [brand, ids])).toEqual([
    ['one brand', ['a']],
    ['other brand', ['b']],
    ['one brand', ['c']],
    ['other brand', ['d']],
  ]);
});

test('a statement that fails refuses its own reads, and those behind it are sent', async () => {
  const { sent, reads, answer } = slowDatabase();
  const first = reads.read(by, 'brand', 'a');
  const second = reads.read(by, 'brand', 'b');
  first.catch(() => undefined);
  await answer(new Error('It ended.'));
  await expect(first).rejects.toThrow('It ended.');
  expect(sent).toHaveLength(2);
  await answer();
  expect(await second).toEqual({ id: 'b' });
});

test('a statement has at most 64 reads', async () => {
  const { sent, reads, answer } = slowDatabase();
  void reads.read(by, 'brand', 'first');
  for (let number = 0; number < 100; number += 1) void reads.read(by, 'brand', `${number}`);
  await answer();
  await answer();
  expect(sent.map(({ ids }) => ids.length)).toEqual([1, 64, 36]);
});

test('a statement that is not answered holds what waits behind it for 20 ms, however much that is', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { sent, reads } = slowDatabase();
  void reads.read(by, 'brand', 'silent');
  for (let number = 0; number < 150; number += 1) void reads.read(by, 'brand', `${number}`);
  vi.advanceTimersByTime(19);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sent.map(({ ids }) => ids.length)).toEqual([1, 64, 64, 22]);
  void reads.read(by, 'brand', 'later');
  expect(sent).toHaveLength(4);
  vi.advanceTimersByTime(20);
  expect(sent.at(-1)).toEqual({ name: 'one', brand: 'brand', ids: ['later'] });
});

test('a late answer gives its reads their rows, and sends nothing twice', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { sent, reads, answer } = slowDatabase();
  const first = reads.read(by, 'brand', 'a');
  const second = reads.read(by, 'brand', 'b');
  vi.advanceTimersByTime(20);
  void reads.read(by, 'brand', 'c');
  await answer();
  expect(await first).toEqual({ id: 'a' });
  // The statement of the second is still waited for.
  expect(sent).toHaveLength(2);
  await answer();
  expect(await second).toEqual({ id: 'b' });
  expect(sent.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c']]);
  await answer();
  expect(vi.getTimerCount()).toBe(0);
});

test('those who ask the same at the same time share the next statement, with the values of the last', async () => {
  const { sent, reads, answer } = slowDatabase();
  const question = statement('question', '');
  const ask = (about: string, at: string) => reads.ask(question, about, ['brand', [at]]);
  const first = ask('a', '1');
  const later = [ask('a', '2'), ask('a', '3')];
  const other = ask('b', '4');
  await answer();
  expect(await first).toEqual([{ id: '1' }]);
  await answer();
  await answer();
  // None has the answer of a statement that was sent before it asked.
  expect(await Promise.all(later)).toEqual([[{ id: '3' }], [{ id: '3' }]]);
  expect(await other).toEqual([{ id: '4' }]);
  expect(sent.map(({ ids }) => ids)).toEqual([['1'], ['4'], ['3']]);
});
