import type { System } from '../../operations/system.ts';
import type { Format } from '../answer.ts';
import { answer, called, quoted, say } from '../answer.ts';
import { withSystem } from '../command.ts';
import { writePrivateFile } from '../private-file.ts';
import { counted, openProgress, percent } from '../progress.ts';

interface ExportOptions {
  readonly brand: string;
  readonly file: string;
}

export async function exportAudit(
  format: Format,
  options: ExportOptions & { readonly from: number },
): Promise<void> {
  const { exportAudit: work } = await import('../../operations/audit/export.ts');
  const [brand, trail] = await exported(format, options, (system, brandId, write, progress) =>
    work(system, brandId, options.from, write, progress),
  );
  const facts = { brand: brand.name, bond_brand_id: brand.brandId, file: options.file, ...trail };
  answer(format, facts, () =>
    [
      `Exported the entries ${counted(trail.from)} to ${counted(trail.to)} of ${brand.name} to ${options.file}.`,
      `Signed by ${trail.key}`,
    ].join('\n'),
  );
  if (format === 'table')
    say(
      format,
      `Keep that key apart from the file, and verify with: ${called()} verify-audit ${quoted(options.file)} --key ${trail.key}`,
    );
}

export async function exportCustomers(format: Format, options: ExportOptions): Promise<void> {
  const { exportCustomers: work } = await import('../../operations/customers/export.ts');
  const [brand, customers] = await exported(format, options, work);
  const facts = { brand: brand.name, bond_brand_id: brand.brandId, file: options.file, customers };
  answer(
    format,
    facts,
    () =>
      `Exported ${counted(customers)} customers of ${brand.name} to ${options.file}. It holds personal data.`,
  );
}

type Brand = Awaited<ReturnType<typeof import('../../operations/brands/brands.ts').brandNamed>>;
type Work<Result> = (
  system: System,
  brandId: Brand['brandId'],
  write: (text: string) => Promise<void>,
  progress: (done: number, of: number) => void,
) => Promise<Result>;

function exported<Result>(
  format: Format,
  options: ExportOptions,
  work: Work<Result>,
): Promise<readonly [Brand, Result]> {
  return withSystem(format, async (system) => {
    const { brandNamed } = await import('../../operations/brands/brands.ts');
    const brand = await brandNamed(system, options.brand);
    const progress = openProgress(format);
    try {
      const result = await writePrivateFile(options.file, (write) =>
        work(system, brand.brandId, write, (done, of) =>
          progress(() => `${counted(done)} of ${counted(of)} (${percent(done, of)})`),
        ),
      );
      return [brand, result] as const;
    } finally {
      progress.end();
    }
  });
}
