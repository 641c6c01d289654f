import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** HTTP spoken by hand, for requests that no client library would send. */

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** From the connection to the last byte of the answer. */
  readonly milliseconds: number;
}

/** What is sent: bytes as they stand, or a hand on the socket. */
export type Sender = string | Buffer | ((socket: Socket) => void);

/**
 * Sends and reads the first whole answer. Rejects where the server closes without one, or stays silent for
 * `timeoutMs`.
 */
export function rawExchange(url: string, send: Sender, timeoutMs = 10_000): Promise<RawAnswer> {
  const { hostname, port, protocol } = new URL(url);
  const isTls = protocol === 'https:';
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false })
      : connect(Number(port), hostname);
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => end(new Error('The server stayed silent.')), timeoutMs);
    const end = (outcome: Error | RawAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    socket.on(isTls ? 'secureConnect' : 'connect', () =>
      typeof send === 'function' ? send(socket) : socket.write(send),
    );
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const answer = readAnswer(received, performance.now() - start);
      if (answer) end(answer);
    });
    // A server that refuses in the middle of a body also breaks the pipe; the answer, if any, came before.
    socket.on('error', () => undefined);
    socket.on('close', () => end(new Error(`The server closed after ${received.length} bytes of answer.`)));
  });
}

function readAnswer(received: Buffer, milliseconds: number): RawAnswer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const body = received.subarray(headEnd + 4);
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`An answer without a length: ${statusLine}`);
  if (body.length < length) return undefined;
  return { status: Number(statusLine.split(' ')[1]), headers, text: body.toString(), milliseconds };
}

/** The head of a request, from its lines; the empty line at the end included. */
export const requestHead = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

/** Writes `first` at once and then one byte of `rest` a second, for as long as the socket takes it. */
export function sendSlowly(first: string, rest: string): Sender {
  return (socket) => {
    socket.write(first);
    let at = 0;
    const timer = setInterval(() => {
      socket.write(rest.charAt(at % rest.length));
      at += 1;
    }, 1_000);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Writes `first` and then `rest` over and over, as fast as the socket takes it. */
export function sendRepeatedly(first: string, rest: Buffer, most: number): Sender {
  return (socket) => {
    let left = most;
    const pour = () => {
      while (left > 0 && !socket.destroyed) {
        left -= rest.length;
        if (!socket.write(rest)) {
          socket.once('drain', pour);
          return;
        }
      }
    };
    socket.write(first, pour);
  };
}
