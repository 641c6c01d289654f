import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { withSystem } from '../command.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice, programName, shellQuoted } from '../output.ts';
import { formatCount, openProgress, percent } from '../progress.ts';
import type { ReasonOptions } from '../reason.ts';

export async function restore(format: Format, file: string): Promise<void> {
  const [{ readConfig }, { restoreFrom }] = await Promise.all([
    import('../../config.ts'),
    import('../../backups.ts'),
  ]);
  const config = readConfig();
  const progress = openProgress(format);
  const { manifest, rows, tables, migrated } = await restoreFrom(config, resolve(file), {
    notice: (sentence) => printNotice(format, sentence),
    progress: (bytes, of) => progress(() => `Restored ${percent(bytes, of)}.`),
  }).finally(progress.end);
  const { made_at, version, environment } = manifest;
  printAnswer(format, { made_at, version, environment, rows, tables, migrated }, () =>
    [
      `Restored ${formatCount(rows)} rows of ${tables} tables from the backup of ${made_at.slice(0, 16).replace('T', ' ')} UTC (Clientele ${version}, ${environment}).`,
      ...(migrated.length > 0 ? [`Applied since then: ${migrated.join(', ')}.`] : []),
      `Start it with: ${startCommand(config)}`,
    ].join('\n'),
  );
}

/** The command that serves the restored data, with its settings. The database URL may contain a password. */
function startCommand({ databaseUrl, dataDir, rootKeyFile, environment }: Config): string {
  const settings = {
    CLIENTELE_ENVIRONMENT: environment === 'live' ? environment : undefined,
    CLIENTELE_DATA_DIR: databaseUrl === undefined ? dataDir : undefined,
    CLIENTELE_ROOT_KEY_FILE: rootKeyFile,
  };
  const given = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${shellQuoted(value)}`],
  );
  return [...given, programName(), 'serve'].join(' ');
}

interface AcceptOptions extends ReasonOptions {
  readonly brand: string;
}

/** Accepts that the audit trail of a restored backup ends before what was signed. */
export async function acceptRestore(format: Format, options: AcceptOptions): Promise<void> {
  const [{ acceptRestore: work }, { findBrandByName }] = await Promise.all([
    import('../../operations/audit/accept-restore.ts'),
    import('../../operations/brands/brands.ts'),
  ]);
  await withSystem(
    format,
    async (system) => {
      const brand = await findBrandByName(system, options.brand);
      const { number, lost } = await work(system, brand.brandId);
      printAnswer(
        format,
        { brand: brand.name, bond_brand_id: brand.brandId, to: number, lost_to: lost },
        () =>
          `The audit trail of ${brand.name} goes on after entry ${formatCount(number)}. The entries up to ${formatCount(lost)} that were signed before are lost.`,
      );
    },
    { options },
  );
}
