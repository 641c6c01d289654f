import type { System } from '../operations/system.ts';
import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** Opens the system for one command, whether or not a server runs on the same data, and closes it after. */
export async function withSystem<Result>(
  format: Format,
  work: (system: System) => Promise<Result>,
): Promise<Result> {
  const [{ readConfig }, { openRuntime }] = await Promise.all([
    import('../config.ts'),
    import('../runtime.ts'),
  ]);
  const runtime = await openRuntime(readConfig(), 'command', {
    notice: (sentence) => printNotice(format, sentence),
  });
  try {
    return await work(runtime.system);
  } finally {
    await runtime.close();
  }
}

export type Brand = Awaited<ReturnType<typeof import('../operations/brands/brands.ts').findBrandByName>>;

/** The same for one brand, named as people name it: answers the brand beside what the work gave. */
export async function withBrand<Result>(
  format: Format,
  name: string,
  work: (system: System, brand: Brand) => Promise<Result>,
): Promise<readonly [Brand, Result]> {
  const { findBrandByName } = await import('../operations/brands/brands.ts');
  return withSystem(format, async (system) => {
    const brand = await findBrandByName(system, name);
    return [brand, await work(system, brand)] as const;
  });
}
