import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ConsoleBuild } from './pages.ts';

/**
 * Finds the built console, and builds it if its sources have changed since. A process of its own does this, so that
 * the compiler ends with the build. A release has no sources: its build is taken as it is.
 */
export async function findConsoleBuild(): Promise<ConsoleBuild> {
  const root = dirname(createRequire(import.meta.url).resolve('#package'));
  const builder = join(root, 'scripts/build-console.js');
  if (existsSync(join(root, 'console/package.json')) && existsSync(builder)) return build(builder);
  return newestBuild(join(root, 'dist'));
}

const advice =
  'Install its packages with npm ci in the folder of Clientele, as the user who owns it, then start Clientele again.';

const build = (builder: string): Promise<ConsoleBuild> =>
  new Promise((resolve) => {
    execFile(process.execPath, [builder], (error, stdout) => {
      resolve(error ? { missing: advice } : { folder: stdout.trim() });
    });
  });

async function newestBuild(dist: string): Promise<ConsoleBuild> {
  const names = (await readdir(dist)).filter((name) => name.startsWith('console-'));
  const builds = await Promise.all(
    names.map(async (name) => ({ folder: join(dist, name), at: (await stat(join(dist, name))).mtimeMs })),
  );
  const [newest] = builds.sort((one, other) => other.at - one.at);
  return newest ?? { missing: advice };
}
