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

/** Words of a slot: sixteen bytes of the value, and the number of its line, which is 0 in a free slot. */
const slotWords = 5;
/** How full the table gets before it grows. */
const mostFull = 0.75;

/**
 * Unique values of sixteen bytes, with the first line that has each: a hash table with open addressing, of 20 bytes a
 * slot. A `Map` with texts takes five times as much.
 */
export class SeenValues {
  #slots = new Uint32Array(slotWords * 4096);
  #size = 0;
  /** Random and odd, so that nobody can write a file whose values all have the same place. */
  readonly #factors = randomFillSync(new Uint32Array(4)).map((factor) => factor | 1);

  /** The line that has this value already; otherwise `undefined`. */
  lineOf(value: Buffer): number | undefined {
    return this.#slots[this.#place(wordsOf(value)) + 4] || undefined;
  }

  /** Notes a value that no line has yet. */
  add(value: Buffer, line: number): void {
    if (this.#size > (this.#slots.length / slotWords) * mostFull) this.#grow();
    this.#put(wordsOf(value), line);
    this.#size += 1;
  }

  #put(words: Words, line: number): void {
    const place = this.#place(words);
    this.#slots.set(words, place);
    this.#slots[place + 4] = line;
  }

  /** Where a value is, or the free slot where it would be. */
  #place(words: Words): number {
    const slots = this.#slots;
    const count = slots.length / slotWords;
    let slot = 0;
    for (let at = 0; at < 4; at += 1) slot ^= Math.imul(words[at] ?? 0, this.#factors[at] ?? 1);
    slot = (slot ^ (slot >>> 15)) & (count - 1);
    for (; ; slot = (slot + 1) & (count - 1)) {
      const place = slot * slotWords;
      if (slots[place + 4] === 0) return place;
      if (
        slots[place] === words[0] &&
        slots[place + 1] === words[1] &&
        slots[place + 2] === words[2] &&
        slots[place + 3] === words[3]
      )
        return place;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (let place = 0; place < before.length; place += slotWords) {
      const line = before[place + 4] ?? 0;
      if (line > 0) this.#put(before.subarray(place, place + 4), line);
    }
  }
}

type Words = ArrayLike<number>;

const wordsOf = (value: Buffer): Words => [
  value.readUInt32LE(0),
  value.readUInt32LE(4),
  value.readUInt32LE(8),
  value.readUInt32LE(12),
];
