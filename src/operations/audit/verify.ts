import { createHash, hash } from 'node:crypto';
import type { Selection } from '../../domain/audit/checkpoint.ts';
import { hashTailBytes, originText, signatureTailBytes } from '../../domain/audit/checkpoint.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import { isSignedBy } from '../../vault/signer.ts';
import { customerOf } from './chain.ts';
import type { SignedLine } from './signed-lines.ts';
import { endorserOf, parseSignedLine } from './signed-lines.ts';

// Verifies an exported audit trail from its bytes alone, without configuration, database or secret key. It is
// written so that an outside auditor can read and check it.

/** Facts about the trail from outside of the file. */
export interface TrustedFacts {
  /** Trusted public keys. Without them, anyone who can replace the file can also sign it. */
  readonly keys?: ReadonlySet<string>;
  /** Hashes by number from an earlier export. A trail that was rewritten since then has other hashes. */
  readonly earlier?: ReadonlyMap<number, string>;
  /** Hashes by number from anchors, which are kept outside of the database. */
  readonly anchors?: ReadonlyMap<number, string>;
}

export type TrailVerdict = IntactTrail | InvalidTrail;

/** Every line is as it was written and signed. */
export interface IntactTrail {
  readonly whole: true;
  readonly brand: BrandId;
  readonly from: number;
  readonly to: number;
  /** The hash of the entry `to`. */
  readonly hash: string;
  /** The last entry of the trail when it was exported. The file may end before it. */
  readonly trailEnd: number;
  /** How many lines are reasons. Only the closing line vouches for them. */
  readonly reasons: number;
  /** Set if the file has only the entries about one customer. Only the closing line says that none is missing. */
  readonly selection?: { readonly customerId: CustomerId; readonly entries: number } | undefined;
  /** When the export was made, ISO 8601. */
  readonly at: string;
  /** The public keys that signed something in it. */
  readonly keys: readonly string[];
  /** The last entry that an earlier export or an anchor agrees with. Only the service vouches for those after it. */
  readonly witnessedTo: number;
  /** Signed hashes by number; a later export must contain the same ones. */
  readonly signed: ReadonlyMap<number, string>;
}

export interface InvalidTrail {
  readonly whole: false;
  /** The first line that fails, from 1; in a truncated file, the first missing line. */
  readonly line: number;
  readonly problem: string;
}

/** Verifies a file piece by piece while it is read. Memory use does not depend on its length. */
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
/** Bytes. An entry has a few hundred. */
const longestLine = 1_048_576;

const entryHead = /^\{"number":([1-9][0-9]{0,14}),"previous":"([0-9a-f]{64})",/;
const hashEnd = /^,"hash":"([0-9a-f]{64})"\}$/;
const hex = '[0-9a-f]{64}';
const endingForm = new RegExp(
  `^\\{"kind":"end","brand":"([0-9a-f-]{36})","from":([0-9]{1,15}),"to":([0-9]{1,15})(?:,"trail_end":([0-9]{1,15}))?,"lines":([0-9]{1,15}),"hash":"(${hex})","file":"(${hex})","at":"([0-9T:.+-]{32})","key":"(${hex})","signature":"([^"]+)"\\}$`,
);

const selectionForm =
  /^\{"kind":"selection","brand":"([0-9a-f-]{36})","customer_id":"([0-9a-f-]{36})","from":([0-9]{1,15}),"to":([0-9]{1,15}),"note":"[^"\\]*"\}$/;
