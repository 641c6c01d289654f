import type { System } from '../../operations/system.ts';
import type { Change } from '../command.ts';
import { withSystem } from '../command.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice, programName, shellQuoted } from '../output.ts';
import { writeTo } from '../private-file.ts';
import { formatCount, openProgress, percent } from '../progress.ts';
import type { ReasonOptions } from '../reason.ts';

interface ExportOptions {
  readonly brand: string;
  readonly file: string;
}

export async function exportAudit(
  format: Format,
  options: ExportOptions & { readonly from: number },
): Promise<void> {
  const { exportAudit: work } = await import('../../operations/audit/export.ts');
  const [brand, trail] = await runExport(format, options, (system, brandId, write, progress) =>
    work(system, brandId, options.from, write, progress),
  );
  const facts = { brand: brand.name, bond_brand_id: brand.brandId, file: options.file, ...trail };
  printAnswer(
    format,
    facts,
    () =>
      [
        `Exported the entries ${formatCount(trail.from)} to ${formatCount(trail.to)} of ${brand.name} to ${nameOf(options)}.`,
        `Signed by ${trail.key}`,
      ].join('\n'),
    besides(options),
  );
  if (format === 'table')
    printNotice(
      format,
      `Keep that key apart from the file. Verify with: ${programName()} verify-audit ${shellQuoted(options.file)} --key ${trail.key}`,
    );
}

export async function exportCustomers(format: Format, options: ExportOptions & ReasonOptions): Promise<void> {
  const { exportCustomers: work } = await import('../../operations/customers/export.ts');
  const [brand, customers] = await runExport(format, options, work, { options, without: 'refuse' });
  const facts = { brand: brand.name, bond_brand_id: brand.brandId, file: options.file, customers };
  printAnswer(
    format,
    facts,
    () =>
      `Exported ${formatCount(customers)} customers of ${brand.name} to ${nameOf(options)}. It holds personal data.`,
    besides(options),
  );
}

const nameOf = ({ file }: ExportOptions): string => (file === '-' ? 'standard output' : file);

/** Standard output may have the export itself. */
const besides = ({ file }: ExportOptions) => (file === '-' ? process.stderr : process.stdout);

type Brand = Awaited<ReturnType<typeof import('../../operations/brands/brands.ts').findBrandByName>>;
type Work<Result> = (
  system: System,
  brandId: Brand['brandId'],
  write: (text: string) => Promise<void>,
  progress: (done: number, of: number) => void,
) => Promise<Result>;

function runExport<Result>(
  format: Format,
  options: ExportOptions,
  work: Work<Result>,
  change?: Change,
): Promise<readonly [Brand, Result]> {
  const run = async (system: System) => {
    const { findBrandByName } = await import('../../operations/brands/brands.ts');
    const brand = await findBrandByName(system, options.brand);
    const progress = openProgress(format);
    try {
      const result = await writeTo(options.file, (write) =>
        work(system, brand.brandId, write, (done, of) =>
          progress(() => `${formatCount(done)} of ${formatCount(of)} (${percent(done, of)})`),
        ),
      );
      return [brand, result] as const;
    } finally {
      progress.end();
    }
  };
  return withSystem(format, run, change);
}
