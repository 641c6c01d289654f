import type { KeyKind, Rotated } from '../../operations/rotation/brand-rotation.ts';
import type { RootRotated } from '../../operations/rotation/root-rotation.ts';
import type { System } from '../../operations/system.ts';
import type { Format } from '../answer.ts';
import { answer } from '../answer.ts';
import { withSystem } from '../command.ts';
import { UsageError } from '../failure.ts';
import { counted, openProgress, percent } from '../progress.ts';

interface Wish {
  readonly brand?: string;
  readonly all?: boolean;
}

/** Rotates a key of one brand or of all, one after the other. */
export async function rotateBrands(format: Format, kind: KeyKind, wish: Wish): Promise<void> {
  if ((wish.brand === undefined) === (wish.all !== true))
    throw new UsageError('Name a brand with --brand, or every brand with --all.', `rotate ${kind}-key`);
  const { rotateKey } = await import('../../operations/rotation/brand-rotation.ts');
  const rotated = await withSystem(format, async (system) => {
    const results: (Rotated & { readonly brand: string })[] = [];
    for (const brand of await brandsOf(system, wish)) {
      const progress = openProgress(format);
      const onProgress = (done: number, of: number) =>
        progress(
          () => `${brand.name}: ${percent(done, of)} of ${counted(of)} ${things[kind]} under the new key.`,
        );
      const result = await rotateKey(system, brand.brandId, kind, { by: 'operator', onProgress });
      progress.end();
      results.push({ brand: brand.name, ...result });
    }
    return results;
  });
  answer(
    format,
    rotated.map(({ done, remaining, ...rest }) => ({ ...rest, rekeyed: done, remaining })),
    () => rotated.map(sentenceOf).join('\n'),
  );
  // What waits for nothing but time is in order; what is left for another reason is not.
  if (rotated.some(({ remaining }) => remaining.some(({ until }) => until === undefined)))
    process.exitCode = 1;
}

const things = { brand: 'records', index: 'customers' } as const;

async function brandsOf(system: System, { brand }: Wish) {
  const { allBrands, brandNamed } = await import('../../operations/brands/brands.ts');
  return brand === undefined ? allBrands(system) : [await brandNamed(system, brand)];
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
  const went = resumed ? 'The rotation under way went on' : `The ${kind} key has a new version`;
  const start = `${brand}: ${went}. Version ${version} is in use, ${counted(done)} ${things[kind]} were given to it.`;
  if (destroyed.length > 0) return `${start} Version ${destroyed.join(' and ')} is destroyed.`;
  const waits = remaining.flatMap(({ until }) => until ?? []).sort();
  const [last] = waits.slice(-1);
  if (last !== undefined && waits.length === remaining.length)
    return `${start} The one before is kept for repeats under an Idempotency-Key until ${last.slice(0, 16).replace('T', ' ')} UTC, and destroyed after that by any running server, or by this command.`;
  const left = remaining.map(({ where, count }) => `${counted(count)} in ${where}`).join(', ');
  return left === ''
    ? start
    : `${start} What is left cannot be read: ${left}. The key before is kept; restore those records from a backup.`;
}

/** Puts a new root key in use. */
export async function rotateRootKey(format: Format): Promise<void> {
  const { rotateRoot } = await import('../../operations/rotation/root-rotation.ts');
  const progress = openProgress(format);
  const rotated = await withSystem(format, (system) =>
    rotateRoot(system, {
      by: 'operator',
      onProgress: (done, of) => progress(() => `The keys of ${percent(done, of)} of ${counted(of)} brands.`),
    }),
  );
  progress.end();
  answer(
    format,
    { version: rotated.version, resumed: rotated.resumed, brands: rotated.done, kept: rotated.kept },
    () => rootSentence(rotated),
  );
}

function rootSentence({ version, done, kept }: RootRotated): string {
  const start = `Version ${version} of the root key is in use; it wraps the keys of ${counted(done)} more ${done === 1 ? 'brand' : 'brands'}. Keep a copy of it apart from the backups.`;
  return kept.length === 0
    ? start
    : `${start} Version ${kept.join(' and ')} is still needed for backups from before; CLIENTELE_BACKUP_HORIZON_DAYS says for how long.`;
}
