import type { KeyKind, Rotated } from '../../operations/rotation/brand-rotation.ts';
import type { RootRotated } from '../../operations/rotation/root-rotation.ts';
import type { System } from '../../operations/system.ts';
import { withSystem } from '../command.ts';
import { UsageError } from '../failure.ts';
import type { Format } from '../output.ts';
import { printAnswer } from '../output.ts';
import { formatCount, openProgress, percent } from '../progress.ts';
import type { ReasonOptions } from '../reason.ts';

interface RotateOptions extends ReasonOptions {
  readonly brand?: string;
  readonly all?: boolean;
}

/** Rotates a key of one brand or of all, one after the other. */
export async function rotateBrands(format: Format, kind: KeyKind, options: RotateOptions): Promise<void> {
  if ((options.brand === undefined) === (options.all !== true))
    throw new UsageError('Name a brand with --brand, or every brand with --all.', `rotate ${kind}-key`);
  const { rotateKey } = await import('../../operations/rotation/brand-rotation.ts');
  const rotated = await withSystem(
    format,
    async (system) => {
      const results: (Rotated & { readonly brand: string })[] = [];
      for (const brand of await brandsOf(system, options)) {
        const progress = openProgress(format);
        const onProgress = (done: number, of: number) =>
          progress(
            () =>
              `${brand.name}: ${percent(done, of)} of ${formatCount(of)} ${unit[kind]} under the new key.`,
          );
        const result = await rotateKey(system, brand.brandId, kind, { by: 'operator', onProgress });
        progress.end();
        results.push({ brand: brand.name, ...result });
      }
      return results;
    },
    { options },
  );
  printAnswer(
    format,
    rotated.map(({ done, remaining, ...rest }) => ({ ...rest, rekeyed: done, remaining })),
    () => rotated.map(sentenceOf).join('\n'),
  );
  // Records that only wait for a date are expected. Records left for another reason are a failure.
  if (rotated.some(({ remaining }) => remaining.some(({ until }) => until === undefined)))
    process.exitCode = 1;
}

/** What a rotation counts. */
const unit = { brand: 'records', index: 'customers' } as const;

async function brandsOf(system: System, { brand }: RotateOptions) {
  const { allBrands, findBrandByName } = await import('../../operations/brands/brands.ts');
  return brand === undefined ? allBrands(system) : [await findBrandByName(system, brand)];
}

function sentenceOf({
  brand,
  kind,
  version,
  resumed,
  done,
  destroyed,
  remaining,
}: Rotated & { brand: string }) {
  const event = resumed ? 'The running rotation continued' : `The ${kind} key has a new version`;
  const start = `${brand}: ${event}. Version ${version} is in use, ${formatCount(done)} ${unit[kind]} were moved to it.`;
  if (destroyed.length > 0) return `${start} Version ${destroyed.join(' and ')} is destroyed.`;
  const waitingUntil = remaining.flatMap(({ until }) => until ?? []).sort();
  const [last] = waitingUntil.slice(-1);
  if (last !== undefined && waitingUntil.length === remaining.length)
    return `${start} The version before stays until ${last.slice(0, 16).replace('T', ' ')} UTC for repeats under an Idempotency-Key. After that any running server destroys it, or this command does.`;
  const left = remaining.map(({ where, count }) => `${formatCount(count)} in ${where}`).join(', ');
  return left === ''
    ? start
    : `${start} These records cannot be read: ${left}. The version before stays; restore those records from a backup.`;
}

/** Starts using a new root key. */
export async function rotateRootKey(format: Format, options: ReasonOptions): Promise<void> {
  const { rotateRoot } = await import('../../operations/rotation/root-rotation.ts');
  const progress = openProgress(format);
  const rotated = await withSystem(
    format,
    (system) =>
      rotateRoot(system, {
        by: 'operator',
        onProgress: (done, of) =>
          progress(() => `The keys of ${percent(done, of)} of ${formatCount(of)} brands.`),
      }),
    { options },
  );
  progress.end();
  printAnswer(
    format,
    { version: rotated.version, resumed: rotated.resumed, brands: rotated.done, kept: rotated.kept },
    () => rootSentence(rotated),
  );
}

function rootSentence({ version, done, kept }: RootRotated): string {
  const start = `Version ${version} of the root key is in use and wraps the keys of ${formatCount(done)} more ${done === 1 ? 'brand' : 'brands'}. Keep a copy of it apart from the backups.`;
  return kept.length === 0
    ? start
    : `${start} Version ${kept.join(' and ')} is still needed for older backups. CLIENTELE_BACKUP_HORIZON_DAYS sets for how long.`;
}
