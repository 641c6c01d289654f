import type { Database } from '../../store/connection/database.ts';
import type { Vault } from '../../vault/vault.ts';
import {
  examineConsoleName,
  examineGroups,
  examineKeyExposure,
  examinePrograms,
  examineRole,
  examineSignIn,
  examineTransport,
} from './doctor-access.ts';
import type { Installed } from './doctor-environment.ts';
import {
  examineBinaries,
  examineCertificate,
  examineDataDirectory,
  examineDisk,
  examineNode,
  examineRootKey,
  examineServedCertificate,
  examineSettings,
  hasData,
} from './doctor-environment.ts';
import { examineBrandKeys, examineRootVersions } from './doctor-keys.ts';
import { examineRecords, examineVersions } from './doctor-proofs.ts';
import {
  examineBrands,
  examineInstallation,
  examineRetention,
  examineSchema,
  examineServer,
} from './doctor-records.ts';
import { examineScreening, examineTasks } from './doctor-tasks.ts';
import { examineDelay, examineTrails } from './doctor-trail.ts';
import type { Finding } from './finding.ts';
import { green, redFrom } from './finding.ts';

export type { Installed } from './doctor-environment.ts';
export type { Finding } from './finding.ts';
export { redSentences } from './finding.ts';

/** An open database of the installation. */
interface Opened {
  readonly database: Database;
  /** The embedded server; `started` tells whether this command started it. */
  readonly embedded: { readonly started: boolean } | undefined;
  close(): Promise<void>;
}

/**
 * Examines an installation without changing it, whether or not its server runs. A stopped embedded PostgreSQL is
 * started for the checks and stopped again. Every check returns a finding; none throws.
 */
export async function examine(
  installed: Installed,
  open: () => Promise<Opened>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [examineNode(installed.now()), ...examineSettings(installed)];
  const begun = installed.isEmbedded ? await hasData(installed).catch(() => true) : undefined;
  if (begun !== undefined) {
    findings.push(
      await examineBinaries(),
      await examineDataDirectory(installed, begun),
      await examineDisk(installed),
    );
  }
  const transport = examineTransport(installed);
  if (transport) findings.push(transport);
  const consoleName = examineConsoleName(installed);
  if (consoleName) findings.push(consoleName);
  const certificate = await examineCertificate(installed);
  if (certificate) findings.push(certificate);
  const served = await examineServedCertificate(installed);
  if (served) findings.push(served);
  findings.push(...(await examineSignIn(installed)));
  if (begun === false) {
    findings.push((await examineRootKey(installed, false)).finding);
    return findings;
  }
  try {
    const opened = await open();
    try {
      findings.push(...(await examineDatabase(installed, opened)));
    } finally {
      await opened.close();
    }
  } catch (error) {
    findings.push((await examineRootKey(installed, begun === true)).finding, redFrom('PostgreSQL', error));
  }
  return findings;
}

async function examineDatabase(
  installed: Installed,
  { database, embedded }: Opened,
): Promise<readonly Finding[]> {
  const runs = embedded?.started ? 'started for this look' : 'running';
  const server = await guarded('PostgreSQL', () => examineServer(installed, database, runs));
  const schema = await examineSchema(database);
  const { finding, vault } = await examineRootKey(installed, !schema.isEmpty);
  const found = [...server, schema.finding, finding];
  const exposure = await examineKeyExposure(installed);
  if (exposure) found.push(exposure);
  if (schema.isEmpty) return found;
  found.push(...(await guarded('database role', () => examineRole(database))));
  found.push(...(await guarded('environment', () => examineInstallation(installed, database, vault))));
  found.push(...(await guarded('retention', () => examineRetention(installed, database))));
  if (schema.finding.state === 'green')
    found.push(
      ...(await guarded('background work', () => examineTasks(database))),
      ...(await guarded('roles of groups', () => examineGroups(installed, database))),
      ...(await guarded('screening', () => examineScreening(installed, database))),
      ...(await guarded('audit signing', () => examineDelay(installed, database))),
    );
  if (!vault) return found;
  const isOther = found.some(isOtherRootKey);
  if (!isOther) found.push(auditKey(vault));
  if (schema.finding.state === 'green' && !isOther)
    found.push(...(await guarded('audit trail', () => examineTrails(installed, database, vault))));
  found.push(...(await guarded('brands', () => examineBrands(installed, database, vault))));
  if (schema.finding.state === 'green')
    found.push(...(await guarded('records', () => examineRecords(database, vault))));
  if (schema.finding.state === 'green')
    found.push(...(await guarded('versions', () => examineVersions(database))));
  if (schema.finding.state === 'green')
    found.push(...(await guarded('KYC programs', () => examinePrograms(installed, database, vault))));
  found.push(...(await guarded('key rotation', () => examineBrandKeys(installed, database))));
  found.push(...(await guarded('root key rotation', () => examineRootVersions(installed, database, vault))));
  return found;
}

const auditKey = ({ signer }: Vault): Finding =>
  green('audit key', `The trail's checkpoints are signed by ${signer.key}. Write it down elsewhere.`);

/** Under another root key nothing can be verified, and that finding says so. */
const isOtherRootKey = ({ check, state }: Finding): boolean => check === 'root key fits' && state === 'red';

async function guarded(
  check: string,
  examineIt: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examineIt();
  } catch (error) {
    return [redFrom(check, error)];
  }
}
