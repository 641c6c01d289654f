import { X509Certificate } from 'node:crypto';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Instant } from '../../domain/time.ts';
import { millisOf } from '../../domain/time.ts';
import type { Transport } from '../../store/connection/transport.ts';
import { findBinaries } from '../../store/embedded/binaries.ts';
import { dataVersion, findDataLayout } from '../../store/embedded/data-layout.ts';
import type { KeySource, RootKeyLocation } from '../../vault/key-source.ts';
import { newKeyAdviceIn, restoreRootKey } from '../../vault/key-source.ts';
import type { Vault } from '../../vault/vault.ts';
import { openVault } from '../../vault/vault.ts';
import type { CompanySignIn } from '../system.ts';
import type { CertificateFiles } from './certificate.ts';
import { readCertificate, servedCertificate } from './certificate.ts';
import type { Finding } from './finding.ts';
import { green, red, redFrom, redSentences, yellow } from './finding.ts';

// Checks without the database: this machine, its files and the settings.

/** An installation as its settings describe it. */
export interface Installed {
  readonly environment: 'sandbox' | 'live';
  /** Absolute. */
  readonly dataDir: string;
  readonly auditAnchorFile: string;
  readonly isEmbedded: boolean;
  /** How the connections to an external database are protected; the weakest of its URLs. */
  readonly transport: Transport | undefined;
  readonly rootKeyLocation: RootKeyLocation;
  readonly rootKeySource: KeySource;
  /** Days. */
  readonly rotateDays: number;
  readonly backupHorizonDays: number;
  readonly tls: CertificateFiles | undefined;
  /** Where the server listens. */
  readonly host: string;
  readonly port: number;
  /** Where people reach the console, as CLIENTELE_PUBLIC_URL says. */
  readonly publicUrl: string | undefined;
  /** What decision services for KYC may be reached at besides the public internet. */
  readonly kycAllow: readonly string[];
  /** Who checks customers against lists of sanctioned people; `undefined` if nobody does. */
  readonly screening: { readonly provider: string } | undefined;
  /** Where people sign in with the accounts of their company; a thrown error says why it cannot be opened. */
  readonly signIn?: (() => SignInOfCompany | undefined) | undefined;
  /** What is unsafe in live, as sentences. */
  readonly unsafe: readonly string[];
  /** What the environment has that is no setting, as sentences. */
  readonly ignored: readonly string[];
  readonly now: () => Instant;
}

export interface SignInOfCompany extends CompanySignIn {
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
}

const day = 86_400_000;
const bytesPerMib = 1024 * 1024;

/** When each release line of Node stops getting security updates (https://nodejs.org/en/about/previous-releases). */
const endsOfNode: Readonly<Record<string, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
};

/** An older Node than 20 was refused before this file was loaded. A line that is not in the table is newer. */
export function examineNode(now: Instant, version: string = process.versions.node): Finding {
  const check = 'Node';
  const explanation = `Node ${version} on ${process.platform} ${process.arch}.`;
  const end = endsOfNode[version.split('.')[0] ?? ''];
  if (end === undefined || now.slice(0, 10) < end) return green(check, explanation);
  return yellow(
    check,
    `${explanation} It gets no security updates since ${end}.`,
    'Install the newest release of an even-numbered line, and start Clientele again.',
  );
}

export function examineSettings({ environment, unsafe, ignored }: Installed): readonly Finding[] {
  if (unsafe.length > 0) return unsafe.map((sentence) => redSentences('settings', sentence));
  const explanation = [`They are valid and safe for ${environment}.`, ...ignored].join(' ');
  return [green('settings', explanation)];
}

/** Whether PostgreSQL has written anything in the data directory yet. */
export async function hasData({ dataDir }: Installed): Promise<boolean> {
  const place = await findDataLayout(dataDir, false);
  return place !== undefined && (await dataVersion(place)) !== undefined;
}

export async function examineBinaries(): Promise<Finding> {
  const check = 'embedded PostgreSQL';
  try {
    const { version, folder } = await findBinaries();
    return green(check, `Its programs (${version}) are in ${folder}.`);
  } catch (error) {
    return redFrom(check, error);
  }
}

export async function examineDataDirectory({ dataDir }: Installed, begun: boolean): Promise<Finding> {
  const check = 'data directory';
  const found = await stat(dataDir).catch((error: NodeJS.ErrnoException) => error.code ?? 'unreadable');
  if (found === 'ENOENT' || (typeof found === 'object' && found.isDirectory() && !begun))
    return yellow(check, `There is no data in ${dataDir} yet.`, 'Start once with: clientele serve');
  if (typeof found === 'string' || !found.isDirectory())
    return red(
      check,
      `${dataDir} is not a directory that can be opened${typeof found === 'string' ? ` (${found})` : ''}.`,
      'Correct CLIENTELE_DATA_DIR, or start Clientele as the owner of the directory.',
    );
  const obstacle = await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (obstacle === 'EROFS')
    return red(
      check,
      `${dataDir} is on a read-only file system.`,
      'Mount it for writing, or set CLIENTELE_DATA_DIR to a writable directory.',
    );
  if (obstacle !== undefined)
    return red(
      check,
      `This user (uid ${process.getuid?.()}) cannot write to ${dataDir}.`,
      `Start Clientele as its owner (uid ${found.uid}), or change the owner with chown.`,
    );
  if ((found.mode & 0o022) !== 0)
    return yellow(
      check,
      `Users other than the owner can write to ${dataDir} (mode ${octal(found.mode)}).`,
      `Close it with: chmod go-w ${dataDir}`,
    );
  return green(check, `${dataDir} is private to this installation (mode ${octal(found.mode)}).`);
}

