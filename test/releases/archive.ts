import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';

/** Data directories of released versions, each stopped after its first start: a tar, compressed with brotli. */

export const releaseFile = (version: string): string =>
  fileURLToPath(new URL(`./${version}.tar.br`, import.meta.url));

/** The four databases of a data directory are much alike, and far apart in the file. */
const { BROTLI_PARAM_LARGE_WINDOW, BROTLI_PARAM_LGWIN, BROTLI_DECODER_PARAM_LARGE_WINDOW } = constants;

export async function packRelease(folder: string): Promise<Buffer> {
  const tar = spawn('tar', ['--create', '--numeric-owner', '--directory', folder, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const params = { [BROTLI_PARAM_LARGE_WINDOW]: 1, [BROTLI_PARAM_LGWIN]: 30 };
  const packed = await buffer(tar.stdout.pipe(createBrotliCompress({ params })));
  if (tar.exitCode !== 0) throw new Error(`tar ended with ${tar.exitCode}.`);
  return packed;
}

export async function unpackRelease(file: string, folder: string): Promise<void> {
  const tar = spawn('tar', ['--extract', '--numeric-owner', '--directory', folder], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(tar, 'close');
  const params = { [BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 };
  await pipeline(createReadStream(file), createBrotliDecompress({ params }), tar.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}.`);
}
