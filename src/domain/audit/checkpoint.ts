import type { BrandId } from '../ids.ts';
import type { Instant } from '../time.ts';
import { withOffset } from '../time.ts';

/**
 * The audit trail as text. Each entry is a line that carries its number, the hash of the line before it and its
 * own hash, so that whoever has the lines can check them with nothing but SHA-256. Hashes are taken over the
 * bytes of a line and not over what they mean: no two spellings of one entry pass for each other.
 *
 * Everything here is ASCII, and every hash 64 hex digits.
 */

/** What is hashed to stand before a brand's first entry: the beginning of one brand's trail fits no other's. */
export const originText = (brand: BrandId): string => `{"kind":"origin","brand":"${brand}"}`;

/** An entry's line up to its hash: the text that is hashed. `body` is the stored entry, a JSON object. */
export const entryText = (number: number, previous: string, body: string): string =>
  `{"number":${number},"previous":"${previous}",${body.slice(1, -1)}`;

/** The whole line of an entry, without its end of line. */
export const entryLine = (text: string, hash: string): string => `${text},"hash":"${hash}"}`;

/** That a brand's trail had this hash when it had this many entries. */
export interface Checkpoint {
  readonly brand: BrandId;
  readonly number: number;
  readonly hash: string;
  readonly at: Instant;
  /** The public key that signs it. */
  readonly key: string;
}

/** A checkpoint up to its signature: the text that is signed. */
export const checkpointText = ({ brand, number, hash, at, key }: Checkpoint): string =>
  `{"kind":"checkpoint","brand":"${brand}","number":${number},"hash":"${hash}","at":"${withOffset(at)}","key":"${key}"`;

/** The last line of an export: what the file holds, all of it. */
export interface ExportTrailer {
  readonly brand: BrandId;
  /** The numbers of the first and the last entry in the file; where there is none, `to` is one less than `from`. */
  readonly from: number;
  readonly to: number;
  /** The lines before this one. */
  readonly lines: number;
  /** The hash of the last entry, or what stands before the first one. */
  readonly hash: string;
  /** SHA-256 of every byte before this line. */
  readonly file: string;
  readonly at: Instant;
  readonly key: string;
}

/** An ending up to its signature. */
export const exportTrailerText = ({ brand, from, to, lines, hash, file, at, key }: ExportTrailer): string =>
  `{"kind":"end","brand":"${brand}","from":${from},"to":${to},"lines":${lines},"hash":"${hash}",` +
  `"file":"${file}","at":"${withOffset(at)}","key":"${key}"`;

/** The whole line of a checkpoint or an ending. `signature` is 88 characters of base64. */
export const signedLine = (text: string, signature: string): string => `${text},"signature":"${signature}"}`;

/** Bytes from the end of an entry's text, and of a signed one, to the end of the line. */
export const hashTailBytes = entryLine('', '0'.repeat(64)).length;
export const signatureTailBytes = signedLine('', '0'.repeat(88)).length;

/** When the next checkpoint is due: so many entries after the last, or so many seconds where there are any. */
export const checkpointInterval = { entries: 1_000, seconds: 60 } as const;
