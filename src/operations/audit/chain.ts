import { hash } from 'node:crypto';
import { entryText, originText } from '../../domain/audit/checkpoint.ts';
import type { BrandId } from '../../domain/ids.ts';

/** An entry with its number: the text that is hashed, and the hash that the next entry continues from. */
export interface Link {
  readonly text: string;
  readonly hash: string;
}

export function linked(number: number, previous: string, body: string): Link {
  const text = entryText(number, previous, body);
  return { text, hash: sha256(text) };
}

/** The previous hash of a brand's first entry. */
export const firstPreviousHash = (brand: BrandId): string => sha256(originText(brand));

const sha256 = (text: string): string => hash('sha256', text, 'hex');
