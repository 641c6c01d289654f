import type { RequestListener, Server } from 'node:http';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buildConnector } from 'undici';
import type { Dial, Lookup } from '../../src/providers/outbound.ts';

/**
 * A stand-in for the public internet. Its names lead where a test says, and every address leads to one real
 * server on loopback that speaks TLS as `hooks.example.com` and `api.example.com`; loopback's own addresses lead
 * to the server that listens there. What was looked up and dialled is written down.
 */
export interface Internet {
  /** A list of addresses, or a function that answers the next one. */
  readonly names: Map<string, readonly string[] | (() => readonly string[])>;
  readonly lookups: string[];
  /** Addresses, in order. */
  readonly dialled: string[];
  readonly lookup: Lookup;
  readonly dial: Dial;
  close(): Promise<void>;
}

/** A public address, of a network that documents it as an example. */
export const publicAddress = '93.184.216.34';

export async function openInternet(answer: RequestListener): Promise<Internet> {
  const secure = await listening(createTlsServer({ key, cert: certificate }, answer));
  const plain = await listening(createPlainServer(answer));
  const names: Internet['names'] = new Map();
  const lookups: string[] = [];
  const dialled: string[] = [];
  const connect = buildConnector({ ca: certificate, timeout: 5_000 });
  return {
    names,
    lookups,
    dialled,
    async lookup(name) {
      lookups.push(name);
      const found = names.get(name) ?? [];
      return typeof found === 'function' ? found() : found;
    },
    dial(to) {
      dialled.push(to.hostname);
      const isHere = to.hostname.startsWith('127.') || to.hostname === '::1';
      const standIn = String(portOf(to.protocol === 'https:' ? secure : plain));
      const end = isHere ? to : { ...to, hostname: '127.0.0.1', port: standIn };
      return new Promise((resolve, reject) => {
        connect(end, (error, socket) => (error ? reject(error) : resolve(socket)));
      });
    },
    async close() {
      for (const server of [secure, plain]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

export const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port;

const listening = <Kind extends Server>(server: Kind): Promise<Kind> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));

/** Made for these tests and trusted by nothing else; it runs out in 2126. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHAbFYKHpMWEqTvV7
WCN8PH2/tDo5aW+dEMPqp7a2HNqhRANCAATRxn156J10/rNQ+NA+dhBiJMJ7eaER
4t9f8JaX5s38zox+06awbkf4DldU9P0tDWcMc41s+KeTk8hEIRZu6iIL
-----END PRIVATE KEY-----`;

const certificate = `-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgIUA8kTuBWpcq2m5qilbl6jD7PshYAwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRaG9va3MuZXhhbXBsZS5jb20wIBcNMjYxMTIyMTM1NzI2WhgP
MjEyNjEwMjkxMzU3MjZaMBwxGjAYBgNVBAMMEWhvb2tzLmV4YW1wbGUuY29tMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0cZ9eeiddP6zUPjQPnYQYiTCe3mhEeLf
X/CWl+bN/M6MftOmsG5H+A5XVPT9LQ1nDHONbPink5PIRCEWbuoiC6NhMF8wLQYD
VR0RBCYwJIIRaG9va3MuZXhhbXBsZS5jb22CD2FwaS5leGFtcGxlLmNvbTAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBSs9WMPw5ajezHwArCM2CWx1ztwgjAKBggq
hkjOPQQDAgNIADBFAiEAp0cM50ev4L1tXc1EDoVU1XVfoMEIjgH4tEXK4CFwZK8C
IGgSFj50lU8pzosZ63/rTTkvecRywZ2VGU4LZwhnj/Nu
-----END CERTIFICATE-----`;
