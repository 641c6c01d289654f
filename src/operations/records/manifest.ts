import { createHash } from 'node:crypto';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import { isSignedBy } from '../../vault/signer.ts';

/** What vouches for a customer's file: the digest of every other file in it, signed with the key of the audit trail. */

export const manifestName = 'manifest.json';
export const signatureName = 'manifest.sig';

/** One file of a customer's file. Its content is made as it is read, once. */
export interface FileEntry {
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

export interface Listed {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly kind: 'customer file';
  readonly bond_brand_id: BrandId;
  readonly brand: string;
  readonly customer_id: CustomerId;
  readonly date_made: string;
  /** The public key of the signature. */
  readonly key: string;
  readonly files: readonly Listed[];
}

/** The same pieces. When they have been read, `done` is told their size and digest. */
export async function* digested(
  name: string,
  pieces: AsyncIterable<Buffer>,
  done: (listed: Listed) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    size += piece.length;
    yield piece;
  }
  done({ name, size, sha256: hash.digest('hex') });
}

export const manifestText = (manifest: Manifest): string => `${asciiJson(manifest)}\n`;

/** What is wrong with a customer's file, or what its manifest says. */
export type FileVerdict =
  | { readonly whole: true; readonly manifest: Manifest }
  | { readonly whole: false; readonly problem: string };

/**
 * Compares what was found in a file with its manifest, both ways.
 *
 * @param keys public keys that are trusted; without them any key will do.
 */
export function verdictOn(
  text: string | undefined,
  signature: string | undefined,
  found: readonly Listed[],
  keys: ReadonlySet<string> | undefined,
): FileVerdict {
  if (text === undefined || signature === undefined)
    return broken(`${text === undefined ? manifestName : signatureName} is missing.`);
  const manifest = parsed(text);
  if (!manifest) return broken(`${manifestName} is not a manifest of a customer's file.`);
  if (!isSignedBy(manifest.key, Buffer.from(text, 'latin1'), signature.trim()))
    return broken(`The signature of ${manifestName} does not fit: the manifest was changed.`);
  if (keys && !keys.has(manifest.key))
    return broken(`The manifest is signed by ${manifest.key}, which is none of the given keys.`);
  const listed = new Map(manifest.files.map((one) => [one.name, one]));
  for (const { name, sha256 } of found) {
    const known = listed.get(name);
    if (!known) return broken(`${name} is not in the manifest.`);
    if (known.sha256 !== sha256) return broken(`${name} was changed: its digest is ${sha256}.`);
    if (!listed.delete(name)) return broken(`${name} is there twice.`);
  }
  const [missing] = listed.keys();
  return missing === undefined ? { whole: true, manifest } : broken(`${missing} is missing.`);
}

const broken = (problem: string): FileVerdict => ({ whole: false, problem });

function parsed(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Manifest;
    const isManifest = manifest.kind === 'customer file' && Array.isArray(manifest.files);
    return isManifest && typeof manifest.key === 'string' ? manifest : undefined;
  } catch {
    return undefined;
  }
}
