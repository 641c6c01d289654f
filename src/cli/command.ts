import type { System } from '../operations/system.ts';
import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** Opens the system for one command and closes it afterwards. A server may run on the same data. */
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

/** The same for one brand, given by name or id. Returns the brand and the result of the work. */
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
