import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import metadata from '#package' with { type: 'json' };
import { packRelease, releaseFile } from '../test/releases/archive.ts';

// Keeps a data directory of this version for the tests of later ones: `npm run keep-release`, once for each release.

const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'clientele-release-'));
const dataDir = join(folder, 'data');
const server = spawn(process.execPath, [join(repository, 'bin/clientele.js'), 'serve'], {
  env: { PATH: process.env['PATH'], CLIENTELE_DATA_DIR: dataDir, CLIENTELE_PORT: '0' },
  stdio: ['ignore', 'ignore', 'pipe'],
});
const ended = once(server, 'close');
let said = '';
server.stderr.setEncoding('utf8').on('data', (part) => {
  const isReady = said.includes('Stop with Ctrl-C');
  said += part;
  // A second signal would not wait for the running work.
  if (!isReady && said.includes('Stop with Ctrl-C')) server.kill('SIGTERM');
});
const [code] = await ended;
if (code !== 0) throw new Error(`The server ended with ${code}: ${said}`);
const packed = await packRelease(dataDir);
writeFileSync(releaseFile(metadata.version), packed);
rmSync(folder, { recursive: true });
console.error(`Kept ${(packed.length / 1_000_000).toFixed(1)} MB in ${releaseFile(metadata.version)}.`);
