const { dirname, join } = require('node:path');
const { createServer } = require('node:net');

/**
 * Medusa as its commands `db:migrate` and `start` run it, without the pages for administrators, and with its modules in
 * memory, where it would use Redis in several processes. Its log has warnings only.
 *
 * `PEER_DATABASE`: host, port, user, password and database as JSON. `PEER_KEY`: the secret of its signed tokens.
 * The argument is `migrate` or `start`.
 */

const commands = join(dirname(require.resolve('@medusajs/medusa/package.json')), 'dist/commands');
const directory = __dirname;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start() {
  const port = await freePort();
  void require(join(commands, 'start.js')).default({ directory, port, host: '127.0.0.1' });
  for (;;) {
    const answered = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answered?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.stderr.write(`port ${port}\n`);
}

const migrate = () =>
  require(join(commands, 'db/migrate.js')).default({
    directory,
    skipScripts: true,
    skipSearch: true,
    executeAllLinks: true,
    executeSafeLinks: true,
  });

void (process.argv[2] === 'migrate' ? migrate() : start());
