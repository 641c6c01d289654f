import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { endorsedText, signatureTailBytes } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import { isSignedBy } from '../../vault/signer.ts';

// Reads the signed lines of an audit trail: checkpoints, which also stand in the file of anchors, and the lines about
// a restored backup. Uses no configuration, database or secret key.

export interface SignedLine {
  readonly kind: 'checkpoint' | 'restored';
  readonly checkpoint: Checkpoint;
  readonly signature: string;
}

const hex = '[0-9a-f]{64}';
const form = new RegExp(
  `^\\{"kind":"(checkpoint|restored)","brand":"([0-9a-f-]{36})","number":([0-9]{1,15}),"hash":"(${hex})","at":"([0-9T:.-]{26})\\+00:00"` +
    `(?:,"previous_number":([0-9]{1,15}),"previous_hash":"(${hex})")?,"key":"(${hex})"` +
    `(?:,"former_key":"(${hex})","endorsement":"([^"]+)")?,"signature":"([^"]+)"\\}$`,
);

/** A signed line, whose signatures are not checked yet. `undefined` for any other text. */
export function parseSignedLine(line: string): SignedLine | undefined {
  const found = form.exec(line);
  if (!found) return undefined;
  const [, kind, brand, number, hash = '', at, beforeNumber, beforeHash = '', key = '', former, by = ''] =
    found;
  const previous =
    beforeNumber === undefined ? undefined : { number: Number(beforeNumber), hash: beforeHash };
  const endorsement = former === undefined ? undefined : { key: former, signature: by };
  return {
    kind: kind as SignedLine['kind'],
    checkpoint: {
      brand: brand as BrandId,
      number: Number(number),
      hash,
      at: at as Instant,
      key,
      previous,
      endorsement,
    },
    signature: found[11] ?? '',
  };
}

/** Whether the line is signed by the key that it names. */
export function isLineSigned(line: Buffer, { checkpoint, signature }: SignedLine): boolean {
  return isSignedBy(checkpoint.key, line.subarray(0, line.length - signatureTailBytes), signature);
}

/** The former key that endorses this line's key. `undefined` if there is none. */
export function endorserOf({ checkpoint }: SignedLine): string | undefined {
  const { endorsement, ...rest } = checkpoint;
  if (!endorsement) return undefined;
  const text = Buffer.from(endorsedText(rest, endorsement.key), 'latin1');
  return isSignedBy(endorsement.key, text, endorsement.signature) ? endorsement.key : undefined;
}