const octal = (mode: number): string => (mode & 0o777).toString(8);

export async function examineDisk({ dataDir }: Installed): Promise<Finding> {
  for (let folder = dataDir; ; folder = dirname(folder)) {
    const space = await statfs(folder).catch(() => undefined);
    if (space) return diskSpaceFinding(space.bavail * space.bsize, folder);
    if (folder === dirname(folder))
      return red('disk', `The disk of ${dataDir} cannot be read.`, 'Correct CLIENTELE_DATA_DIR.');
  }
}

/** PostgreSQL stops accepting writes when its disk is full, and needs some hundred MiB for its write-ahead log. */
export function diskSpaceFinding(freeBytes: number, folder: string): Finding {
  const free = Math.floor(freeBytes / bytesPerMib);
  const text = free < 10_240 ? `${free} MiB` : `${Math.floor(free / 1024)} GiB`;
  const explanation = `${text} are free for ${folder}.`;
  const nextStep = 'Free some space, or move the data directory to a larger disk and set CLIENTELE_DATA_DIR.';
  if (free < 512) return red('disk', explanation, nextStep);
  if (free < 2048) return yellow('disk', explanation, nextStep);
  return green('disk', explanation);
}

/** The finding on the root key file, and the vault that it opens. */
export async function examineRootKey(
  { rootKeyLocation, rootKeySource, environment, dataDir }: Installed,
  begun: boolean,
): Promise<{ readonly finding: Finding; readonly vault?: Vault }> {
  const check = 'root key';
  if (!('path' in rootKeyLocation)) {
    try {
      const vault = openVault(rootKeySource.load());
      return { vault, finding: green(check, `It comes from ${rootKeyLocation.variable}.`) };
    } catch (error) {
      return { finding: unusableKey(error, begun) };
    }
  }
  const rootKeyFile = rootKeyLocation.path;
  const exists = await stat(rootKeyFile).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!exists && begun)
    return {
      finding: red(
        check,
        `The root key file ${rootKeyFile} is missing, and every record is sealed under it.`,
        restoreRootKey,
      ),
    };
  if (!exists && rootKeyLocation.kind === 'own' && environment === 'sandbox')
    return { finding: yellow(check, 'There is none yet.', 'The first start makes one: clientele serve') };
  try {
    const vault = openVault(rootKeySource.load());
    if (environment === 'live' && rootKeyFile.startsWith(`${dataDir}/`))
      return {
        vault,
        finding: yellow(
          check,
          `${rootKeyFile} is in the data directory, so a copy of the data contains the key.`,
          'Move it to another directory, and set CLIENTELE_ROOT_KEY_FILE.',
        ),
      };
    return { vault, finding: green(check, `${rootKeyFile} is readable only by its owner.`) };
  } catch (error) {
    return { finding: unusableKey(error, begun) };
  }
}

/** Where records exist, a new key would hide that the old one is lost. */
function unusableKey(error: unknown, begun: boolean): Finding {
  const finding = redFrom('root key', error);
  const makesNew = begun && newKeyAdviceIn(finding.nextStep ?? '') === 0;
  return makesNew ? { ...finding, nextStep: restoreRootKey } : finding;
}

/** Compares the certificate that a running server shows with the file. */
export async function examineServedCertificate(installed: Installed): Promise<Finding | undefined> {
  const check = 'served certificate';
  const { tls, host, port } = installed;
  if (!tls || port === 0) return undefined;
  try {
    const { cert } = readCertificate(tls);
    const served = await servedCertificate(host, port);
    if (!served) return undefined;
    if (served.fingerprint256 === new X509Certificate(cert).fingerprint256)
      return green(check, 'The running server shows the certificate of the file.');
    return red(
      check,
      `The running server shows another certificate than ${tls.certFile}; it ends on ${date(new Date(served.validTo))}.`,
      'Look for "certificate not loaded" in the log of the server, or send it SIGHUP.',
    );
  } catch {
    // `examineCertificate` says what is wrong with the file.
    return undefined;
  }
}

export async function examineCertificate({ tls, now }: Installed): Promise<Finding | undefined> {
  const check = 'certificate';
  if (!tls) return undefined;
  try {
    const { validFrom, validTo } = readCertificate(tls);
    const renew = 'Put a new certificate in place. A running server serves it within 5 seconds.';
    const at = millisOf(now());
    if (validFrom.getTime() > at)
      return red(
        check,
        `It is valid only from ${date(validFrom)}.`,
        'Check the clock, or use another certificate.',
      );
    if (validTo.getTime() <= at) return red(check, `It ended on ${date(validTo)}.`, renew);
    if (validTo.getTime() <= at + 21 * day) return yellow(check, `It ends on ${date(validTo)}.`, renew);
    if (((await stat(tls.keyFile)).mode & 0o004) !== 0)
      return yellow(
        check,
        `Every user can read its key, ${tls.keyFile}.`,
        `Close it with: chmod o-r ${tls.keyFile}`,
      );
    return green(check, `It matches its key and is valid until ${date(validTo)}.`);
  } catch (error) {
    return redFrom(check, error);
  }
}

const date = (at: Date): string => at.toISOString().slice(0, 10);
