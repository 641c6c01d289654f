import { withOffset } from '../../domain/time.ts';
import type { Validation } from '../../domain/validation.ts';
import { defaultValidation } from '../../domain/validation.ts';
import type { NewKey } from '../../operations/brands/api-keys.ts';
import { withBrand, withSystem } from '../command.ts';
import { keyWithSecret, secretText, warnAboutSecret } from '../key-text.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice, programName, shellQuoted } from '../output.ts';
import type { ReasonOptions } from '../reason.ts';
import { formatTable } from '../table.ts';

type Brands = typeof import('../../operations/brands/brands.ts');
type Brand = Awaited<ReturnType<Brands['findBrandByName']>>;

interface CreateOptions extends ReasonOptions {
  readonly withKey?: boolean;
}

export async function createBrand(format: Format, name: string, options: CreateOptions): Promise<void> {
  const { createBrand: create } = await import('../../operations/brands/brands.ts');
  const { createKey } = await import('../../operations/brands/api-keys.ts');
  const [brand, key] = await withSystem(
    format,
    async (system): Promise<readonly [Brand, NewKey?]> => {
      const made = await create(system, name);
      return options.withKey ? [made, await createKey(system, made.brandId, {})] : [made];
    },
    { options },
  );
  const sentence = `Created the brand ${brand.name} (${brand.brandId}).`;
  printAnswer(
    format,
    { ...facts(brand, defaultValidation), ...(key && { key: keyWithSecret(brand, key) }) },
    () => (key ? `${sentence}\n${secretText(key)}` : sentence),
  );
  if (key) warnAboutSecret(format);
  else if (format === 'table')
    printNotice(
      format,
      `Create a key for it with: ${programName()} keys create --brand ${shellQuoted(brand.name)}`,
    );
}

export async function listBrands(format: Format): Promise<void> {
  const { allBrands } = await import('../../operations/brands/brands.ts');
  const { validationOf } = await import('../../operations/brands/settings.ts');
  const brands = await withSystem(format, async (system) => {
    const found = [];
    for (const brand of await allBrands(system))
      found.push({ ...brand, validation: (await validationOf(system, brand.brandId)) ?? 'altered' });
    return found;
  });
  const listed = brands.map((brand) => facts(brand, brand.validation));
  printAnswer(format, listed, () =>
    brands.length === 0
      ? `There is no brand yet. Create one with: ${programName()} brands create NAME --with-key`
      : formatTable(
          ['NAME', 'ID', 'CREATED', 'VALIDATION'],
          brands.map(({ name, brandId, createdAt, validation }) => [
            name,
            brandId,
            createdAt.slice(0, 10),
            validation,
          ]),
        ),
  );
}

interface SetOptions extends ReasonOptions {
  readonly validation: Validation;
}

export async function setBrand(format: Format, name: string, options: SetOptions): Promise<void> {
  const { setValidation } = await import('../../operations/brands/settings.ts');
  const { validation } = options;
  const [brand, isChanged] = await withBrand(
    format,
    name,
    (system, { brandId }) => setValidation(system, brandId, validation),
    { options },
  );
  printAnswer(format, facts(brand, validation), () =>
    isChanged
      ? `The brand ${brand.name} takes values by ${validation} from now on.`
      : `The brand ${brand.name} takes values by ${validation} already.`,
  );
}

const facts = (brand: Brand, validation: string) => ({
  bond_brand_id: brand.brandId,
  name: brand.name,
  date_created: withOffset(brand.createdAt),
  validation,
});
