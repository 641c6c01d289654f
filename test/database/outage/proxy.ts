import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a PostgreSQL server listens: the directory of its socket, and the number in the socket's name. */
interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Stands between a program and its database, and can be as bad as a network. */
export interface BadProxy extends Endpoint {
  /** Half-open: every connection stays and takes bytes, and nothing comes through either way any more. */
  freeze(): void;
  /** Freezes a single connection as soon as the program sends a text over it. */
  freezeAt(text: string): void;
  /** Everything flows again, what was held back first. */
  thaw(): void;
  /** Ends every connection and refuses new ones. */
  vanish(): Promise<void>;
  appear(): Promise<void>;
  /** Holds every answer back for so many milliseconds. */
  delay(milliseconds: number): void;
  connections(): number;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export async function openProxy(target: Endpoint): Promise<BadProxy> {
  const host = await mkdtemp(join(tmpdir(), 'clientele-proxy-'));
  const port = 5432;
  const pairs = new Set<Pair>();
  let frozen = false;
  let trap: string | undefined;
  let lag = 0;
  let listener: Server | undefined;

  function accept(client: Socket): void {
    const server = createConnection(join(target.host, `.s.PGSQL.${target.port}`));
    const pair = { client, server };
    pairs.add(pair);
    client.on('data', (bytes) => {
      if (trap !== undefined && bytes.includes(trap)) {
        client.pause();
        server.pause();
        return;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (lag === 0) client.write(bytes);
      else setTimeout(() => client.writable && client.write(bytes), lag);
    });
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    if (frozen) hold(pair);
  }

  const hold = ({ client, server }: Pair) => {
    client.pause();
    server.pause();
  };

  async function listen(): Promise<void> {
    const opening = createServer(accept);
    listener = opening;
    await new Promise<void>((resolve) => opening.listen(join(host, `.s.PGSQL.${port}`), resolve));
  }

  async function vanish(): Promise<void> {
    const gone = new Promise((resolve) => listener?.close(resolve));
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    await gone;
  }

  await listen();
  return {
    host,
    port,
    freeze() {
      frozen = true;
      for (const pair of pairs) hold(pair);
    },
    freezeAt(text) {
      trap = text;
    },
    thaw() {
      frozen = false;
      trap = undefined;
      for (const { client, server } of pairs) {
        client.resume();
        server.resume();
      }
    },
    vanish,
    appear: listen,
    delay(milliseconds) {
      lag = milliseconds;
    },
    connections: () => pairs.size,
    async close() {
      await vanish();
      await rm(host, { recursive: true, force: true });
    },
  };
}
