// Bundles the program into dist/, so that `node bin/clientele.js` needs no TypeScript loader at run time.
// Dependencies stay outside the bundle; every dynamic import becomes a chunk of its own, so that a short
// command does not load the whole server.
import { cp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds `dist/` from `src/`. Throws esbuild's own error, which names file and line. */
export async function buildProgram() {
  await rm(`${root}dist`, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/clientele.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
  await cp(`${root}src/store/migrations`, `${root}dist/migrations`, { recursive: true });
  await writeFile(`${root}dist/built`, `${new Date().toISOString()}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildProgram();
