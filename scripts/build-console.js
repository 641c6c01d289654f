// Bundles the console into dist/console-DIGEST/. The digest is of everything that the build is made from, so a folder
// with the right name is never stale. Run directly, it prints the folder that is the console of these sources.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'console');
const dist = join(root, 'dist');

/** What the exit code of this script says when packages of the console are not installed. */
const packagesMissing = 3;

/** Thrown if the packages of the console are not installed. The service works without its console. */
export class PackagesMissing extends Error {
  name = 'PackagesMissing';
}

/**
 * Builds the console unless it is built already, and returns its folder. Several processes may do this at the same
 * time: each has a folder of its own until it has the whole console.
 *
 * @throws PackagesMissing
 */
export async function buildConsole() {
  const folder = join(dist, `console-${await digestOfSources()}`);
  if (await stat(folder).catch(() => undefined)) {
    // Builds that were not used for long are removed.
    await utimes(folder, new Date(), new Date()).catch(() => undefined);
    return folder;
  }
  const unfinished = join(dist, `unfinished-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(join(unfinished, 'assets'), { recursive: true });
    await bundle(unfinished);
    await rename(unfinished, folder).catch(async (error) => {
      // Another process was faster.
      if (!(await stat(folder).catch(() => undefined))) throw error;
    });
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function digestOfSources() {
  const digest = createHash('sha256');
  const files = (await readdir(sources, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith('.md'));
  for (const file of [...files.sort(), fileURLToPath(import.meta.url), join(root, 'package-lock.json')]) {
    const content = await readFile(file).catch(() => '');
    digest.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return digest.digest('hex').slice(0, 20);
}

async function bundle(folder) {
  const built = await runEsbuild();
  const assets = join(folder, 'assets');
  let script = '';
  for (const { path, contents } of built.outputFiles) {
    const name = basename(path);
    // Each entry has a style sheet of its own; `styles` has all of them, once and in a fixed order.
    if (name.endsWith('.css') || name.startsWith('styles-')) continue;
    if (name.startsWith('main-')) script = name;
    await writeFile(join(assets, name), contents);
  }
  const style = built.outputFiles.find(({ path }) => /styles-\w+\.css$/.test(path));
  const names = {
    'main.js': script,
    'main.css': await hashed(assets, 'main.css', style.text),
    'theme.js': await hashed(assets, 'theme.js', await readFile(join(sources, 'theme.js'), 'utf8')),
    'icon.svg': await hashed(assets, 'icon.svg', await readFile(join(sources, 'icon.svg'), 'utf8')),
  };
  let html = await readFile(join(sources, 'index.html'), 'utf8');
  for (const [name, as] of Object.entries(names)) {
    if (!html.includes(`assets/${name}"`)) throw new Error(`console/index.html does not load ${name}.`);
    html = html.replaceAll(`assets/${name}"`, `assets/${as}"`);
  }
  await writeFile(join(folder, 'index.html'), html);
}

async function runEsbuild() {
  try {
    const { build } = await import('esbuild');
    return await build({
      absWorkingDir: sources,
      entryPoints: { main: 'src/main.tsx', styles: 'styles' },
      outdir: 'assets',
      entryNames: '[name]-[hash]',
      chunkNames: '[name]-[hash]',
      write: false,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: ['chrome123', 'firefox128', 'safari17.5'],
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [allStyles],
      logLevel: 'silent',
    });
  } catch (error) {
    const isMissing =
      error.code === 'ERR_MODULE_NOT_FOUND' ||
      error.errors?.some(({ text }) => /^Could not resolve "(?!\.|styles)/.test(text));
    throw isMissing ? new PackagesMissing(error.message) : error;
  }
}

/** The entry that has every style: tokens, base, the kit, then the rest by name. */
const allStyles = {
  name: 'all-styles',
  setup(build) {
    build.onResolve({ filter: /^styles$/ }, ({ path }) => ({ path, namespace: 'all-styles' }));
    build.onLoad({ filter: /.*/, namespace: 'all-styles' }, async () => {
      const files = (await readdir(join(sources, 'src'), { recursive: true })).filter((file) =>
        file.endsWith('.module.css'),
      );
      const rank = (file) => (file.startsWith('kit') ? 0 : 1);
      files.sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
      const ordered = ['styles/tokens.css', 'styles/base.css', ...files];
      return {
        contents: ordered.map((file) => `import './${file.replaceAll('\\', '/')}';`).join('\n'),
        resolveDir: join(sources, 'src'),
      };
    });
  },
};

/** Writes a file under a name that has its digest, and returns the name. */
async function hashed(folder, name, text) {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  const as = name.replace('.', `-${digest}.`);
  await writeFile(join(folder, as), text);
  return as;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(await buildConsole());
  } catch (error) {
    console.error(error.message);
    process.exitCode = error instanceof PackagesMissing ? packagesMissing : 1;
  }
}
