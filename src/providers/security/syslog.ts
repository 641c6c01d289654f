import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { SecurityEvent } from '../../domain/security-events.ts';
import { severities } from '../../domain/security-events.ts';
import type { Send } from './push.ts';
import { formatSyslog, octetCounted } from './syslog-message.ts';

export interface SyslogOptions {
  /** `tls://`, `tcp://` or `udp://`, a host, and a port where it is not the usual one. */
  readonly url: string;
  /** PEM. Without one, the authorities that Node trusts. */
  readonly ca: Buffer | undefined;
  readonly timeoutMs: number;
}

/** Security and authorization messages. */
const facility = 10;

const usualPorts: Readonly<Record<string, number>> = { 'tls:': 6514, 'tcp:': 601, 'udp:': 514 };

/** Sends events as RFC 5424 messages over TLS (RFC 5425), TCP (RFC 6587) or UDP (RFC 5426). */
export function openSyslog({ url, ca, timeoutMs }: SyslogOptions): Send {
  const { protocol, hostname: written, port: given } = new URL(url);
  const host = written.replace(/^\[|\]$/g, '');
  const port = Number(given) || (usualPorts[protocol] ?? 514);
  if (protocol === 'udp:') return (events) => sendDatagrams(host, port, events.map(messageOf));
  const dial = (): Socket =>
    protocol === 'tls:'
      ? connectTls({ host, port, servername: host, rejectUnauthorized: true, ...(ca && { ca }) })
      : connectTcp({ host, port });
  return (events) => sendStream(dial(), events.map(messageOf), timeoutMs);
}

const messageOf = (event: SecurityEvent): string =>
  formatSyslog({
    facility,
    severity: severities[event.severity],
    at: event.at,
    hostname: hostname(),
    appName: 'clientele',
    msgId: event.security_event,
    message: JSON.stringify(event),
  });

/**
 * One connection for one batch. Syslog has no acknowledgement, and a write that the kernel took may never
 * arrive. A receiver that has read everything up to our end closes its side in order; one that has died does not.
 */
function sendStream(socket: Socket, messages: readonly string[], timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let hasEnded = false;
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    socket
      .on('error', () => {
        hasEnded = false;
        socket.destroy();
      })
      .on('end', () => {
        hasEnded = socket.writableFinished;
      })
      .on('close', (hadError) => {
        clearTimeout(timer);
        resolve(hasEnded && !hadError);
      })
      .resume()
      .end(messages.map(octetCounted).join(''));
  });
}

/** UDP promises nothing: a datagram that was sent counts as delivered. */
async function sendDatagrams(host: string, port: number, messages: readonly string[]): Promise<boolean> {
  try {
    const { address, family } = await lookup(host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').on('error', () => undefined);
    try {
      for (const message of messages) {
        await new Promise<void>((resolve, reject) => {
          socket.send(message, port, address, (error) => (error ? reject(error) : resolve()));
        });
      }
    } finally {
      socket.close();
    }
    return true;
  } catch {
    return false;
  }
}
