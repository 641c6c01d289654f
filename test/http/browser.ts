import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** A real Chromium without a window. */
export interface OpenBrowser {
  /** A page in a context of its own: no cookies, no storage and no cache of another page. */
  page(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/** What Debian and Ubuntu call the libraries that Chromium needs beyond a bare system. */
const packages = 'libnss3 libexpat1';

/** @throws Error naming the packages to install where Chromium cannot start for want of a library. */
export async function openBrowser(): Promise<OpenBrowser> {
  const which =
    process.platform === 'linux' && process.arch === 'x64'
      ? { executablePath: await unpackedChromium() }
      : { channel: 'chrome' };
  const browser = await chromium
    .launch({ ...which, args: ['--no-sandbox', '--disable-gpu'] })
    .catch((error: unknown) => {
      throw explained(error);
    });
  return {
    page: async (options = {}) => (await browser.newContext(options)).newPage(),
    close: () => browser.close(),
  };
}

function explained(error: unknown): unknown {
  const library = /error while loading shared libraries: ([^:\s]+):/.exec(String(error))?.[1];
  if (library === undefined) return error;
  return new Error(
    `Chromium cannot start: the system has no usable ${library}. Install what it needs: apt-get install -y ${packages}`,
    { cause: error },
  );
}

/** The browser of the npm package, unpacked once for all runs. The first process puts it in place atomically. */
async function unpackedChromium(): Promise<string> {
  const require = createRequire(import.meta.url);
  const packageFolder = join(dirname(require.resolve('@sparticuz/chromium')), '..');
  const { version } = require(join(packageFolder, 'package.json')) as { version: string };
  const folder = fileURLToPath(new URL('../../node_modules/.cache/clientele', import.meta.url));
  const path = join(folder, `chromium-${version}`);
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return path;

  await mkdir(folder, { recursive: true });
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await pipeline(
      createReadStream(join(packageFolder, 'bin/chromium.br')),
      createBrotliDecompress(),
      createWriteStream(unfinished, { mode: 0o755 }),
    );
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return path;
}
