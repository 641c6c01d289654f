// Bundles the program into dist/, so that `node bin/clientele.js` needs no TypeScript loader at run time.
// Dependencies are bundled too: loading their thousand files takes each command a second, the bundle a fifth
// of that. Every dynamic import becomes a chunk of its own, so that a short command does not load
// the whole server.
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole, PackagesMissing } from './build-console.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const entry = join(dist, 'clientele.js');

/** Milliseconds for which an earlier build is kept: a program that runs from it may still load a chunk. */
const keptFor = 3_600_000;

/**
 * Builds `dist/` from `src/`. Several processes may build at the same time, and programs may run from dist/
 * during a build: each build has its own folder, and `dist/clientele.js`, which is replaced atomically, imports
 * the newest. Throws esbuild's own error, which names file and line.
 */
async function buildProgram() {
  const { build } = await import('esbuild');
  const name = randomBytes(8).toString('hex');
  const folder = join(dist, name);
  await mkdir(folder, { recursive: true });
  try {
    await build({
      absWorkingDir: root,
      entryPoints: {
        clientele: 'src/cli/clientele.ts',
        // Threads start from files of their own.
        'import-thread': 'src/operations/customers/importing/thread.ts',
      },
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      // Node 20 has no `navigator`. Without one, pg makes a Response to find out where it runs, which loads all of fetch.
      define: { navigator: '{"userAgent":"Node.js"}' },
      // The reference page's package reads its script from its own folder. pg works without its native part.
      external: ['@scalar/*', 'pg-native'],
      banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
      sourcemap: true,
      logLevel: 'silent',
    });
    await copyData(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  await writeFile(join(folder, 'entry.js'), `import './${name}/clientele.js';\n`);
  await rename(join(folder, 'entry.js'), entry);
  return folder;
}

/** The folder of the console, or nothing if its packages are not installed: the service works without it. */
async function buildConsoleIfPossible() {
  try {
    return await buildConsole();
  } catch (error) {
    if (!(error instanceof PackagesMissing)) throw error;
    console.error('The console is not built, because its packages are not installed.');
    return undefined;
  }
}

/** Files that code reads from its own folder, such as the migrations. They keep their path below that folder. */
async function copyData(folder) {
  const sources = join(root, 'src');
  for (const file of await readdir(sources, { recursive: true })) {
    const [, ...inside] = file.split(sep);
    if (extname(file) === '' || extname(file) === '.ts' || inside.length === 0) continue;
    await cp(join(sources, file), join(folder, ...inside));
  }
}

async function removeEarlier(kept) {
  const before = Date.now() - keptFor;
  for (const other of await readdir(dist)) {
    const path = join(dist, other);
    if (kept.includes(path) || path === entry) continue;
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
}

try {
  const built = await Promise.all([buildProgram(), buildConsoleIfPossible()]);
  await removeEarlier(built.filter(Boolean));
} catch (error) {
  console.error(`Clientele could not be built: ${error.message}`);
  console.error(
    'Install all of its packages with `npm ci`, as the user who owns the folder, then start again.',
  );
  process.exitCode = 1;
}
