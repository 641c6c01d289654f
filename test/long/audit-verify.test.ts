import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { verifyTrail } from '../../src/operations/audit/verify.ts';
import { linesOf, newBrand, newSigner } from '../audit/trail.ts';

const entries = 1_000_000;

test('a million entries are verified from a file in under 15 seconds, in flat memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientele-audit-'));
  try {
    const path = join(folder, 'trail.ndjson');
    const signer = newSigner();
    const brand = newBrand();
    await pipeline(Readable.from(linesOf({ brand, signer, entries, every: 1_000 })), createWriteStream(path));
    const before = process.memoryUsage().rss;
    const began = performance.now();
    const file = createReadStream(path, { highWaterMark: 1_048_576 });
    const verdict = await verifyTrail(file, { keys: new Set([signer.key]) });
    const seconds = (performance.now() - began) / 1_000;
    const grown = (process.memoryUsage().rss - before) / 1_048_576;
    expect(verdict).toMatchObject({ whole: true, brand, from: 1, to: entries });
    expect(seconds).toBeLessThan(15);
    expect(grown).toBeLessThan(200);
    console.info(
      `${entries} entries, ${Math.round(statSync(path).size / 1_048_576)} MiB, in ${seconds.toFixed(1)} s; memory grew by ${Math.round(grown)} MiB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
