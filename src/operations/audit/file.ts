import { createHash } from 'node:crypto';
import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import {
  checkpointText,
  entryLine,
  exportTrailerText,
  reasonLine,
  selectionLine,
  signedLine,
} from '../../domain/audit/checkpoint.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import type { Signer } from '../../vault/signer.ts';
import type { Link } from './chain.ts';
import { customerOf, linked } from './chain.ts';

/** A stored entry: the text written with the change, and the number it got afterwards. */
export interface StoredEntry {
  readonly number: number;
  /** The customer under whom the entry is listed. */
  readonly customerId?: string | undefined;
  readonly body: string;
  readonly hash: string;
}

/** The stored trail does not match its hashes and signatures, so the export must not be signed. */
export class BrokenTrail extends Error {
  override readonly name = 'BrokenTrail';
}

/** Follows the stored entries one by one, from the hash of the entry before the first. */
export class TrailWalk {
  #number: number;
  #hash: string;

  constructor(number: number, hash: string) {
    this.#number = number;
    this.#hash = hash;
  }

  /** The number of the last entry. */
  get number(): number {
    return this.#number;
  }

  /** The hash of the last entry. */
  get hash(): string {
    return this.#hash;
  }

  /** @throws BrokenTrail if the entry is not the next one, or does not match its hash. */
  follow({ number, customerId, body, hash }: StoredEntry): Link {
    const link = linked(this.#number + 1, this.#hash, body);
    if (number !== this.#number + 1)
      throw new BrokenTrail(`Entry ${this.#number + 1} of the audit trail is missing.`);
    if (hash !== link.hash)
      throw new BrokenTrail(`Entry ${number} of the audit trail, or the one before it, was changed.`);
    if (customerId !== customerOf(body))
      throw new BrokenTrail(`Entry ${number} of the audit trail is not listed under its own customer.`);
    this.#number = number;
    this.#hash = link.hash;
    return link;
  }

  /** @throws BrokenTrail if the checkpoint over the last entry was signed over another hash. */
  requireFits(checkpoint: Checkpoint): void {
    if (checkpoint.number !== this.#number || checkpoint.hash !== this.#hash)
      throw new BrokenTrail(
        `The checkpoint over entry ${checkpoint.number} of the audit trail does not fit: entries before it were changed.`,
      );
  }
}

/** The start of an export: the number of its first entry, and the hash of the entry before it. */
export interface ExportStart {
  readonly brand: BrandId;
  readonly from: number;
  readonly previous: string;
}

/**
 * The lines of one export, in order. Each entry is verified before it is written, so an export never signs a broken
 * trail. Entries that are only followed are not in the file.
 */
export class ExportFile extends TrailWalk {
  readonly #beginning: ExportStart;
  readonly #signer: Signer;
  readonly #file = createHash('sha256');
  #lines = 0;

  constructor(beginning: ExportStart, signer: Signer) {
    super(beginning.from - 1, beginning.previous);
    this.#beginning = beginning;
    this.#signer = signer;
  }

  /** The first line of an export about one customer, which is taken from the entries up to `to`. */
  selection(customerId: CustomerId, to: number): string {
    const { brand, from } = this.#beginning;
    return this.#line(selectionLine({ brand, customerId, from, to }));
  }

  /** @throws BrokenTrail if the entry is not the next one, or does not match its hash. */
  entry(entry: StoredEntry): string {
    const { text, hash } = this.follow(entry);
    return this.#line(entryLine(text, hash));
  }

  /** The reason of the last entry. */
  reason(words: string | null): string {
    return this.#line(reasonLine(this.number, words));
  }

  /** A checkpoint over the last entry. @throws BrokenTrail if it was signed over another hash. */
  checkpoint(checkpoint: Checkpoint, signature: string): string {
    this.requireFits(checkpoint);
    return this.#line(signedLine(checkpointText(checkpoint), signature));
  }

  /** The last line, signed now. `trailEnd`: the last entry of the trail, if it goes on. */
  end(at: Instant, trailEnd?: number): string {
    const text = exportTrailerText({
      brand: this.#beginning.brand,
      from: this.#beginning.from,
      to: this.number,
      trailEnd,
      lines: this.#lines,
      hash: this.hash,
      file: this.#file.digest('hex'),
      at,
      key: this.#signer.key,
    });
    return `${signedLine(text, this.#signer.sign(text))}\n`;
  }

  #line(line: string): string {
    const withEnd = `${line}\n`;
    this.#file.update(withEnd, 'latin1');
    this.#lines += 1;
    return withEnd;
  }
}
