import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A syslog receiver that reads messages as RFC 5424 and RFC 6587 say, and fails on anything else. */
export interface SyslogReceiver {
  readonly port: number;
  readonly messages: readonly ReceivedSyslog[];
  close(): Promise<void>;
}

export interface ReceivedSyslog {
  readonly priority: number;
  readonly at: string;
  readonly hostname: string;
  readonly appName: string;
  readonly msgId: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
  readonly json: any;
}

const form = /^<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) - (\{.*\})$/;

function readSyslog(text: string): ReceivedSyslog {
  const [, priority, at = '', hostname = '', appName = '', , msgId = '', json = ''] = form.exec(text) ?? [];
  if (priority === undefined) throw new Error(`Not a message of RFC 5424: ${text}`);
  return { priority: Number(priority), at, hostname, appName, msgId, json: JSON.parse(json) };
}

/** The octet-counted messages of a stream that has ended. */
function readFrames(stream: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const space = stream.indexOf(' ', at);
    const size = Number(stream.toString('latin1', at, space));
    if (!Number.isInteger(size) || size < 1 || space + 1 + size > stream.length)
      throw new Error('Not octet-counted.');
    texts.push(stream.toString('utf8', space + 1, space + 1 + size));
    at = space + 1 + size;
  }
  return texts;
}

/** Over TCP, or TLS where there is a certificate. */
export async function openStreamReceiver(
  tls?: {
    readonly cert: Buffer;
    readonly key: Buffer;
  },
  port = 0,
): Promise<SyslogReceiver> {
  const messages: ReceivedSyslog[] = [];
  const take = (socket: Socket) => {
    const pieces: Buffer[] = [];
    socket
      .on('data', (piece) => pieces.push(piece))
      .on('error', () => undefined)
      .on('end', () => messages.push(...readFrames(Buffer.concat(pieces)).map(readSyslog)));
  };
  const server: Server = tls ? createTlsServer({ ...tls }, take) : createServer(take);
  server.on('tlsClientError', () => undefined);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

export async function openDatagramReceiver(): Promise<SyslogReceiver> {
  const messages: ReceivedSyslog[] = [];
  const socket = createSocket('udp4', (piece) => messages.push(readSyslog(piece.toString('utf8'))));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    messages,
    async close() {
      socket.close();
    },
  };
}

/** A port of this machine where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
