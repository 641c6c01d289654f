#!/usr/bin/env node
// Runs the command line from dist/. A checkout that has no dist/ yet, for instance after `npm ci
// --ignore-scripts`, is built first. Sources that are newer than dist/ are not: `npm run build` does that.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const oldest = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  console.error(
    `Clientele needs Node ${oldest.join('.')} or newer, and this is ${process.version}. Install a newer Node.`,
  );
  process.exit(1);
}

const program = new URL('../dist/clientele.js', import.meta.url);
if (!existsSync(program)) {
  console.error('Building Clientele from its sources …');
  // A process of its own, so that the compiler ends with the build.
  const builder = fileURLToPath(new URL('../scripts/build.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [builder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(1);
}
await import(program.href);
