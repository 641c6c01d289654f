import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Entry, ZipFile as ZipReader } from 'yauzl';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import type { Write } from '../../private-file.ts';

// ZIP files as streams: a piece of one entry is in memory at a time, both ways.

interface ZipEntry {
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

/** Writes the entries as they are made, one after the other. */
export async function writeZip(entries: AsyncIterable<ZipEntry>, write: Write): Promise<void> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const written = (async () => {
    for await (const piece of output) await write(piece as Buffer);
  })();
  // Both are waited for below.
  written.catch(() => undefined);
  zip.on('error', () => undefined);
  try {
    for await (const { name, content } of entries) {
      const stream = Readable.from(content, { objectMode: false });
      zip.addReadStream(stream, name, { mode: 0o100600, compress: name.endsWith('.json') });
      await Promise.race([finished(stream), written]);
    }
    zip.end();
    await written;
  } catch (error) {
    output.destroy();
    throw error;
  }
}

/** The entries of a ZIP file, in order. Each has to be read before the next. @throws Error where it is no ZIP file. */
export async function* readZip(path: string): AsyncGenerator<ZipEntry> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    for (let entry = await nextEntry(zip); entry; entry = await nextEntry(zip))
      yield { name: entry.fileName, content: contentOf(zip, entry) };
  } finally {
    zip.close();
  }
}

const nextEntry = (zip: ZipReader): Promise<Entry | undefined> =>
  new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      zip.removeAllListeners();
      done();
    };
    zip.once('entry', (entry: Entry) => settle(() => resolve(entry)));
    zip.once('end', () => settle(() => resolve(undefined)));
    zip.once('error', (error: Error) => settle(() => reject(error)));
    zip.readEntry();
  });

async function* contentOf(zip: ZipReader, entry: Entry): AsyncGenerator<Buffer> {
  for await (const piece of await zip.openReadStreamPromise(entry)) yield piece as Buffer;
}
