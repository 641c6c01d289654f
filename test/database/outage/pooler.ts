import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How many clients share a backend: those of one transaction after the other, or none as long as one has it. */
export type Pooling = 'transaction' | 'session';

/** A stand-in for PgBouncer, for simple queries on a server that trusts its socket. */
export interface Pooler {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

interface PoolerOptions {
  readonly target: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  readonly pooling: Pooling;
  /** Backends opened before anybody asks, so that not always the same one is at hand. */
  readonly backends?: number;
  /** Which idle backend is lent: the one given back last, as PgBouncer does by default, or each in turn. */
  readonly order?: 'last' | 'in turn';
}

interface Backend {
  readonly socket: Socket;
  borrower: ((frame: Buffer) => void) | undefined;
}

export async function openPooler(options: PoolerOptions): Promise<Pooler> {
  const { target, pooling, backends = 1, order = 'last' } = options;
  const host = await mkdtemp(join(tmpdir(), 'clientele-pooler-'));
  const port = 5432;
  const idle: Backend[] = [];
  const sockets = new Set<Socket>();

  async function openBackend(): Promise<Backend> {
    const socket = createConnection(join(target.host, `.s.PGSQL.${target.port}`));
    sockets.add(socket);
    const backend: Backend = { socket, borrower: undefined };
    const ready = new Promise<void>((resolve) => {
      readFrames(socket, (frame) => {
        if (backend.borrower) backend.borrower(frame);
        else if (isReady(frame)) resolve();
      });
    });
    socket.write(startup({ user: target.user, database: target.database }));
    await ready;
    return backend;
  }

  const lend = async (): Promise<Backend> =>
    (order === 'last' ? idle.pop() : idle.shift()) ?? (await openBackend());

  function accept(client: Socket): void {
    sockets.add(client);
    let backend: Promise<Backend> | undefined;
    const giveBack = async () => {
      const mine = await backend;
      backend = undefined;
      if (!mine) return;
      mine.borrower = undefined;
      idle.push(mine);
    };
    client.once('data', () => {
      client.write(greeting);
      client.on('data', (bytes) => {
        if (bytes[0] === farewell) return;
        backend ??= lend().then((mine) => {
          mine.borrower = (frame) => {
            client.write(frame);
            // The letter says whether a transaction is open: the backend is free when none is.
            if (pooling === 'transaction' && isReady(frame) && frame[5] === notInTransaction) void giveBack();
          };
          return mine;
        });
        void backend.then((mine) => mine.socket.write(bytes));
      });
    });
    client.on('error', () => undefined).on('close', giveBack);
  }

  idle.push(...(await Promise.all(Array.from({ length: backends }, openBackend))));
  const listener = createServer(accept);
  await new Promise<void>((resolve) => listener.listen(join(host, `.s.PGSQL.${port}`), resolve));
  return {
    host,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      await rm(host, { recursive: true, force: true });
    },
  };
}

/**
 * A server that says what it is told to: every query is answered with these columns in one row. It shows what
 * happens on a server that cannot be had here, such as an old one.
 */
export async function openFakeServer(row: Readonly<Record<string, string>>): Promise<Pooler> {
  const host = await mkdtemp(join(tmpdir(), 'clientele-fake-'));
  const port = 5432;
  const sockets = new Set<Socket>();
  const answer = Buffer.concat([
    rowDescription(Object.keys(row)),
    dataRow(Object.values(row)),
    frame('C', 'SELECT 1\0'),
    ready,
  ]);
  const listener = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('data', () => {
      client.write(greeting);
      client.on('data', (bytes) => bytes[0] !== farewell && client.write(answer));
    });
  });
  await new Promise<void>((resolve) => listener.listen(join(host, `.s.PGSQL.${port}`), resolve));
  return {
    host,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      await rm(host, { recursive: true, force: true });
    },
  };
}

// The frames of PostgreSQL's protocol 3: a letter, the length including itself, the content.
const farewell = 'X'.charCodeAt(0);
const notInTransaction = 'I'.charCodeAt(0);

function frame(letter: string, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length + 4);
  return Buffer.concat([Buffer.from(letter), length, bytes]);
}

const int = (bytes: 2 | 4, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};

const ready = frame('Z', 'I');
/** "You are who you say", and the first "ready". */
const greeting = Buffer.concat([frame('R', int(4, 0)), ready]);
const isReady = (one: Buffer) => one[0] === 'Z'.charCodeAt(0);

function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(parameters).flat().join('\0');
  return frame('', Buffer.concat([int(4, 196_608), Buffer.from(`${text}\0\0`)]));
}

function rowDescription(names: readonly string[]): Buffer {
  // Table, column and type (25 is text), its size, modifier and format.
  const type = Buffer.concat([int(4, 0), int(2, 0), int(4, 25), int(2, -1), int(4, -1), int(2, 0)]);
  return frame(
    'T',
    Buffer.concat([int(2, names.length), ...names.flatMap((name) => [Buffer.from(`${name}\0`), type])]),
  );
}

const dataRow = (values: readonly string[]): Buffer =>
  frame(
    'D',
    Buffer.concat([
      int(2, values.length),
      ...values.flatMap((value) => [int(4, value.length), Buffer.from(value)]),
    ]),
  );

function readFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5) {
      const length = rest.readInt32BE(1) + 1;
      if (rest.length < length) return;
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}