const reasonHead = /^\{"kind":"reason","number":([0-9]{1,15}),"reason":/;

/** The state of a trail that has been read in part. */
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
  /** The key of the last checkpoint, and whether that one named its predecessor. */
  #signer: string | undefined;
  #isLinked = false;
  /** The trusted keys, and those that they endorsed. */
  readonly #trusted: Set<string> | undefined;
  /** Set in a file with only the entries about one customer. */
  #selection: Omit<Selection, 'brand'> | undefined;
  #entries = 0;
  #reasons = 0;
  /** The entry that the last reason belongs to. */
  #explained = 0;
  #whole: IntactTrail | undefined;

  constructor(known: TrustedFacts) {
    this.#known = known;
    this.#trusted = known.keys && new Set(known.keys);
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let to = bytes.indexOf(newline); to >= 0; to = bytes.indexOf(newline, from)) {
      this.#line(bytes.subarray(from, to + 1));
      from = to + 1;
    }
    // Copy the rest, because the caller may reuse the chunk.
    this.#rest = Buffer.from(bytes.subarray(from));
    if (this.#rest.length > longestLine) this.#broken(foreignLine, 1);
  }

  end(): IntactTrail {
    if (this.#rest.length > 0) this.#broken('The file ends in the middle of this line.', 1);
    if (this.#whole) return this.#whole;
    const after = this.#number > 0 ? ` Everything after entry ${this.#number} is missing.` : '';
    return this.#broken(`The closing line is missing.${after}`, 1);
  }

  #line(withEnd: Buffer): void {
    this.#lines += 1;
    if (this.#whole) this.#broken('This line follows the closing line.');
    const line = withEnd.subarray(0, -1);
    const head = line.toString('latin1', 0, 110);
    if (head.startsWith('{"kind":"end"')) {
      this.#ending(line);
      return;
    }
    if (head.startsWith('{"kind":"selection"')) this.#selects(line);
    else if (head.startsWith('{"kind":"reason"')) this.#reason(head);
    else if (head.startsWith('{"kind":')) this.#checkpoint(line);
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
    if (stated !== computed) this.#broken(`Entry ${number} was changed.`);
    if (this.#selection) this.#isSelected(this.#selection, number, line);
    else if (this.#first) this.#follows(number, previous);
    else this.#first = { number, previous };
    this.#number = number;
    this.#hash = computed;
    this.#entries += 1;
    this.#agreesWithEarlier(number);
  }

  /** The first line of a file with only the entries about one customer. */
  #selects(line: Buffer): void {
    const [, brand, customerId, from, to] = selectionForm.exec(line.toString('latin1')) ?? [];
    if (brand === undefined || this.#lines > 1) this.#broken(foreignLine);
    this.#brand = brand;
    this.#selection = { customerId: customerId as CustomerId, from: Number(from), to: Number(to) };
  }

  /** Entries between those of a selection are not in the file, so their order is all that can be compared. */
  #isSelected({ customerId, from, to }: Omit<Selection, 'brand'>, number: number, line: Buffer): void {
    if (number <= this.#number) this.#broken(`Entry ${number} is repeated, or in the wrong position.`);
    if (number < from || number > to || customerOf(line.toString('latin1')) !== customerId)
      this.#broken(`Entry ${number} is not among the entries that the first line names.`);
  }

  /** The reason of the entry before. The closing line proves its words. */
  #reason(head: string): void {
    const number = Number(reasonHead.exec(head)?.[1]);
    if (Number.isNaN(number)) this.#broken(foreignLine);
    if (number !== this.#number || number === this.#explained || number === this.#checked)
      this.#broken(`The reason of entry ${number} is repeated, or in the wrong position.`);
    this.#explained = number;
    this.#reasons += 1;
  }

  #follows(number: number, previous: string): void {
    const next = this.#number + 1;
    if (number > next)
      this.#broken(`Entry ${next} is missing: entry ${number} comes after entry ${this.#number}.`);
    if (number < next) this.#broken(`Entry ${number} is repeated, or in the wrong position.`);
    if (previous !== this.#hash)
      this.#broken(`Entry ${number} does not follow from entry ${this.#number}: one of them was replaced.`);
  }

  #agreesWithEarlier(number: number): void {
    const before = this.#known.earlier?.get(number);
    if (before !== undefined && before !== this.#hash)
      this.#broken(
        `Entry ${number} had another hash in the earlier export: the trail was rewritten up to this entry.`,
      );
    const anchored = this.#known.anchors?.get(number);
    if (anchored !== undefined && anchored !== this.#hash)
      this.#broken(
        `Entry ${number} has another hash in the anchors: the trail was rewritten up to this entry.`,
      );
  }

  #checkpoint(line: Buffer): void {
    const read = this.#selection ? undefined : parseSignedLine(line.toString('latin1'));
    if (read?.kind !== 'checkpoint') this.#broken(foreignLine);
    const { brand, number, hash: hashed, key, previous } = read.checkpoint;
    this.#endorsed(read);
    this.#signedBy(key, line, read.signature, `The checkpoint over entry ${number}`);
    this.#ofBrand(brand);
    if (number !== this.#number || number === this.#checked)
      this.#broken(`The checkpoint over entry ${number} is repeated, or in the wrong position.`);
    if (hashed !== this.#hash) this.#rebuilt(number);
    if (previous) this.#continues(number, previous);
    else if (this.#isLinked)
      this.#broken(`The checkpoint over entry ${number} does not name the checkpoint before it.`);
    this.#isLinked = previous !== undefined;
    this.#signer = key;
    this.#checked = number;
    this.#signed.set(number, this.#hash);
  }

  /** A checkpoint by another key than the one before is also signed by that one, and then as trusted. */
  #endorsed(read: SignedLine): void {
    const { number, key, previous } = read.checkpoint;
    const endorser = endorserOf(read);
    if (endorser !== undefined && (this.#trusted?.has(endorser) || endorser === this.#signer))
      this.#trusted?.add(key);
    const isChanged = this.#signer !== undefined && this.#signer !== key;
    if (isChanged && (this.#isLinked || previous) && endorser !== this.#signer)
      this.#broken(
        `The checkpoint over entry ${number} is signed by another key, which the key before did not sign.`,
      );
  }

  #continues(number: number, previous: { readonly number: number; readonly hash: string }): void {
    const first = this.#first?.number ?? 1;
    const before =
      this.#checked >= 0
        ? { number: this.#checked, hash: this.#signed.get(this.#checked) }
        : { number: first - 1, hash: this.#first?.previous };
    // The checkpoint before the first of this file may be anywhere before its first entry.
    const isOutside = this.#checked < 0 && previous.number < first - 1;
    if (!isOutside && (previous.number !== before.number || previous.hash !== before.hash))
      this.#broken(
        `The checkpoint over entry ${number} follows a checkpoint over entry ${previous.number}, which is not in its place.`,
      );
  }

  #ending(line: Buffer): void {
    const [, brand = '', from, to, goesOn, lines, hashed = '', file, at = '', key = '', signature = ''] =
      endingForm.exec(line.toString('latin1')) ?? [];
    if (file === undefined) this.#broken(foreignLine);
    this.#signedBy(key, line, signature, 'The closing line');
    const span = { from: Number(from), to: Number(to), hash: hashed };
    if (this.#selection) this.#endsSelection(brand, span);
    else this.#endsSpan(brand, span);
    if (Number(lines) !== this.#lines - 1 || file !== this.#file.digest('hex'))
      this.#broken(
        `The closing line covers ${lines} lines; the lines before it are different or incomplete.`,
      );
    const trailEnd = Number(goesOn ?? to);
    for (const before of this.#known.earlier?.keys() ?? [])
      if (before > trailEnd)
        this.#broken(`The earlier export had entry ${before}; here the trail ends at entry ${trailEnd}.`);
    for (const before of this.#known.anchors?.keys() ?? [])
      if (before > trailEnd)
        this.#broken(`The anchors have entry ${before}; here the trail ends at entry ${trailEnd}.`);
    this.#signed.set(span.to, hashed);
    const known = [...(this.#known.earlier?.keys() ?? []), ...(this.#known.anchors?.keys() ?? [])];
    const witnessed = this.#selection ? [] : known.filter((number) => number <= span.to);
    this.#whole = {
      whole: true,
      brand: brand as BrandId,
      ...span,
      trailEnd,
      reasons: this.#reasons,
      selection: this.#selection && { customerId: this.#selection.customerId, entries: this.#entries },
      at,
      keys: [...this.#keys],
      signed: this.#signed,
      witnessedTo: Math.max(span.from - 1, ...witnessed),
    };
  }

  #endsSpan(brand: string, { from, to, hash: hashed }: Pick<IntactTrail, 'from' | 'to' | 'hash'>): void {
    // A file without entries has no hash to compare.
    this.#first ??= { number: from, previous: hashed };
    if (this.#number === 0) [this.#number, this.#hash] = [from - 1, hashed];
    this.#ofBrand(brand);
    if (from !== this.#first.number || to !== this.#number)
      this.#broken(
        `The closing line covers entries ${from} to ${to}, but the file contains ${this.#first.number} to ${this.#number}.`,
      );
    if (hashed !== this.#hash) this.#rebuilt(this.#number);
  }

  #endsSelection(brand: string, { from, to }: Pick<IntactTrail, 'from' | 'to'>): void {
    this.#ofBrand(brand);
    if (from !== this.#selection?.from || to !== this.#selection.to)
      this.#broken('The closing line covers other entries than the first line names.');
  }

  #signedBy(key: string, line: Buffer, signature: string, what: string): void {
    if (!isSignedBy(key, line.subarray(0, line.length - signatureTailBytes), signature))
      this.#broken(`${what} was changed, or was not signed by the key that it names.`);
    if (this.#trusted && !this.#trusted.has(key))
      this.#broken(`${what} is signed by a key that is not among the trusted keys: ${key}.`);
    this.#keys.add(key);
  }

  /** Signed lines name the brand; every line must belong to the same one. */
  #ofBrand(brand: string): void {
    if (this.#brand !== undefined && this.#brand !== brand)
      this.#broken(`This line belongs to another brand: ${brand}.`);
    if (this.#brand === undefined && this.#first?.number === 1) {
      const origin = sha256(Buffer.from(originText(brand as BrandId)));
      if (this.#first.previous !== origin)
        throw new BadLine(
          1,
          `Entry 1 is not the first entry of the trail of brand ${brand}, which the file names.`,
        );
    }
    this.#brand = brand;
  }

  #rebuilt(number: number): never {
    const since = Math.max(this.#checked, (this.#first?.number ?? 1) - 1) + 1;
    return this.#broken(
      `The signature over entry ${number} does not match: an entry from ${since} to ${number} was changed, and the hashes after it were recomputed.`,
    );
  }

  #broken(problem: string, ahead = 0): never {
    throw new BadLine(this.#lines + ahead, problem);
  }
}

const sha256 = (bytes: Buffer): string => hash('sha256', bytes, 'hex');
