import { createHash, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { firstPreviousHash, linked } from '../../src/operations/audit/chain.ts';
import type { TrailVerdict, TrustedFacts } from '../../src/operations/audit/verify.ts';
import { verifyTrail } from '../../src/operations/audit/verify.ts';
import { bodyOf, linesOf, newBrand, newSigner } from './trail.ts';

const brand = newBrand();
const signer = newSigner();
const lines = [...linesOf({ brand, signer, entries: 60, every: 20 })];
const whole = lines.join('');
const pinned: TrustedFacts = { keys: new Set([signer.key]) };

async function* inPieces(text: string, size: number) {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const verify = (
  file: readonly string[] | string,
  known: TrustedFacts = pinned,
  size = 5_000,
): Promise<TrailVerdict> =>
  verifyTrail(inPieces(typeof file === 'string' ? file : file.join(''), size), known);

const isEntry = (line: string | undefined) => line?.startsWith('{"number":') === true;
const pick = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)] as Item;
const place = (wanted: (line: string) => boolean = () => true): number =>
  pick(lines.flatMap((line, index) => (wanted(line) ? [index] : [])));

test('an export is valid, in whatever pieces it is read', async () => {
  for (const size of [1, 7, 400, whole.length]) {
    expect(await verify(whole, pinned, size)).toMatchObject({
      whole: true,
      brand,
      from: 1,
      to: 60,
      keys: [signer.key],
    });
  }
});

test('an export without entries is valid', async () => {
  expect(await verify([...linesOf({ brand, signer, entries: 0, every: 1 })])).toMatchObject({
    whole: true,
    from: 1,
    to: 0,
    hash: firstPreviousHash(brand),
  });
});

/** Entries whose chain is recomputed from a line on. That needs no key. */
function rechained(file: readonly string[], from: number): string[] {
  let previous = firstPreviousHash(brand);
  let number = 0;
  return file.map((line, index) => {
    if (!isEntry(line)) return line;
    const { hash = '' } = /"hash":"(?<hash>[0-9a-f]{64})"\}\n$/.exec(line)?.groups ?? {};
    number += 1;
    if (index < from) {
      previous = hash;
      return line;
    }
    const body = `{${line.slice(line.indexOf('"at":'), line.lastIndexOf(',"hash"'))}}`;
    const link = linked(number, previous, body);
    previous = link.hash;
    return `${link.text},"hash":"${link.hash}"}\n`;
  });
}

/** Lines that count their predecessors and digest them, as a forger would write them. */
const recounted = (file: readonly string[]): string[] => {
  const before = file.slice(0, -1);
  const digest = createHash('sha256').update(before.join('')).digest('hex');
  const last = (file.at(-1) ?? '')
    .replace(/"lines":\d+/, `"lines":${before.length}`)
    .replace(/"file":"[0-9a-f]+"/, `"file":"${digest}"`);
  return [...before, last];
};

/** Every kind of tampering, each at a random place. */
const tamperings: Readonly<Record<string, () => readonly string[] | string>> = {
  'a byte is changed': () => {
    const bytes = Buffer.from(whole, 'latin1');
    const at = randomInt(bytes.length);
    bytes[at] = ((bytes[at] ?? 0) + randomInt(1, 256)) % 256;
    return bytes.toString('latin1');
  },
  'a byte is removed': () => {
    const at = randomInt(whole.length);
    return whole.slice(0, at) + whole.slice(at + 1);
  },
  'a byte is added': () => {
    const at = randomInt(whole.length + 1);
    return whole.slice(0, at) + String.fromCharCode(randomInt(256)) + whole.slice(at);
  },
  'a line is deleted': () => lines.toSpliced(place(), 1),
  'a line is deleted and the file counted again': () =>
    recounted(lines.toSpliced(randomInt(lines.length - 1), 1)),
  'a line stands twice': () => {
    const at = place();
    return lines.toSpliced(pick([at, randomInt(lines.length + 1)]), 0, lines[at] ?? '');
  },
  'an entry of our making is put in': () => {
    const at = place(isEntry);
    const previous = /"previous":"([0-9a-f]+)"/.exec(lines[at] ?? '')?.[1] ?? '';
    const number = Number(/\d+/.exec(lines[at] ?? '')?.[0]);
    const { text, hash } = linked(number, previous, bodyOf(999));
    return lines.toSpliced(at, pick([0, 1]), `${text},"hash":"${hash}"}\n`);
  },
  'two lines change places': () => {
    const one = place();
    const other = pick(lines.map((_, index) => index).filter((index) => index !== one));
    return lines.with(one, lines[other] ?? '').with(other, lines[one] ?? '');
  },
  'the tail is cut off at a line': () => lines.slice(0, randomInt(lines.length)),
  'the tail is cut off at a byte': () => whole.slice(0, randomInt(whole.length)),
  'the tail is cut off and the closing line put back': () =>
    recounted([...lines.slice(0, randomInt(lines.length - 1)), lines.at(-1) ?? '']),
  'the head is cut off': () => recounted(lines.slice(randomInt(1, lines.length - 1))),
  'an entry is changed and the chain made again': () => {
    const at = place(isEntry);
    return recounted(
      rechained(lines.with(at, (lines[at] ?? '').replace('updateCustomer', 'getCustomer')), at),
    );
  },
  'an entry is deleted and the chain made again': () => {
    const at = place(isEntry);
    return recounted(rechained(lines.toSpliced(at, 1), at));
  },
  "a line of another brand's trail takes a line's place": () => {
    const foreign = [...linesOf({ brand: newBrand(), signer, entries: 60, every: 20 })];
    const at = place();
    return lines.with(at, foreign[at] ?? '');
  },
  'all of it is made again with another key': () => [
    ...linesOf({ brand, signer: newSigner(), entries: 60, every: 20 }),
  ],
};
const rounds = Math.ceil(1_000 / Object.keys(tamperings).length);

