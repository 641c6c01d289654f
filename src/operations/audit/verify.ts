import { createHash, hash } from 'node:crypto';
import { hashTailBytes, originText, signatureTailBytes } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import { isSignedBy } from '../../vault/signer.ts';

// The proof of an exported trail, from its bytes alone: no configuration, no database, no key of ours. It is
// written to be read by those who have no reason to believe us.

/** What the reader of an export knows from elsewhere. */
export interface TrustedFacts {
  /** Public keys written down before; without any, whoever can replace the file can also sign it. */
  readonly keys?: ReadonlySet<string>;
  /** Hashes by number out of an earlier export: a trail that was made anew since then has others. */
  readonly earlier?: ReadonlyMap<number, string>;
}

export type TrailVerdict = IntactTrail | InvalidTrail;

/** Every line stands as it was written and signed. */
export interface IntactTrail {
  readonly whole: true;
  readonly brand: BrandId;
  readonly from: number;
  readonly to: number;
  /** The hash of the last entry. */
  readonly hash: string;
  /** When the export was made, ISO 8601. */
  readonly at: string;
  /** The public keys that signed something in it. */
  readonly keys: readonly string[];
  /** Hash by number, wherever it was signed: what a later export must agree with. */
  readonly signed: ReadonlyMap<number, string>;
}

export interface InvalidTrail {
  readonly whole: false;
  /** The first line that is not as it was, from 1; where lines are cut off, the first that is missing. */
  readonly line: number;
  readonly problem: string;
}

/** Checks a file piece by piece, as it is read. Memory stays the same however long it is. */
export async function verifyTrail(
  chunks: AsyncIterable<Uint8Array>,
  known: TrustedFacts = {},
): Promise<TrailVerdict> {
  const trail = new Trail(known);
  try {
    for await (const chunk of chunks) trail.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    return trail.end();
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    return { whole: false, line: error.line, problem: error.message };
  }
}

class BadLine extends Error {
  readonly line: number;
  constructor(line: number, problem: string) {
    super(problem);
    this.line = line;
  }
}

const foreignLine = 'This is not a line of an audit export.';
const newline = 0x0a;
/** Bytes; an entry has a few hundred. */
const longestLine = 1_048_576;

const entryHead = /^\{"number":([1-9][0-9]{0,14}),"previous":"([0-9a-f]{64})",/;
const hashEnd = /^,"hash":"([0-9a-f]{64})"\}$/;
const hex = '[0-9a-f]{64}';
const checkpointForm = new RegExp(
  `^\\{"kind":"checkpoint","brand":"([0-9a-f-]{36})","number":([0-9]{1,15}),"hash":"(${hex})","at":"[^"]+","key":"(${hex})","signature":"([^"]+)"\\}$`,
);
const endingForm = new RegExp(
  `^\\{"kind":"end","brand":"([0-9a-f-]{36})","from":([0-9]{1,15}),"to":([0-9]{1,15}),"lines":([0-9]{1,15}),"hash":"(${hex})","file":"(${hex})","at":"([^"]+)","key":"(${hex})","signature":"([^"]+)"\\}$`,
);

/** A trail as far as it has been read. */
class Trail {
  readonly #known: TrustedFacts;
  readonly #file = createHash('sha256');
  readonly #keys = new Set<string>();
  readonly #signed = new Map<number, string>();
  #rest: Buffer = Buffer.alloc(0);
  #lines = 0;
  /** The first entry's number and what it follows. */
  #first: { readonly number: number; readonly previous: string } | undefined;
  #number = 0;
  #hash = '';
  #brand: string | undefined;
  /** The number under the last checkpoint. */
  #checked = -1;
  #whole: IntactTrail | undefined;

  constructor(known: TrustedFacts) {
    this.#known = known;
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let to = bytes.indexOf(newline); to >= 0; to = bytes.indexOf(newline, from)) {
      this.#line(bytes.subarray(from, to + 1));
      from = to + 1;
    }
    // A copy: whoever reads the file may use the chunk again.
    this.#rest = Buffer.from(bytes.subarray(from));
    if (this.#rest.length > longestLine) this.#broken(foreignLine, 1);
  }

