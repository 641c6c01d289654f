import type { PolicyChange, PolicyName } from '../../domain/retention/requests.ts';
import type { System } from '../../operations/system.ts';
import type { Brand, Change } from '../command.ts';
import { withBrand } from '../command.ts';
import type { Format } from '../output.ts';
import { printAnswer } from '../output.ts';
import type { ReasonOptions } from '../reason.ts';
import { formatTable } from '../table.ts';

type Policy = Awaited<ReturnType<typeof import('../../operations/retention/policies.ts').policyFor>>;

export async function showRetention(format: Format, brandName: string): Promise<void> {
  const { policyFor } = await import('../../operations/retention/policies.ts');
  await showPolicy(format, brandName, (system, { brandId }) => policyFor(system, brandId));
}

interface SetOptions extends ReasonOptions {
  readonly brand: string;
  readonly neverVerifiedDays?: number;
  readonly notPassedMonths?: number;
  readonly identityYears?: number;
  readonly documentsYears?: number;
}

export async function setRetention(format: Format, options: SetOptions): Promise<void> {
  const { setPolicyFor } = await import('../../operations/retention/policies.ts');
  const change: PolicyChange = {
    never_verified_days: options.neverVerifiedDays,
    not_passed_months: options.notPassedMonths,
    identity_years: options.identityYears,
    documents_years: options.documentsYears,
  };
  await showPolicy(format, options.brand, (system, { brandId }) => setPolicyFor(system, brandId, change), {
    options,
    without: 'refuse',
  });
}

const rows: Readonly<Record<PolicyName, readonly [of: string, unit: string, since: string]>> = {
  never_verified_days: ['Verification never started', 'days', 'the deletion'],
  not_passed_months: ['Verification not passed', 'months', 'the last action on it'],
  identity_years: ['Identity data', 'years', 'the account was closed'],
  documents_years: ['Documents and verdicts', 'years', 'each was made'],
};

async function showPolicy(
  format: Format,
  brandName: string,
  work: (system: System, brand: Brand) => Promise<Policy>,
  change?: Change,
): Promise<void> {
  const [brand, policy] = await withBrand(format, brandName, work, change);
  printAnswer(format, { brand: brand.name, bond_brand_id: brand.brandId, ...policy }, () =>
    formatTable(
      ['WHAT', 'KEPT FOR', 'SINCE'],
      Object.entries(rows).map(([name, [of, unit, since]]) => [
        of,
        `${policy[name as PolicyName]} ${unit}`,
        since,
      ]),
    ),
  );
}
