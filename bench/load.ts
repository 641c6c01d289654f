import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** Makes one request as it goes over the wire; `undefined` ends the connection. */
export type RequestBytes = () => string | undefined;

export interface Load {
  readonly port: number;
  readonly concurrency: number;
  /** Milliseconds of the run. */
  readonly duration: number;
  readonly next: RequestBytes;
  /** The status that every answer must have. Any other status ends the run, so that failures are not measured. */
  readonly status: number;
}

export interface Measured {
  readonly requests: number;
  /** The measured duration of the run in milliseconds. */
  readonly elapsed: number;
  /** Milliseconds from each request to its complete answer, sorted. */
  readonly latencies: readonly number[];
}

/**
 * Sends requests over the given connections, one at a time on each, for the given duration. It implements only the
 * HTTP that the two measured servers need, so that the load generator uses little of the same machine.
 */
export async function runLoad(load: Load): Promise<Measured> {
  const began = performance.now();
  const until = began + load.duration;
  const each = await Promise.all(Array.from({ length: load.concurrency }, () => oneConnection(load, until)));
  const latencies = each.flat().sort((one, other) => one - other);
  return { requests: latencies.length, elapsed: performance.now() - began, latencies };
}

function oneConnection({ port, next, status }: Load, until: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const latencies: number[] = [];
    let asked = 0;
    let received = '';
    const ask = () => {
      asked = performance.now();
      // At least one, however long the connection took on a busy machine.
      const request = asked > until && latencies.length > 0 ? undefined : next();
      if (request === undefined) {
        socket.end();
        resolve(latencies);
        return;
      }
      received = '';
      socket.write(request);
    };
    socket.setEncoding('latin1');
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed the connection.')));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(received.slice(0, head))?.[1]);
      if (received.length < head + 4 + length) return;
      if (!received.startsWith(`HTTP/1.1 ${status}`)) {
        reject(new Error(`Wanted ${status}, got: ${received.slice(0, 400)}`));
        socket.destroy();
        return;
      }
      latencies.push(performance.now() - asked);
      ask();
    });
  });
}

/** A request with the headers that every measured request carries. */
export function requestBytes(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (body !== undefined) {
    lines.push(`Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`);
  }
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n${body ?? ''}`;
}
