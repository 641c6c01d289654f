import type { BrandId } from '../ids.ts';
import type { Role } from './roles.ts';
import { roles as allRoles, isRole, orderedRoles } from './roles.ts';

/** Which roles the groups of a company give: for each group, in each brand, named by its name or id, or in all (`*`). */
export type GroupRoles = ReadonlyMap<string, ReadonlyMap<string, readonly Role[]>>;

const everyBrand = '*';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The roles of groups as a setting gives them: `{"group": {"brand or *": ["role"]}}`; otherwise its problem. */
export function readGroupRoles(text: string): GroupRoles | string {
  const given = parsed(text);
  if (!isObject(given) || Object.keys(given).length === 0)
    return 'must be a JSON object from groups to brands to roles';
  const groups = new Map<string, ReadonlyMap<string, readonly Role[]>>();
  for (const [group, brands] of Object.entries(given)) {
    if (!isObject(brands)) return 'must have an object from brands to roles for each group';
    const ofBrands = new Map<string, readonly Role[]>();
    for (const [brand, roles] of Object.entries(brands)) {
      const isList = Array.isArray(roles) && roles.every((role) => typeof role === 'string' && isRole(role));
      if (!isList) return `must have a list of roles for each brand, each one of ${allRoles.join(', ')}`;
      ofBrands.set(brand, orderedRoles(roles));
    }
    groups.set(group, ofBrands);
  }
  return groups;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names and ids of brands for which groups have roles. */
export const brandsOfGroups = (groups: GroupRoles): ReadonlySet<string> =>
  new Set([...groups.values()].flatMap((brands) => [...brands.keys()]).filter((name) => name !== everyBrand));

/** The roles of one person. Brands without any are left out. */
export interface RolesOfPerson {
  readonly everywhere: readonly Role[];
  readonly inBrands: ReadonlyMap<BrandId, readonly Role[]>;
}

/** What a person with these groups may do in the brands that exist. */
export function rolesOfPerson(
  mapping: GroupRoles,
  groups: readonly string[],
  brands: readonly { readonly brandId: BrandId; readonly name: string }[],
): RolesOfPerson {
  const own = groups.flatMap((group) => mapping.get(group) ?? []);
  const rolesFor = (name: string) => own.flatMap((ofBrands) => ofBrands.get(name) ?? []);
  const inBrands = brands
    .map(({ brandId, name }) => [brandId, orderedRoles([...rolesFor(name), ...rolesFor(brandId)])] as const)
    .filter(([, roles]) => roles.length > 0);
  return { everywhere: orderedRoles(rolesFor(everyBrand)), inBrands: new Map(inBrands) };
}

export const hasRoles = ({ everywhere, inBrands }: RolesOfPerson): boolean =>
  everywhere.length > 0 || inBrands.size > 0;
