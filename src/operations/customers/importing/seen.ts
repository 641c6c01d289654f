import { randomFillSync } from 'node:crypto';

// What an import remembers of each line, in a few bytes of typed arrays: a file may have millions of lines.

/** Numbers of lines, one bit each. */
export class LineSet {
  #bits = new Uint8Array(1024);
  #size = 0;

  add(line: number): void {
    const at = line >> 3;
    if (at >= this.#bits.length) {
      const more = new Uint8Array(2 * at);
      more.set(this.#bits);
      this.#bits = more;
    }
    const bit = 1 << (line & 7);
    const before = this.#bits[at] ?? 0;
    if ((before & bit) === 0) this.#size += 1;
    this.#bits[at] = before | bit;
  }

  has(line: number): boolean {
    return ((this.#bits[line >> 3] ?? 0) & (1 << (line & 7))) !== 0;
  }

  get size(): number {
    return this.#size;
  }
}

/** Words of a slot: twelve bytes of the digest, and the number of its line, which is 0 in a free slot. */
const slotWords = 4;
const lineAt = 3;
/** How full the table gets before it grows. */
const mostFull = 0.75;

/**
 * Digests, with the first line that has each: a hash table with open addressing, of 16 bytes a slot. A `Map` with texts
 * takes five times as much. Two digests share their first twelve bytes by chance once in 10^16 files of a million lines.
 */
export class SeenValues {
  #slots = new Uint32Array(slotWords * 4096);
  #size = 0;
  /** Random and odd, so that nobody can write a file whose digests all have the same place. */
  readonly #factors = randomFillSync(new Uint32Array(lineAt)).map((factor) => factor | 1);

  /** The line that has this digest already; otherwise `undefined`. */
  lineOf(digest: Buffer): number | undefined {
    return this.#slots[this.#place(wordsOf(digest)) + lineAt] || undefined;
  }

  /** Notes a digest that no line has yet. */
  add(digest: Buffer, line: number): void {
    if (this.#size > (this.#slots.length / slotWords) * mostFull) this.#grow();
    this.#put(wordsOf(digest), line);
    this.#size += 1;
  }

  #put(words: Words, line: number): void {
    const place = this.#place(words);
    this.#slots.set(words, place);
    this.#slots[place + lineAt] = line;
  }

  /** Where a digest is, or the free slot where it would be. */
  #place(words: Words): number {
    const slots = this.#slots;
    const count = slots.length / slotWords;
    let slot = 0;
    for (let at = 0; at < lineAt; at += 1) slot ^= Math.imul(words[at] ?? 0, this.#factors[at] ?? 1);
    slot = (slot ^ (slot >>> 15)) & (count - 1);
    for (; ; slot = (slot + 1) & (count - 1)) {
      const place = slot * slotWords;
      if (slots[place + lineAt] === 0) return place;
      if (slots[place] === words[0] && slots[place + 1] === words[1] && slots[place + 2] === words[2])
        return place;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (let place = 0; place < before.length; place += slotWords) {
      const line = before[place + lineAt] ?? 0;
      if (line > 0) this.#put(before.subarray(place, place + lineAt), line);
    }
  }
}

type Words = ArrayLike<number>;

const wordsOf = (digest: Buffer): Words => [
  digest.readUInt32LE(0),
  digest.readUInt32LE(4),
  digest.readUInt32LE(8),
];
