import type { BrandId, CustomerId } from '../ids.ts';
import { asciiJson } from '../text.ts';
import type { Instant } from '../time.ts';
import { withOffset } from '../time.ts';

/**
 * The audit trail as text. Each entry is a line that carries its number, the hash of the line before it and its own
 * hash, so that anyone can verify the lines with SHA-256 alone. Hashes cover the bytes of a line, not its meaning:
 * two spellings of one entry have different hashes.
 *
 * Everything here is ASCII, and every hash 64 hex digits.
 */

/** The text whose hash precedes a brand's first entry; it differs for each brand. */
export const originText = (brand: BrandId): string => `{"kind":"origin","brand":"${brand}"}`;

/** An entry's line up to its hash: the text that is hashed. `body` is the stored entry, a JSON object. */
export const entryText = (number: number, previous: string, body: string): string =>
  `{"number":${number},"previous":"${previous}",${body.slice(1, -1)}`;

/** The whole line of an entry, without its end of line. */
export const entryLine = (text: string, hash: string): string => `${text},"hash":"${hash}"}`;

/** States that a brand's trail had this hash after this number of entries. */
export interface Checkpoint {
  readonly brand: BrandId;
  readonly number: number;
  readonly hash: string;
  readonly at: Instant;
  /** The public key that signs it. */
  readonly key: string;
  /** The checkpoint before it. `undefined`: signed by a version that named no predecessor. */
  readonly previous?: { readonly number: number; readonly hash: string } | undefined;
  /** Where another key signed the checkpoint before: that key, and its signature over `endorsedText`. */
  readonly endorsement?: { readonly key: string; readonly signature: string } | undefined;
}

/** The text by which a former signer endorses the signer of its successor. */
export const endorsedText = (checkpoint: Omit<Checkpoint, 'endorsement'>, formerKey: string): string =>
  `${plainText(checkpoint)},"former_key":"${formerKey}"`;

/** A checkpoint up to its signature: the text that is signed. */
export const checkpointText = ({ endorsement, ...checkpoint }: Checkpoint): string =>
  endorsement
    ? `${endorsedText(checkpoint, endorsement.key)},"endorsement":"${endorsement.signature}"`
    : plainText(checkpoint);

/**
 * States that a backup was restored: the trail ends at `number` again, and the signed state `lost` is no longer in it.
 * It has the form of a checkpoint whose predecessor is what was lost.
 */
export const restoredText = ({
  lost,
  ...end
}: Omit<Checkpoint, 'previous' | 'endorsement'> & {
  readonly lost: { readonly number: number; readonly hash: string };
}): string => plainText({ ...end, previous: lost }, 'restored');

function plainText({ brand, number, hash, at, previous, key }: Checkpoint, kind = 'checkpoint'): string {
  const before = previous ? `,"previous_number":${previous.number},"previous_hash":"${previous.hash}"` : '';
  return `{"kind":"${kind}","brand":"${brand}","number":${number},"hash":"${hash}","at":"${withOffset(at)}"${before},"key":"${key}"`;
}

/** The last line of an export, which covers the whole file. */
export interface ExportTrailer {
  readonly brand: BrandId;
  /** The numbers of the first and the last entry in the file; where there is none, `to` is one less than `from`. */
  readonly from: number;
  readonly to: number;
  /** The last entry of the trail, where it goes on after `to`. */
  readonly trailEnd?: number | undefined;
  /** The lines before this one. */
  readonly lines: number;
  /** The hash of the entry `to`, or of the entry before `from` in an empty export. */
  readonly hash: string;
  /** SHA-256 of every byte before this line. */
  readonly file: string;
  readonly at: Instant;
  readonly key: string;
}

/** A closing line up to its signature. */
export const exportTrailerText = (trailer: ExportTrailer): string => {
  const { brand, from, to, trailEnd, lines, hash, file, at, key } = trailer;
  const goesOn = trailEnd === undefined ? '' : `,"trail_end":${trailEnd}`;
  return (
    `{"kind":"end","brand":"${brand}","from":${from},"to":${to}${goesOn},"lines":${lines},"hash":"${hash}",` +
    `"file":"${file}","at":"${withOffset(at)}","key":"${key}"`
  );
};

/** An export of the entries about one customer, out of a span of the trail. */
export interface Selection {
  readonly brand: BrandId;
  readonly customerId: CustomerId;
  readonly from: number;
  readonly to: number;
}

const selectionNote =
  'Only the entries about one customer. The hash of each can be verified, and each line compared with a full export. The numbers are not consecutive, so this file alone does not show that no entry is missing.';

/** The first line of a selection, without its end of line. The closing line signs it with the rest. */
export const selectionLine = ({ brand, customerId, from, to }: Selection): string =>
  `{"kind":"selection","brand":"${brand}","customer_id":"${customerId}","from":${from},"to":${to},"note":"${selectionNote}"}`;

/** The reason of the entry in the line before, without its end of line. `null`: there was one, and it is gone. */
export const reasonLine = (number: number, words: string | null): string =>
  `{"kind":"reason","number":${number},"reason":${asciiJson(words)}}`;

/** The complete line of a checkpoint or a closing line. `signature` is 88 characters of base64. */
export const signedLine = (text: string, signature: string): string => `${text},"signature":"${signature}"}`;

/** Bytes from the end of an entry's text, and of a signed one, to the end of the line. */
export const hashTailBytes = entryLine('', '0'.repeat(64)).length;
export const signatureTailBytes = signedLine('', '0'.repeat(88)).length;

/** A checkpoint is due after this number of entries, or after these seconds if there are new entries. */
export const checkpointInterval = { entries: 1_000, seconds: 60 } as const;
