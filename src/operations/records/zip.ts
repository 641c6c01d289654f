import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Entry, ZipFile as ZipReader } from 'yauzl';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';

// ZIP files as streams: a piece of one entry is in memory at a time, both ways.

interface ZipEntry {
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

/** The bytes of a ZIP file, while its entries are made, one after the other. */
export async function* zipped(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const stop = (error?: Error) => void output.destroy(error);
  zip.on('error', stop);
  let current: Readable | undefined;
  const feed = async () => {
    for await (const { name, content } of entries) {
      current = Readable.from(content, { objectMode: false });
      zip.addReadStream(current, name, { mode: 0o100600, compress: name.endsWith('.json') });
      await finished(current);
    }
    zip.end();
  };
  const fed = feed().catch(stop);
  try {
    for await (const piece of output) yield piece as Buffer;
  } finally {
    // A reader that leaves early leaves the entry that is being made.
    stop();
    current?.destroy();
    await fed;
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
