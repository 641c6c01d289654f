import type { SealContext } from '../domain/sealed-columns.ts';
import { deriveKey, keyFromBytes } from './derive.ts';
import { bytesToText, fromBase64, textToBytes, tuple } from './encoding.ts';
import { macTextOnce } from './mac.ts';
import { FORMAT, openRecord, recordVersion, sealRecord } from './record.ts';

/** The digest of a value under a name, 32 bytes in base64. It only shows whether two values are equal. */
export type Digest = (name: string, value: string) => string;

/**
 * A random key that one customer has. What it seals is sealed under the brand's key as well, so it opens only as long
 * as the customer's row exists, and a rotation of the brand's key reaches it without the customer's.
 */
export interface CustomerKey {
  readonly digest: Digest;
  /** Any text, sealed in a context, as base64. */
  seal(context: SealContext, text: string): string;
  /** Throws like `open` of the keyring. */
  open(context: SealContext, sealed: string): string;
}

/** The brand's keyring, as a customer's key uses it. */
interface Outer {
  readonly brandId: string;
  readonly nextNonce: () => Buffer;
  readonly seal: (context: SealContext, text: string) => string;
  readonly open: (context: SealContext, sealed: string) => string;
  readonly unreadable: (context: SealContext) => Error;
}

/** A customer has one key for as long as it exists. */
const onlyVersion = 1;

/** The key of these bytes, which are wiped. */
export function customerKeyOf(secret: Buffer, outer: Outer): CustomerKey {
  const digestKey = keyFromBytes(secret);
  // Most changes need digests only.
  const sealKey = () => deriveKey(digestKey, 'customer', outer.brandId);
  const aad = ({ purpose, recordId, sealNumber }: SealContext) =>
    tuple(FORMAT, purpose, outer.brandId, recordId, sealNumber);
  return {
    digest: (name, value) => macTextOnce(digestKey, tuple(name, value)),
    seal(context, text) {
      const inner = sealRecord(sealKey(), onlyVersion, outer.nextNonce(), aad(context), textToBytes(text));
      return outer.seal(context, inner.toString('base64'));
    },
    open(context, sealed) {
      const inner = fromBase64(outer.open(context, sealed));
      const plain = inner && recordVersion(inner) ? openRecord(sealKey(), aad(context), inner) : undefined;
      const text = plain && bytesToText(plain);
      if (text === undefined) throw outer.unreadable(context);
      return text;
    },
  };
}
