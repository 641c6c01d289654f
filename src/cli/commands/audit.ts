import { OperatorError } from '../../domain/operator-error.ts';
import { parseInstant } from '../../domain/time.ts';
import { withBrand } from '../command.ts';
import type { Format } from '../output.ts';
import { printAnswer } from '../output.ts';
import { formatCount, openProgress } from '../progress.ts';
import { formatTable } from '../table.ts';

interface KeyAuditOptions {
  readonly brand: string;
  readonly key: string;
  readonly from?: string;
  readonly to?: string;
}

/** Shows whose data a key saw between two moments. */
export async function auditKey(format: Format, options: KeyAuditOptions): Promise<void> {
  const span = { ...momentOf('from', options), ...momentOf('to', options) };
  const [{ accessOfKey }, { findKeyByName }] = await Promise.all([
    import('../../operations/audit/access.ts'),
    import('../../operations/brands/api-keys.ts'),
  ]);
  const progress = openProgress(format);
  try {
    const [brand, { key, customers }] = await withBrand(
      format,
      options.brand,
      async (system, { brandId }) => {
        const key = await findKeyByName(system, brandId, options.key);
        const customers = await accessOfKey(system, brandId, key.identity, span, (entries, found) =>
          progress(() => `${formatCount(entries)} entries, ${formatCount(found)} customers`),
        );
        return { key, customers };
      },
    );
    progress.end();
    const facts = { brand: brand.name, bond_brand_id: brand.brandId, key: key.identity, ...span, customers };
    printAnswer(format, facts, () =>
      customers.length === 0
        ? `The audit trail shows no customer that ${key.name} saw. Ordinary reads are in it only while CLIENTELE_AUDIT_READS is 1.`
        : formatTable(
            ['CUSTOMER', 'FIRST', 'LAST', 'TIMES', 'ACCESS'],
            customers.map((one) => [
              one.customer_id,
              one.first_at.slice(0, 19),
              one.last_at.slice(0, 19),
              formatCount(one.count),
              one.access.join(', '),
            ]),
          ),
    );
  } finally {
    progress.end();
  }
}

function momentOf(
  name: 'from' | 'to',
  options: KeyAuditOptions,
): { readonly [Name in 'from' | 'to']?: string } {
  const written = options[name];
  if (written === undefined) return {};
  if (parseInstant(written) === undefined)
    throw new OperatorError(
      `--${name} takes a date or a time in UTC (ISO 8601), for example 2026-11-24 or 2026-11-24T09:00:00Z.`,
    );
  return { [name]: written };
}
