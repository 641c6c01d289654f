import { resolve } from 'node:path';
import type { Restored } from '../../backups.ts';
import type { Config } from '../../config.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { withSystem } from '../command.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice, programName, shellQuoted } from '../output.ts';
import { formatCount, openProgress, percent } from '../progress.ts';
import type { ReasonOptions } from '../reason.ts';
import { inputOf } from '../streams.ts';

interface RestoreOptions {
  readonly audit?: readonly string[];
  readonly unsigned?: boolean;
}

export async function restore(format: Format, file: string, options: RestoreOptions): Promise<void> {
  const [{ readConfig }, { restoreFrom }] = await Promise.all([
    import('../../config.ts'),
    import('../../backups.ts'),
  ]);
  const config = readConfig();
  if (options.audit?.includes('-'))
    throw new OperatorError('--audit takes files. Standard input can be the backup itself.');
  const { name, stream } = inputOf(file);
  const progress = openProgress(format);
  const restored = await restoreFrom(config, name, {
    stream,
    allowsUnsigned: options.unsigned ?? false,
    auditFiles: (options.audit ?? []).map((path) => resolve(path)),
    notice: (sentence) => printNotice(format, sentence),
    progress: (bytes, of) => progress(() => `Restored ${percent(bytes, of)}.`),
  }).finally(progress.end);
  const { manifest, rows, tables, migrated, keys, lostHolds } = restored;
  const { made_at, version, environment } = manifest;
  const facts = { made_at, version, environment, rows, tables, migrated };
  const after = { keys_disabled: keys.disabled, keys_revoked: keys.revoked, lost_holds: lostHolds };
  printAnswer(format, { ...facts, ...after }, () =>
    [
      `Restored ${formatCount(rows)} rows of ${tables} tables from the backup of ${made_at.slice(0, 16).replace('T', ' ')} UTC (Clientele ${version}, ${environment}).`,
      ...(migrated.length > 0 ? [`Applied since then: ${migrated.join(', ')}.`] : []),
      ...keysText(keys),
      ...lossText(restored, options.audit !== undefined),
      `Start it with: ${startCommand(config)}`,
    ].join('\n'),
  );
}

function keysText({ disabled, revoked }: Restored['keys']): readonly string[] {
  const ended =
    revoked.length === 0
      ? []
      : [
          `Revoked again, as the audit trail says: ${revoked.length} API key${revoked.length === 1 ? '' : 's'}.`,
        ];
  if (disabled === 0) return ended;
  return [
    ...ended,
    `${disabled === 1 ? 'One API key is' : `${disabled} API keys are`} disabled, because the backup does not know which were revoked after it was made. Once you have looked at them, enable them with: ${programName()} keys enable --all (or: keys enable KEY --brand NAME)`,
  ];
}

function lossText({ manifest, lostHolds }: Restored, hasTrail: boolean): readonly string[] {
  const since = `${manifest.made_at.slice(0, 16).replace('T', ' ')} UTC`;
  if (!hasTrail)
    return [
      `What was done after ${since} is lost. Legal holds that were set since, and keys that were revoked, are not known here: only an export of the audit trail that is newer tells (restore FILE --audit EXPORT).`,
    ];
  if (lostHolds.length === 0) return ['The exports name no legal hold that the backup lacks.'];
  return [
    'These legal holds were set after the backup and are lost. Set them again before anything is erased:',
    ...lostHolds.map(
      ({ customer_id, hold_id, set_at }) => `  customer ${customer_id}, hold ${hold_id}, set ${set_at}`,
    ),
  ];
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
  readonly acceptUnproven?: number;
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
      const { number, lost, unproven } = await work(system, brand.brandId, options.acceptUnproven);
      printAnswer(
        format,
        { brand: brand.name, bond_brand_id: brand.brandId, to: number, lost_to: lost, unproven },
        () =>
          lost > number
            ? `The audit trail of ${brand.name} goes on after entry ${formatCount(number)}. The entries up to ${formatCount(lost)} that were signed before are lost.`
            : `The audit trail of ${brand.name} goes on after entry ${formatCount(number)}. No entry that was signed before is lost.`,
      );
    },
    { options, without: 'refuse' },
  );
}