async function undetected(check: (text: string) => Promise<TrailVerdict>) {
  const missed: string[] = [];
  let tried = 0;
  for (const [name, tamper] of Object.entries(tamperings)) {
    for (let round = 0; round < rounds; round += 1) {
      let text = whole;
      // A byte may be put back where it was taken from.
      while (text === whole) text = [tamper()].flat().join('');
      tried += 1;
      if ((await check(text)).whole) missed.push(name);
    }
  }
  return { missed, tried };
}

test('every one of a thousand random manipulations is found', { timeout: 120_000 }, async () => {
  const { missed, tried } = await undetected((text) => verify(text));
  expect(missed).toEqual([]);
  expect(tried).toBeGreaterThanOrEqual(1_000);
});

test('a check that trusts the written hashes would fail this test', { timeout: 120_000 }, async () => {
  // The fault: every hash and signature is believed, only the order of the numbers is looked at.
  const trusting = async (text: string): Promise<TrailVerdict> => {
    const numbers = [...text.matchAll(/^\{"number":(\d+)/gm)].map(([, number]) => Number(number));
    return numbers.every((number, index) => number === index + 1) && text.includes('"kind":"end"')
      ? ({ whole: true } as TrailVerdict)
      : { whole: false, line: 1, problem: '' };
  };
  expect((await undetected(trusting)).missed.length).toBeGreaterThan(100);
});

test('the first invalid line is named with its problem', async () => {
  const said = async (file: readonly string[], known?: TrustedFacts) => {
    const verdict = await verify(file, known);
    return verdict.whole ? 'whole' : `${verdict.line}: ${verdict.problem}`;
  };
  expect(await said(lines.with(4, (lines[4] ?? '').replace('email', 'e-mail')))).toBe(
    '5: Entry 5 was changed.',
  );
  expect(await said(lines.toSpliced(9, 1))).toBe('10: Entry 10 is missing: entry 11 comes after entry 9.');
  expect(await said(lines.toSpliced(10, 0, lines[9] ?? ''))).toBe(
    '11: Entry 10 is repeated, or in the wrong position.',
  );
  expect(await said(lines.slice(0, -1))).toBe(
    '64: The closing line is missing. Everything after entry 60 is missing.',
  );
  expect(await said([...lines, lines.at(-1) ?? ''])).toBe('65: This line follows the closing line.');
  expect(await said(lines.toSpliced(20, 1))).toBe(
    '63: The closing line covers 63 lines; the lines before it are different or incomplete.',
  );
  expect(await said(rechained(lines.with(30, (lines[30] ?? '').replace('email', 'names')), 30))).toBe(
    '42: The signature over entry 40 does not match: an entry from 21 to 40 was changed, and the hashes after it were recomputed.',
  );
  const other = newSigner();
  expect(await said([...linesOf({ brand, signer: other, entries: 60, every: 20 })])).toBe(
    `21: The checkpoint over entry 20 is signed by a key that is not among the trusted keys: ${other.key}.`,
  );
  expect(await said(['PK\u0003\u0004 something else\n'])).toBe('1: This is not a line of an audit export.');
  expect(await said([])).toBe('1: The closing line is missing.');
});

test('a trail rebuilt under another key passes only if neither the key nor an earlier export is known', async () => {
  const other = newSigner();
  const body = (number: number) => bodyOf(number).replace('email', number === 33 ? 'nothing' : 'email');
  const forged = [...linesOf({ brand, signer: other, entries: 70, every: 20, body })];
  const earlier = await verify(lines);
  if (!earlier.whole) throw new Error(earlier.problem);
  expect(await verify(forged, {})).toMatchObject({ whole: true, keys: [other.key] });
  expect(await verify(forged)).toMatchObject({ whole: false, line: 21 });
  expect(await verify(forged, { earlier: earlier.signed })).toEqual({
    whole: false,
    line: 41,
    problem: 'Entry 40 had another hash in the earlier export: the trail was rewritten up to this entry.',
  });
  const shorter = [...linesOf({ brand, signer, entries: 50, every: 20 })];
  expect(await verify(shorter, { earlier: earlier.signed })).toMatchObject({
    problem: 'The earlier export had entry 60; here the trail ends at entry 50.',
  });
  const longer = [...linesOf({ brand, signer, entries: 70, every: 20 })];
  expect(await verify(longer, { ...pinned, earlier: earlier.signed })).toMatchObject({ whole: true, to: 70 });
});
