import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Environment } from './installation.ts';

// A backup is one file: a first line with the kind of file, a gzip stream, the signer's public key with its signature
// (32 and 64 bytes) over the SHA-256 of what is before them, and the SHA-256 of everything before it. A file of the
// first form has no signature.
// The stream contains the manifest, one line of JSON, and then the tables in the manifest's order. Each table is
// PostgreSQL's COPY text in blocks: a length of four bytes, and the bytes. An empty block ends a table, and the
// eight bytes after it are its row count.

/** A message for the operator: what is wrong with a backup, and the next step. */
export class BackupError extends OperatorError {
  override readonly name = 'BackupError';
}

/** The description of a backup, readable without any key. */
export interface Manifest {
  /** The version of Clientele that made it, and when. */
  readonly version: string;
  readonly made_at: string;
  readonly environment: Environment;
  /** The proof that checks the root key before anything is written, and the required versions of the root key. */
  readonly root_proof: string;
  readonly root_versions: readonly number[];
  readonly migrations: readonly { readonly name: string; readonly digest: string }[];
  /** Quoted SQL names. Each table comes after the tables that it refers to. */
  readonly tables: readonly { readonly name: string; readonly columns: string }[];
  /** `last` is null if a sequence has given no number yet. */
  readonly sequences: readonly { readonly name: string; readonly last: string | null }[];
}

const kind = 'clientele backup ';
/** Both forms have a first line of this length. */
const firstLine = `${kind}2\n`;
const unsignedLine = `${kind}1\n`;
const digestLength = 32;
const keyLength = 32;
const signatureLength = 64;
/** The bytes after the gzip stream. */
const trailerLength = (start: string): number =>
  digestLength + (start === firstLine ? keyLength + signatureLength : 0);

/** Signs the text that stands for a backup. */
export interface BackupSigner {
  /** The public key, 64 hex digits. */
  readonly key: string;
  /** 64 bytes in base64. */
  sign(text: string): string;
}

/** A signature over a backup, to be verified by the caller. */
export interface BackupSignature {
  readonly key: string;
  readonly text: string;
  readonly signature: string;
}

/** The text that is signed: the kind of file, and the digest of its content. */
const signedText = (content: Buffer): string => `${firstLine}${content.toString('hex')}`;

/** The bytes of a table. The row count is complete after the last byte. */
export interface TableText extends AsyncIterable<Buffer> {
  readonly rowCount: number;
}

/**
 * Writes a backup under a temporary name, readable by its owner only. The file gets its own name when it is
 * complete and on disk, so that a file of that name is never an incomplete backup.
 *
 * @returns its size in bytes. @throws BackupError if a file of that name exists.
 */
export async function writeBackupFile(
  path: string,
  manifest: Manifest,
  tables: Iterable<TableText>,
  { signer, signal }: { readonly signer: BackupSigner; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  if (existsSync(path))
    throw new BackupError(`${path} is there already. Choose another name for the backup.`);
  const draft = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    const target = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
    const packer = createGzip({ level: 1 });
    const whole = (packed: AsyncIterable<Buffer>) => withTrailer(packed, signer);
    await pipeline(content(manifest, tables), packer, whole, target, signal ? { signal } : {});
    await rename(draft, path);
    await syncFolder(dirname(path));
    return target.bytesWritten;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw explained(error, path);
  }
}

/** Turns file system errors that an operator can solve into a message with the next step. */
function explained(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined;
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new BackupError(`There is no room for ${path}. Free some space, or choose another disk.`);
  return new BackupError(`${path} cannot be written (${code}). Choose a place that can be.`);
}