  end(): IntactTrail {
    if (this.#rest.length > 0) this.#broken('The file ends in the middle of this line.', 1);
    if (this.#whole) return this.#whole;
    const after = this.#number > 0 ? ` Whatever came after entry ${this.#number} is cut off.` : '';
    return this.#broken(`The closing line is missing.${after}`, 1);
  }

  #line(withEnd: Buffer): void {
    this.#lines += 1;
    if (this.#whole) this.#broken('This line was added after the closing one.');
    const line = withEnd.subarray(0, -1);
    const head = line.toString('latin1', 0, 110);
    if (head.startsWith('{"kind":"end"')) {
      this.#ending(line);
      return;
    }
    if (head.startsWith('{"kind":')) this.#checkpoint(line);
    else this.#entry(line, head);
    this.#file.update(withEnd);
  }

  /** `head`: the line's first 110 bytes, which hold its number and the hash it follows. */
  #entry(line: Buffer, head: string): void {
    const textEnd = Math.max(0, line.length - hashTailBytes);
    const [, digits, previous = ''] = entryHead.exec(head) ?? [];
    const [, stated] = hashEnd.exec(line.toString('latin1', textEnd)) ?? [];
    if (digits === undefined || stated === undefined) this.#broken(foreignLine);
    const number = Number(digits);
    const computed = sha256(line.subarray(0, textEnd));
    if (stated !== computed) this.#broken(`Entry ${number} was changed after it was written.`);
    if (this.#first) this.#follows(number, previous);
    else this.#first = { number, previous };
    this.#number = number;
    this.#hash = computed;
    this.#agreesWithEarlier(number);
  }

  #follows(number: number, previous: string): void {
    const next = this.#number + 1;
    if (number > next)
      this.#broken(`Entry ${next} is missing: entry ${number} comes after entry ${this.#number}.`);
    if (number < next) this.#broken(`Entry ${number} stands here again, or in the wrong place.`);
    if (previous !== this.#hash)
      this.#broken(
        `Entry ${number} does not go on from entry ${this.#number}: one of them was put in another's place.`,
      );
  }

  #agreesWithEarlier(number: number): void {
    const before = this.#known.earlier?.get(number);
    if (before !== undefined && before !== this.#hash)
      this.#broken(
        `Entry ${number} had another hash in the earlier export: the trail was made anew up to here.`,
      );
  }

  #checkpoint(line: Buffer): void {
    const [, brand = '', digits, hashed, key = '', signature = ''] =
      checkpointForm.exec(line.toString('latin1')) ?? [];
    if (digits === undefined) this.#broken(foreignLine);
    const number = Number(digits);
    this.#signedBy(key, line, signature, `The checkpoint over entry ${number}`);
    this.#ofBrand(brand);
    if (number !== this.#number || number === this.#checked)
      this.#broken(`The checkpoint over entry ${number} stands here again, or in the wrong place.`);
    if (hashed !== this.#hash) this.#madeAnew(number);
    this.#checked = number;
    this.#signed.set(number, this.#hash);
  }

  #ending(line: Buffer): void {
    const [, brand = '', from, to, lines, hashed, file, at = '', key = '', signature = ''] =
      endingForm.exec(line.toString('latin1')) ?? [];
    if (from === undefined) this.#broken(foreignLine);
    this.#signedBy(key, line, signature, 'The closing line');
    // Without entries there is nothing that could say where the trail stands.
    this.#first ??= { number: Number(from), previous: hashed ?? '' };
    if (this.#number === 0) [this.#number, this.#hash] = [Number(from) - 1, hashed ?? ''];
    this.#ofBrand(brand);
    if (Number(from) !== this.#first.number || Number(to) !== this.#number)
      this.#broken(
        `The file was made with the entries ${from} to ${to}, and has ${this.#first.number} to ${this.#number}.`,
      );
    if (hashed !== this.#hash) this.#madeAnew(this.#number);
    if (Number(lines) !== this.#lines - 1 || file !== this.#file.digest('hex'))
      this.#broken(
        `The file was made with ${lines} lines before this one; they are not those, or not all of them.`,
      );
    for (const before of this.#known.earlier?.keys() ?? [])
      if (before > this.#number)
        this.#broken(`The earlier export had entry ${before}; here the trail ends at entry ${this.#number}.`);
    this.#signed.set(this.#number, this.#hash);
    const span = { from: this.#first.number, to: this.#number, hash: this.#hash };
    const keys = [...this.#keys];
    this.#whole = { whole: true, brand: brand as BrandId, ...span, at, keys, signed: this.#signed };
  }

  #signedBy(key: string, line: Buffer, signature: string, what: string): void {
    if (!isSignedBy(key, line.subarray(0, line.length - signatureTailBytes), signature))
      this.#broken(`${what} was changed, or is not signed by the key that it names.`);
    if (this.#known.keys && !this.#known.keys.has(key))
      this.#broken(`${what} is signed by a key that is not among those you know: ${key}.`);
    this.#keys.add(key);
  }

  /** What is signed says whose trail this is; from its first entry on it must be that brand's. */
  #ofBrand(brand: string): void {
    if (this.#brand !== undefined && this.#brand !== brand)
      this.#broken(`This line is of another brand: ${brand}.`);
    if (this.#brand === undefined && this.#first?.number === 1) {
      const origin = sha256(Buffer.from(originText(brand as BrandId)));
      if (this.#first.previous !== origin)
        throw new BadLine(
          1,
          `Entry 1 does not begin the trail of the brand ${brand}, which the file says it is.`,
        );
    }
    this.#brand = brand;
  }

  #madeAnew(number: number): never {
    const since = Math.max(this.#checked, (this.#first?.number ?? 1) - 1) + 1;
    return this.#broken(
      `What was signed over entry ${number} does not fit: an entry from ${since} to ${number} was changed and those after it were chained anew.`,
    );
  }

  #broken(problem: string, ahead = 0): never {
    throw new BadLine(this.#lines + ahead, problem);
  }
}

const sha256 = (bytes: Buffer): string => hash('sha256', bytes, 'hex');
