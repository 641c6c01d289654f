#!/usr/bin/env node
// The command line's door. What is not built yet, or is older than its sources, is built first: that makes
// `npm ci --ignore-scripts` and a fresh `git pull` work like a full install.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return time;
}

const stamp = `${root}dist/built`;
const sources = `${root}src`;
const stale = existsSync(sources) && (!existsSync(stamp) || statSync(stamp).mtimeMs < newest(sources));
if (stale) {
  const { buildProgram } = await import('../scripts/build.js');
  await buildProgram();
}
await import('../dist/clientele.js');
