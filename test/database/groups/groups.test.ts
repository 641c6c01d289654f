import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { GroupMember } from '../../../src/store/connection/groups.ts';
import { openGroups } from '../../../src/store/connection/groups.ts';

class Outage extends Error {}

/** A database that keeps what it was asked for, and answers when it is told to. */
function recorder() {
  const asked: string[][] = [];
  const answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const groups = openGroups((error) => error instanceof Outage);
  const ask = (...names: string[]) =>
    new Promise<void>((resolve, reject) => {
      asked.push(names);
      answers.push({ resolve, reject });
    });
  /** `refused`: what the statement of a group does not make. */
  const member = (
    change: string,
    exclusive: readonly string[] = [],
    refused: readonly string[] = [],
  ): GroupMember<string, string> => ({
    change,
    exclusive,
    alone: async () => {
      await ask(change);
      return `${change} alone`;
    },
    together: async (changes) => {
      await ask(...changes);
      return changes.map((one) => (refused.includes(one) ? undefined : `${one} together`));
    },
  });
  return { asked, answers, submit: (one: GroupMember<string, string>) => groups.submit('kind', one), member };
}

describe('changes that arrive at the same time', () => {
  test('the first is made at once and alone; those that arrive before it has ended share a statement, in their order', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = ['a', 'b', 'c'].map((one) => submit(member(one)));
    expect(asked).toEqual([['a']]);
    answers[0]?.resolve();
    expect(await made[0]).toBe('a alone');
    await sleep(0);
    expect(asked).toEqual([['a'], ['b', 'c']]);
    answers[1]?.resolve();
    expect(await Promise.all(made)).toEqual(['a alone', 'b together', 'c together']);
  });

  test('two that exclude each other are never in one statement, and keep their order', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = [
      submit(member('a')),
      submit(member('b', ['row 1'])),
      submit(member('c', ['row 1', 'row 2'])),
      submit(member('d', ['row 2'])),
      submit(member('e')),
    ];
    for (let at = 0; at < 4; at += 1) {
      answers[at]?.resolve();
      await sleep(0);
    }
    expect(asked).toEqual([['a'], ['b', 'e'], ['c'], ['d']]);
    expect(await Promise.all(made)).toEqual(['a alone', 'b together', 'c alone', 'd alone', 'e together']);
  });

  test('what a statement does not make is made alone', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = [submit(member('a')), submit(member('b', [], ['c'])), submit(member('c'))];
    for (let at = 0; at < 3; at += 1) {
      answers[at]?.resolve();
      await sleep(0);
    }
    expect(asked).toEqual([['a'], ['b', 'c'], ['c']]);
    expect(await Promise.all(made)).toEqual(['a alone', 'b together', 'c alone']);
  });

  test('a statement that fails is repeated change by change, so that one fault refuses one change', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = [submit(member('a')), submit(member('b')), submit(member('c'))];
    const settled = Promise.allSettled(made);
    answers[0]?.resolve();
    await sleep(0);
    answers[1]?.reject(new Error('unique'));
    await sleep(0);
    expect(asked.slice(2)).toEqual([['b'], ['c']]);
    answers[2]?.reject(new Error('unique'));
    answers[3]?.resolve();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('an outage is the answer to all, because nobody knows what became of them', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = [submit(member('a')), submit(member('b')), submit(member('c'))];
    const settled = Promise.allSettled(made);
    answers[0]?.resolve();
    await sleep(0);
    answers[1]?.reject(new Outage());
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(asked).toEqual([['a'], ['b', 'c']]);
  });

  test('one that takes long does not hold the next for longer than a moment', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = [submit(member('slow')), submit(member('b')), submit(member('c'))];
    await sleep(60);
    expect(asked).toEqual([['slow'], ['b', 'c']]);
    for (const { resolve } of answers) resolve();
    await Promise.all(made);
  });

  test('a statement has at most 64 of them', async () => {
    const { asked, answers, submit, member } = recorder();
    const made = Array.from({ length: 131 }, (_, at) => submit(member(String(at))));
    for (let at = 0; at < 4; at += 1) {
      answers[at]?.resolve();
      await sleep(0);
    }
    expect(asked.map(({ length }) => length)).toEqual([1, 64, 64, 2]);
    await Promise.all(made);
  });
});
