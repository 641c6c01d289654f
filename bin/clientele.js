#!/usr/bin/env node
// The command line's door. What is not built yet, or differs from its sources, is built first: that makes
// `npm ci --ignore-scripts` and a fresh `git pull` work like a full install.
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

const builder = fileURLToPath(new URL('../scripts/build.js', import.meta.url));
if (existsSync(builder)) {
  const { isStale, isBuilt, buildProgram } = await import(builder);
  if (isStale()) {
    console.error('Building Clientele from its sources …');
    try {
      await buildProgram();
    } catch (error) {
      // A checkout that this user may not write to runs as it was built.
      const mayNotWrite = ['EACCES', 'EPERM', 'EROFS'].includes(error.code);
      if (!mayNotWrite || !isBuilt()) {
        console.error(`Clientele could not be built: ${error.message}`);
        console.error(
          'Install its packages with `npm ci` as the user who owns the folder, then start again.',
        );
        process.exit(1);
      }
      console.error(
        `The sources have changed, but nothing can be written here (${error.code}): running the earlier build.`,
      );
    }
  }
}
await import('../dist/clientele.js');
