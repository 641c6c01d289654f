import { withBrand } from '../../command.ts';
import type { Format } from '../../output.ts';
import { coloured, printAnswer } from '../../output.ts';
import { formatCount, openProgress } from '../../progress.ts';

/** Compares the records of a brand with its audit trail. The exit code is 1 if something differs. */
export async function verifyRecords(format: Format, options: { readonly brand: string }): Promise<void> {
  const { verifyRecords: work } = await import('../../../operations/records/verify-records.ts');
  const progress = openProgress(format);
  try {
    const [brand, { rows, customers, differences }] = await withBrand(
      format,
      options.brand,
      (system, { brandId }) =>
        work(system, brandId, (done) => progress(() => `${formatCount(done)} customers`)),
    );
    progress.end();
    const facts = { brand: brand.name, bond_brand_id: brand.brandId, rows, customers, differences };
    printAnswer(format, facts, () =>
      differences.length === 0
        ? coloured(
            process.stdout,
            'green',
            `${formatCount(rows)} rows of ${brand.name} are as they were written, and the values of ${formatCount(customers)} customers are those of the audit trail.`,
          )
        : [
            coloured(
              process.stdout,
              'red',
              `${formatCount(differences.length)} records of ${brand.name} differ:`,
            ),
            ...differences,
          ].join('\n'),
    );
    if (differences.length > 0) process.exitCode = 1;
  } finally {
    progress.end();
  }
}
