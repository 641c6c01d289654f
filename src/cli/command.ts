import type { System } from '../operations/system.ts';
import type { Format } from './output.ts';
import { printNotice } from './output.ts';
import type { ReasonOptions, WithoutReason } from './reason.ts';
import { reasonFor } from './reason.ts';

/**
 * A command that changes something or shows personal data: the reason that it was given, and what it does in live
 * without one.
 */
export interface Change {
  readonly options: ReasonOptions;
  readonly without?: WithoutReason;
}

/**
 * Opens the system for one command and closes it afterwards. A server may run on the same data. With `change` every
 * audit entry of the command has the operator's reason.
 */
export async function withSystem<Result>(
  format: Format,
  work: (system: System) => Promise<Result>,
  change?: Change,
): Promise<Result> {
  const [{ readConfig }, { openRuntime }] = await Promise.all([
    import('../config.ts'),
    import('../runtime.ts'),
  ]);
  const config = readConfig();
  const { options, without = 'note' } = change ?? {};
  const operator = options && {
    reason: await reasonFor(config.environment, format, options.reason, without),
  };
  const runtime = await openRuntime(config, 'command', {
    notice: (sentence) => printNotice(format, sentence),
  });
  try {
    return await work({ ...runtime.system, ...(operator && { operator }) });
  } finally {
    await runtime.close();
  }
}

export type Brand = Awaited<ReturnType<typeof import('../operations/brands/brands.ts').findBrandByName>>;

/** The same for one brand, given by name or id. Returns the brand and the result of the work. */
export async function withBrand<Result>(
  format: Format,
  name: string,
  work: (system: System, brand: Brand) => Promise<Result>,
  change?: Change,
): Promise<readonly [Brand, Result]> {
  const { findBrandByName } = await import('../operations/brands/brands.ts');
  return withSystem(
    format,
    async (system) => {
      const brand = await findBrandByName(system, name);
      return [brand, await work(system, brand)] as const;
    },
    change,
  );
}
