import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as NetServer } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { responsesOf } from './socket.ts';

/** The end of a server's connections. */
export interface Closing {
  readonly phase: 'open' | 'draining' | 'finishing';
  /** From now on every answer ends its connection. The server goes on accepting connections and requests. */
  begin(): void;
  /**
   * Accepts nothing more and resolves when the last connection has ended. What is open after the limit is cut off;
   * resolves with the number of such connections.
   */
  finish(limitMs: number): Promise<number>;
}

/** Milliseconds between two looks for connections that have become idle. */
const lookEveryMs = 50;
/** Milliseconds that a new connection has for its first byte. */
const firstByteMs = 500;

export function trackClosing(server: Server): Closing {
  const openedAt = new Map<Socket, number>();
  // A connection with TLS becomes one of HTTP after its handshake, which has a time limit of its own.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    openedAt.set(socket, performance.now());
    socket.once('close', () => openedAt.delete(socket));
  });
  let phase: Closing['phase'] = 'open';

  function begin(): void {
    phase = 'draining';
    for (const socket of openedAt.keys())
      for (const response of responsesOf(socket)) response.shouldKeepAlive = false;
  }

  function closeIdle(): void {
    server.closeIdleConnections();
    // Node does not count a connection without a first byte as idle.
    const before = performance.now() - firstByteMs;
    for (const [socket, at] of openedAt) if (socket.bytesRead === 0 && at < before) socket.destroy();
  }

  async function finish(limitMs: number): Promise<number> {
    phase = 'finishing';
    server.keepAliveTimeout = 1;
    // Right after the event loop has accepted what had arrived: a connection that waits to be accepted would be reset.
    await new Promise((resolve) => setImmediate(resolve));
    // `close` of an HTTP server would also end the checks of the deadlines for what is open.
    const closed = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
    closeIdle();
    const looks = setInterval(closeIdle, lookEveryMs);
    let cut = 0;
    const limit = setTimeout(() => {
      cut = openedAt.size;
      server.closeAllConnections();
      for (const socket of openedAt.keys()) socket.destroy();
    }, limitMs);
    await closed;
    clearInterval(looks);
    clearTimeout(limit);
    return cut;
  }

  return {
    get phase() {
      return phase;
    },
    begin,
    finish,
  };
}
