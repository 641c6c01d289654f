import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/**
 * What the server still reads after its last answer on a connection. To close a connection with unread bytes resets
 * it, and a reset discards an answer that the client has not read yet (RFC 9112 section 9.6).
 */
const lingerLimits = {
  bytes: 64 * 2 ** 20,
  milliseconds: 15_000,
  /** Without a byte for so long, the client has stopped to send. */
  silenceMs: 3_000,
} as const;

/** Reads and discards, until the end of the stream or a limit. */
export function discardRest(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) return resolve();
    let left: number = lingerLimits.bytes;
    const finish = () => {
      clearTimeout(silence);
      clearTimeout(whole);
      resolve();
    };
    const silence = setTimeout(finish, lingerLimits.silenceMs);
    const whole = setTimeout(finish, lingerLimits.milliseconds);
    stream.on('data', (bytes: Buffer) => {
      left -= bytes.length;
      if (left < 0) finish();
      else silence.refresh();
    });
    stream.once('end', finish);
    stream.once('close', finish);
    stream.resume();
  });
}

/** Takes the connection away from Node's parser, and reads no more of it for now. */
export function stopParsing(socket: Socket): void {
  // Node's parser gives a connection back when it gets a listener for its data.
  socket.on('data', () => undefined);
  socket.removeAllListeners('data');
  socket.removeAllListeners('end');
  socket.pause();
}

/** Sends the last bytes and closes the connection, so that the client can read them. */
export async function closeAfter(socket: Socket, last = ''): Promise<void> {
  socket.end(last);
  await discardRest(socket);
  socket.destroy();
}