async function* content(manifest: Manifest, tables: Iterable<TableText>): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(manifest)}\n`);
  for (const table of tables) {
    for await (const bytes of table) {
      if (bytes.length === 0) continue;
      yield lengthOf(bytes.length);
      yield bytes;
    }
    yield lengthOf(0);
    const rows = Buffer.alloc(8);
    rows.writeBigUInt64BE(BigInt(table.rowCount));
    yield rows;
  }
}

function lengthOf(count: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(count);
  return length;
}

async function* withTrailer(packed: AsyncIterable<Buffer>, signer: BackupSigner): AsyncGenerator<Buffer> {
  const digest = createHash('sha256').update(firstLine);
  yield Buffer.from(firstLine);
  for await (const bytes of packed) {
    digest.update(bytes);
    yield bytes;
  }
  const text = signedText(digest.copy().digest());
  const signed = Buffer.concat([Buffer.from(signer.key, 'hex'), Buffer.from(signer.sign(text), 'base64')]);
  digest.update(signed);
  yield signed;
  yield digest.digest();
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** A complete and undamaged backup, open for one read from beginning to end. */
export interface BackupReading {
  readonly manifest: Manifest;
  /** `undefined` in a file of the first form. */
  readonly signed: BackupSignature | undefined;
  /** The size of the file in bytes, and the bytes that have been read. */
  readonly size: number;
  readonly position: number;
  /** The next table's text. The caller reads it to its end before any other call. */
  table(): AsyncIterable<Buffer>;
  /** After a table: how many rows it had. */
  rowCount(): Promise<number>;
  /**
   * After the last table: the file can be changed while it is read, also after its checksum and its signature were
   * checked. @throws BackupError unless what was read is what was checked.
   */
  requireUnchanged(): Promise<void>;
  close(): void;
}

/**
 * Opens a backup and reads it once in full to check its checksum. The file stays open, so that another one that takes
 * its place is not read. `opened` is the file where the path names a pipe.
 *
 * @throws BackupError unless it is complete.
 */
export async function openBackupFile(path: string, opened?: FileHandle): Promise<BackupReading> {
  const file =
    opened ??
    (await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      throw new BackupError(
        error.code === 'ENOENT'
          ? `There is no file ${path}. Name the backup to restore from.`
          : `${path} cannot be read (${error.code}). Check who may read it.`,
      );
    }));
  try {
    return await openChecked(path, file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openChecked(path: string, file: FileHandle): Promise<BackupReading> {
  const { size } = await file.stat();
  const [start, trailer] = await readEnds(file, size);
  if (start !== firstLine && start !== unsignedLine) {
    throw new BackupError(
      start.startsWith(kind)
        ? `${path} has a form that this version does not know: a newer one made it. Restore with that version, or a newer one.`
        : `${path} is not a backup of Clientele. Name a file that clientele backup has made.`,
    );
  }
  const end = size - trailerLength(start);
  if (end <= start.length) throw damaged(path);
  const digest = createHash('sha256');
  for await (const bytes of bytesOf(file, 0, end)) digest.update(bytes as Buffer);
  const content = digest.copy().digest();
  const signed = trailer.subarray(0, -digestLength);
  const whole = digest.update(signed).digest();
  if (!whole.equals(trailer.subarray(-digestLength))) throw damaged(path);
  const signature = signed.length === 0 ? undefined : signatureIn(signed, content);
  return beginReading({ path, file, size, start, end, content, signed: signature });
}

/** The bytes of a file from one place up to another. The file stays open. */
const bytesOf = (file: FileHandle, start: number, end: number) =>
  file.createReadStream({ start, end: end - 1, autoClose: false });

/** A backup whose bytes have the right checksum. */
interface CheckedFile extends Pick<BackupReading, 'size' | 'signed'> {
  readonly path: string;
  readonly file: FileHandle;
  /** The first line. */
  readonly start: string;
  /** Where the gzip stream ends. */
  readonly end: number;
  /** The SHA-256 of everything up to there. */
  readonly content: Buffer;
}

const signatureIn = (signed: Buffer, content: Buffer): BackupSignature => ({
  key: signed.toString('hex', 0, keyLength),
  text: signedText(content),
  signature: signed.toString('base64', keyLength),
});

/** The first line, and what follows the gzip stream. */
async function readEnds(file: FileHandle, size: number): Promise<readonly [string, Buffer]> {
  const line = Buffer.alloc(firstLine.length);
  const { bytesRead } = await file.read(line, 0, line.length, 0);
  const start = line.toString('latin1', 0, bytesRead);
  const trailer = Buffer.alloc(trailerLength(start));
  await file.read(trailer, 0, trailer.length, Math.max(0, size - trailer.length));
  return [start, trailer];
}

const damaged = (path: string) =>
  new BackupError(
    `${path} is damaged or was cut short: its checksum does not fit. Use another copy of it, or another backup.`,
  );

async function beginReading(checked: CheckedFile): Promise<BackupReading> {
  const { path, file, size, start, end, content, signed } = checked;
  const packed = bytesOf(file, start.length, end);
  const again = createHash('sha256').update(start);
  packed.on('data', (bytes) => again.update(bytes));
  const unpacked = packed.pipe(createGunzip());
  packed.on('error', (error) => unpacked.destroy(error));
  const chunks = unpacked[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);

  async function more(): Promise<void> {
    const { done, value } = await chunks.next();
    if (done) throw damaged(path);
    held = held.length === 0 ? value : Buffer.concat([held, value]);
  }
  async function take(count: number): Promise<Buffer> {
    while (held.length < count) await more();
    const part = held.subarray(0, count);
    held = held.subarray(count);
    return part;
  }
  async function line(): Promise<string> {
    while (!held.includes(0x0a)) await more();
    return (await take(held.indexOf(0x0a) + 1)).toString();
  }
  async function* block(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (held.length === 0) await more();
      const part = await take(Math.min(left, held.length));
      left -= part.length;
      yield part;
    }
  }

  return {
    manifest: JSON.parse(await line()) as Manifest,
    signed,
    size,
    get position() {
      return firstLine.length + packed.bytesRead;
    },
    async *table() {
      for (let length = await nextLength(); length > 0; length = await nextLength()) yield* block(length);
    },
    rowCount: async () => Number((await take(8)).readBigUInt64BE()),
    async requireUnchanged() {
      // What may follow the end of the gzip stream.
      packed.unpipe();
      packed.resume();
      await finished(packed, { writable: false });
      if (!again.digest().equals(content))
        throw new BackupError(
          `${path} was changed while it was read, so nothing was restored. Copy the backup to where only you can write, and restore that copy.`,
        );
    },
    close() {
      unpacked.destroy();
      packed.destroy();
      void file.close().catch(() => undefined);
    },
  };

  async function nextLength(): Promise<number> {
    return (await take(4)).readUInt32BE();
  }
}
