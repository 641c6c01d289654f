import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A value that must not be there, in a spelling in which it was. */
export interface Finding {
  readonly where: string;
  readonly value: string;
  readonly spelling: string;
}

export interface Scanner {
  /** How many byte strings it looks for. */
  readonly spellings: number;
  scan(bytes: Buffer, where: string): readonly Finding[];
}

interface Needle {
  readonly bytes: Buffer;
  readonly value: string;
  readonly spelling: string;
}

/**
 * Looks for many values at once, each in every spelling in which text comes to lie in files: as it is, in small and
 * capital letters, with and without dashes, in two widths, in hex, in base64 at every alignment, in URLs. Values are
 * at least eight characters of ASCII, so that nothing is found by chance.
 */
export function scannerFor(values: readonly string[]): Scanner {
  const byStart = new Map<number, Needle[]>();
  // One bit for each hash of a beginning: almost every place in a file is passed over by this alone.
  const starts = new Uint8Array(2 ** 22);
  const mark = starts.length * 8 - 1;
  let spellings = 0;
  for (const value of new Set(values)) {
    if (!/^[ -~]{8,}$/.test(value)) throw new Error('A canary is at least eight characters of ASCII.');
    for (const needle of spell(value)) {
      const [head, tail] = [needle.bytes.readInt32BE(0), needle.bytes.readUInt16BE(4)];
      const hash = hashOf(head, tail) & mark;
      starts[hash >> 3] = (starts[hash >> 3] as number) | (1 << (hash & 7));
      const start = startOf(head, tail);
      byStart.set(start, [...(byStart.get(start) ?? []), needle]);
      spellings += 1;
    }
  }
  return {
    spellings,
    scan(bytes, where) {
      const found: Finding[] = [];
      let [head, tail] = [0, 0];
      for (let at = 0; at < bytes.length; at++) {
        // The six bytes that end here.
        head = (head << 8) | (tail >> 8);
        tail = ((tail << 8) | (bytes[at] as number)) & 0xffff;
        const hash = hashOf(head, tail) & mark;
        if (((starts[hash >> 3] as number) & (1 << (hash & 7))) === 0) continue;
        for (const { bytes: needle, value, spelling } of byStart.get(startOf(head, tail)) ?? []) {
          const from = at - 5;
          if (from >= 0 && needle.equals(bytes.subarray(from, from + needle.length)))
            found.push({ where, value, spelling });
        }
      }
      return found;
    },
  };
}

const hashOf = (head: number, tail: number): number =>
  (Math.imul(head, 0x9e3779b1) ^ Math.imul(tail, 0x85ebca6b)) >>> 7;

/** Six bytes as one number. */
const startOf = (head: number, tail: number): number => head * 0x10000 + tail;

function spell(value: string): readonly Needle[] {
  const needles = new Map<string, Needle>();
  const add = (bytes: Buffer, spelling: string) => {
    const text = bytes.toString('latin1');
    if (!needles.has(text)) needles.set(text, { bytes, value, spelling });
  };
  const forms = new Set([value, value.toLowerCase(), value.toUpperCase()]);
  if (/^[0-9-]+$/.test(value)) forms.add(value.replaceAll('-', ''));
  for (const form of forms) {
    const utf8 = Buffer.from(form);
    const wide = Buffer.from(form, 'utf16le');
    add(utf8, 'UTF-8');
    add(wide, 'UTF-16LE');
    add(Buffer.from(wide).swap16(), 'UTF-16BE');
    add(Buffer.from(utf8.toString('hex')), 'hex');
    add(Buffer.from(utf8.toString('hex').toUpperCase()), 'HEX');
    add(Buffer.from(encodeURIComponent(form)), 'URL');
    add(Buffer.from(encodeURIComponent(form).replaceAll('%20', '+')), 'URL');
    for (const shift of [0, 1, 2]) {
      const aligned = Buffer.concat([Buffer.alloc(shift), utf8]);
      // Only the characters in which nothing but the value takes part.
      const [first, last] = [Math.ceil((shift * 8) / 6), Math.floor((aligned.length * 8) / 6)];
      add(Buffer.from(aligned.toString('base64').slice(first, last)), `base64 + ${shift}`);
      add(Buffer.from(aligned.toString('base64url').slice(first, last)), `base64url + ${shift}`);
    }
  }
  return [...needles.values()];
}

/** Scans every file below a folder. Returns also how much that was, because a scan of nothing finds nothing. */
export async function scanFolder(
  scanner: Scanner,
  folder: string,
): Promise<{
  readonly found: readonly Finding[];
  readonly bytes: number;
  readonly files: readonly string[];
}> {
  const found: Finding[] = [];
  const files: string[] = [];
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A running server removes files at any time.
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    bytes += content.length;
    files.push(path.slice(folder.length + 1));
    found.push(...scanner.scan(content, path));
  }
  return { found, bytes, files };
}
