import { withOffset } from '../../domain/time.ts';
import type { Format } from '../answer.ts';
import { answer, called, quoted, say } from '../answer.ts';
import { withSystem } from '../command.ts';
import { table } from '../table.ts';

type Brands = typeof import('../../operations/brands/brands.ts');
type Brand = Awaited<ReturnType<Brands['brandNamed']>>;

export async function createBrand(format: Format, name: string): Promise<void> {
  const operations = await import('../../operations/brands/brands.ts');
  const brand = await withSystem(format, (system) => operations.createBrand(system, name));
  answer(format, facts(brand), () => `Made the brand ${brand.name} (${brand.brandId}).`);
  if (format === 'table') {
    say(format, `Make a key for it with: ${called()} keys create --brand ${quoted(brand.name)}`);
  }
}

export async function listBrands(format: Format): Promise<void> {
  const { allBrands } = await import('../../operations/brands/brands.ts');
  const brands = await withSystem(format, allBrands);
  answer(format, brands.map(facts), () =>
    brands.length === 0
      ? `There is no brand yet. Make one with: ${called()} brands create NAME`
      : table(
          ['NAME', 'ID', 'CREATED'],
          brands.map((brand) => [brand.name, brand.brandId, brand.createdAt.slice(0, 10)]),
        ),
  );
}

const facts = (brand: Brand) => ({
  bond_brand_id: brand.brandId,
  name: brand.name,
  date_created: withOffset(brand.createdAt),
});
