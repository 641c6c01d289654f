import { statSync } from 'node:fs';
import type { Server } from 'node:tls';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Certificate } from './operations/installation/certificate.ts';
import { readCertificate } from './operations/installation/certificate.ts';

/** The certificate of a process. It follows its files: a new pair is served from the next handshake on. */
export interface ServedCertificate {
  readonly current: Certificate;
  /** Gives the server each later certificate. */
  follow(server: Server): void;
  /** Reads the files now. A pair that cannot be used is logged, and the one before stays. */
  reload(): void;
  close(): void;
}

const lookEveryMs = 5_000;

/** @throws OperatorError if the configured certificate cannot be used. */
export function openCertificate({ tls }: Config, logger: Logger): ServedCertificate | undefined {
  if (!tls) return undefined;
  const versionOfFiles = () => `${versionOf(tls.certFile)} ${versionOf(tls.keyFile)}`;
  let version = versionOfFiles();
  let current = readCertificate(tls);
  const servers = new Set<Server>();

  function reload(): void {
    version = versionOfFiles();
    try {
      const read = readCertificate(tls as NonNullable<Config['tls']>);
      if (read.cert.equals(current.cert) && read.key.equals(current.key)) return;
      for (const server of servers) server.setSecureContext({ cert: read.cert, key: read.key });
      current = read;
      logger.info({ valid_until: read.validTo.toISOString() }, 'certificate loaded');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      logger.error(
        { reason, serving_until: current.validTo.toISOString() },
        'certificate not loaded, the one before is served',
      );
    }
  }

  // Looking at the files works on every file system, and where a link is put in their place.
  const looks = setInterval(() => {
    if (versionOfFiles() !== version) reload();
  }, lookEveryMs).unref();
  return {
    get current() {
      return current;
    },
    follow(server) {
      servers.add(server);
      server.once('close', () => servers.delete(server));
    },
    reload,
    close: () => clearInterval(looks),
  };
}

function versionOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : 'none';
}
