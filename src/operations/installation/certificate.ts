import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { OperatorError } from '../../domain/operator-error.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  /** The certificate, first in its chain. */
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly validFrom: Date;
  readonly validTo: Date;
}

/**
 * Reads the certificate and the key for TLS, and checks that they match.
 *
 * @throws OperatorError that names the setting: a file cannot be read, has the wrong content, or the two do not
 *   match. It never quotes a file.
 */
export function readCertificate({ certFile, keyFile }: CertificateFiles): Certificate {
  const cert = read('CLIENTELE_TLS_CERT_FILE', certFile);
  const key = read('CLIENTELE_TLS_KEY_FILE', keyFile);
  const x509 = parsed(
    () => new X509Certificate(cert),
    `CLIENTELE_TLS_CERT_FILE holds no PEM certificate: ${certFile}`,
  );
  const privateKey: KeyObject = parsed(
    () => createPrivateKey(key),
    `CLIENTELE_TLS_KEY_FILE holds no PEM key without a passphrase: ${keyFile}`,
  );
  if (!x509.checkPrivateKey(privateKey)) {
    throw new OperatorError(
      `The key in ${keyFile} does not match the certificate in ${certFile}. Set CLIENTELE_TLS_CERT_FILE and CLIENTELE_TLS_KEY_FILE to a matching pair; the server's own certificate comes first in its chain.`,
    );
  }
  return { cert, key, validFrom: new Date(x509.validFrom), validTo: new Date(x509.validTo) };
}

/** Milliseconds that a server has for the handshake. */
const handshakeMs = 3_000;

/** The certificate that a server on this machine shows; `undefined` where none answers. */
export function servedCertificate(host: string, port: number): Promise<X509Certificate | undefined> {
  const here = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return new Promise((resolve) => {
    // Any certificate is of interest, and nothing is sent.
    const socket = connect({ host: here, port, rejectUnauthorized: false, timeout: handshakeMs });
    const end = (found?: X509Certificate) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('secureConnect', () => end(socket.getPeerX509Certificate()));
    socket.once('timeout', () => end());
    socket.once('error', () => end());
  });
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new OperatorError(
      `${setting} names a file that cannot be read (${code}): ${path}. Correct the path, or let this user read the file.`,
    );
  }
}

function parsed<Result>(parse: () => Result, sentence: string): Result {
  try {
    return parse();
  } catch {
    throw new OperatorError(
      `${sentence}. Set it to the file that your certificate authority or certbot made.`,
    );
  }
}
