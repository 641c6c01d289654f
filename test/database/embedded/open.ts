// A process of its own that opens the embedded server, as `clientele serve` or a command would. Its argument is
// the options as JSON; it reports as lines of JSON, ends on SIGINT or on a line `stop`, and never by itself
// unless told to `leave` when it is ready, without a word to the server.
import pg from 'pg';
import { openEmbedded } from '../../../src/store/embedded/server.ts';

const { write, leave, ...options } = JSON.parse(process.argv[2] ?? '{}');
const say = (event: string, more: object = {}) =>
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

// The server does not keep its process alive.
const alive = setInterval(() => {}, 1_000);

try {
  const server = await openEmbedded({ ...options, notice: (sentence) => say('notice', { sentence }) });
  const { host, port, owner, database, started, pid } = server;
  const stop = async () => {
    await server.stop();
    say('stopped');
    process.exit(0);
  };
  server.onRestart(() => say('restart', { pid: server.pid }));
  process.on('SIGINT', stop);
  if (leave) clearInterval(alive);
  else process.stdin.on('data', stop);
  if (write) {
    const client = new pg.Client({ host, port, ...owner, database, ssl: false });
    client.on('error', () => {});
    await client.connect();
    await client.query('create table if not exists written (id bigint primary key)');
    const { rows } = await client.query('select coalesce(max(id), 0)::int as last from written');
    const writeOn = async (id: number): Promise<void> => {
      await client.query('insert into written values ($1)', [id]);
      say('written', { id });
      return writeOn(id + 1);
    };
    // It ends with the server.
    writeOn(rows[0].last + 1).catch(() => {});
  }
  say('ready', { host, started, pid });
} catch (error) {
  const { name, message } = error as Error;
  say('error', { name, message });
  process.exit(1);
}
