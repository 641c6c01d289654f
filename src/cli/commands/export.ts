import { parseId } from '../../domain/ids.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Bound } from '../../operations/audit/exports/span.ts';
import type { ExportedTrail } from '../../operations/audit/exports/writer.ts';
import type { System } from '../../operations/system.ts';
import type { Change } from '../command.ts';
import { withSystem } from '../command.ts';
import { csvOf } from '../csv.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice, programName, shellQuoted } from '../output.ts';
import { writeTo } from '../private-file.ts';
import { formatCount, openPace, openProgress, percent, speedSince } from '../progress.ts';
import type { ReasonOptions } from '../reason.ts';
import { auditTable } from './records/audit-table.ts';
import type { Table } from './records/customer-table.ts';
import { customerTable } from './records/customer-table.ts';

interface ExportOptions {
  readonly brand: string;
  readonly file: string;
}

interface AuditExportOptions extends ExportOptions, ReasonOptions {
  readonly from?: Bound;
  readonly to?: Bound;
  readonly customer?: string;
  readonly format: 'ndjson' | 'csv';
  readonly withReasons?: true;
}

export async function exportAudit(format: Format, options: AuditExportOptions): Promise<void> {
  const { from, to, customer, withReasons = false } = options;
  const customerId = customer === undefined ? undefined : parseId<'customer'>(customer);
  if (customer !== undefined && !customerId)
    throw new OperatorError(`--customer: ${customer} is no id of a customer: it takes a UUID.`);
  const { exportAudit: work } = await import('../../operations/audit/export.ts');
  const table = options.format === 'csv' ? auditTable(withReasons) : undefined;
  const request = { range: { from, to }, customerId, withReasons, table };
  const [brand, trail, speed] = await runExport(
    format,
    options,
    (system, brandId, write, progress) => work(system, brandId, request, write, progress),
    changeOf(options),
  );
  const facts = {
    brand: brand.name,
    bond_brand_id: brand.brandId,
    file: options.file,
    format: options.format,
    from: trail.from,
    to: trail.to,
    trail_end: trail.trailEnd,
    ...(customerId !== undefined && { customer_id: customerId }),
    entries: trail.entries,
    ...(withReasons && { reasons: trail.reasons }),
    ...speed,
    verifiable: verifiableAs(options),
    ...(trail.key !== undefined && { key: trail.key }),
  };
  printAnswer(format, facts, () => exportedText(options, brand, trail), besides(options));
  if (format === 'table') printNotice(format, verifyText(options, trail));
}

/** Reasons are personal data. The other entries are not, so a nightly export needs no reason. */
function changeOf(options: AuditExportOptions): Change | undefined {
  if (options.withReasons) return { options, without: 'refuse' };
  return options.reason === undefined ? undefined : { options };
}

/** `chain`: the file alone shows each change and each gap. `entries`: each entry for itself. `no`: nothing. */
const verifiableAs = ({ format, customer }: AuditExportOptions): 'chain' | 'entries' | 'no' => {
  if (format === 'csv') return 'no';
  return customer === undefined ? 'chain' : 'entries';
};

function exportedText(
  options: AuditExportOptions,
  { name }: Brand,
  { from, to, entries, reasons, key }: ExportedTrail,
): string {
  const span = `the entries ${formatCount(from)} to ${formatCount(to)} of ${name}`;
  const lines = [
    options.customer === undefined
      ? `Exported ${span} to ${nameOf(options)}.`
      : `Exported ${formatCount(entries)} entries about customer ${options.customer}, from ${span}, to ${nameOf(options)}.`,
  ];
  if (options.withReasons) lines.push(`It has ${formatCount(reasons)} reasons, which may name people.`);
  if (key !== undefined) lines.push(`Signed by ${key}`);
  return lines.join('\n');
}

function verifyText(options: AuditExportOptions, { key }: ExportedTrail): string {
  const verify = `Keep that key apart from the file. Verify with: ${programName()} verify-audit ${shellQuoted(options.file)} --key ${key}`;
  return {
    no: 'The table is for reading: nothing in it can be verified. Leave out --format csv for a file that can be.',
    entries: `${verify}\nThat verifies each entry. The file alone does not show that none is missing: compare its lines with an export of all entries (docs/audit.md).`,
    chain: verify,
  }[verifiableAs(options)];
}

interface CustomerExportOptions extends ExportOptions, ReasonOptions {
  readonly format: 'ndjson' | 'csv';
}

export async function exportCustomers(format: Format, options: CustomerExportOptions): Promise<void> {
  const { exportCustomers } = await import('../../operations/customers/export.ts');
  const table = options.format === 'csv' ? customerTable : undefined;
  const work: Work<number> = (system, brandId, write, progress) =>
    exportCustomers(system, brandId, table ? tabled(table, write) : write, progress);
  const [brand, customers, speed] = await runExport(format, options, work, { options, without: 'refuse' });
  const facts = { brand: brand.name, bond_brand_id: brand.brandId, file: options.file, customers, ...speed };
  printAnswer(
    format,
    facts,
    () =>
      `Exported ${formatCount(customers)} customers of ${brand.name} to ${nameOf(options)}. It holds personal data.`,
    besides(options),
  );
}

/** Turns what is written, whole lines of JSON, into rows of a table. */
function tabled(
  { header, row }: Table,
  write: (text: string) => Promise<void>,
): (text: string) => Promise<void> {
  let isFirst = true;
  return async (text) => {
    const rows = text.split('\n').flatMap((line) => (line === '' ? [] : [row(JSON.parse(line))]));
    await write(csvOf(isFirst ? [header, ...rows] : rows));
    isFirst = false;
  };
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
): Promise<readonly [Brand, Result, ReturnType<typeof speedSince>]> {
  const run = async (system: System) => {
    const { findBrandByName } = await import('../../operations/brands/brands.ts');
    const brand = await findBrandByName(system, options.brand);
    const progress = openProgress(format);
    const pace = openPace();
    const began = performance.now();
    let exported = 0;
    try {
      const result = await writeTo(options.file, (write) =>
        work(system, brand.brandId, write, (done, of) => {
          exported = done;
          pace.note(done);
          progress(
            () =>
              `Exported ${formatCount(done)} of ${formatCount(of)} (${percent(done, of)})${pace.words(of)}.`,
          );
        }),
      );
      return [brand, result, speedSince(began, exported)] as const;
    } finally {
      progress.end();
    }
  };
  return withSystem(format, run, change);
}
