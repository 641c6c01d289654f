import type { OperatorId } from '../../domain/ids.ts';
import type { Role } from '../../domain/operators/roles.ts';
import type { Validation } from '../../domain/validation.ts';
import type { StoredSettings } from '../brands/settings.ts';
import { columns, computed, id, number, optional, text, words } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import type { BrandScope } from '../scope.ts';
import { sql } from '../sql.ts';

/** The roles of an account in one brand, as they are stored. */
export interface StoredRoles {
  readonly operatorId: OperatorId;
  readonly roles: readonly Role[];
  /** Counts the changes. */
  readonly version: number;
  /** Proves the rest (`operator_roles.proof`). */
  readonly proof: string;
}

const stored = columns(
  { operatorId: id<OperatorId>(), roles: words<Role>(), version: number(), proof: text() },
  'r',
);

const all = statement(
  'operator_roles_of',
  `select ${stored.list} from operator_roles r where r.brand_id = $1`,
);

/** The roles of every account that ever had one in the brand. */
export const listRoles = async (scope: BrandScope): Promise<readonly StoredRoles[]> =>
  (await scope.db.run(all, [scope.brandId])).map(stored.read);

const one = statement(
  'operator_roles_of_one',
  `select ${stored.list} from operator_roles r where r.brand_id = $1 and r.operator_id = $2`,
);

export async function findRoles(scope: BrandScope, id: OperatorId): Promise<StoredRoles | undefined> {
  const [row] = await scope.db.run(one, [scope.brandId, id]);
  return row && stored.read(row);
}

const brand = columns({
  brandName: computed('b.name', text()),
  hasRoles: computed('r.operator_id', optional(id<OperatorId>())),
});
const settings = columns({
  validation: computed('s.validation', optional(text<Validation>())),
  settingsVersion: computed('s.version', optional(number())),
  settingsProof: computed('s.proof', optional(text())),
});

const member = statement(
  'operator_in_brand',
  `select ${brand.list}, ${settings.list}, ${stored.list}
     from brands b left join operator_roles r on r.brand_id = b.brand_id and r.operator_id = $2
          left join brand_settings s on s.brand_id = b.brand_id
    where b.brand_id = $1`,
);

/** A brand as one account sees it. */
export interface BrandOfOperator {
  readonly brandName: string;
  readonly roles: StoredRoles | undefined;
  readonly settings: StoredSettings | undefined;
}

/** `undefined`: there is no such brand. */
export async function findBrandOfOperator(
  scope: BrandScope,
  id: OperatorId,
): Promise<BrandOfOperator | undefined> {
  const [row] = await scope.db.run(member, [scope.brandId, id]);
  if (!row) return undefined;
  const { brandName, hasRoles } = brand.read(row);
  const { validation, settingsVersion: version = 0, settingsProof: proof = '' } = settings.read(row);
  return {
    brandName,
    roles: hasRoles === undefined ? undefined : stored.read(row),
    settings: validation === undefined ? undefined : { validation, version, proof },
  };
}

const put = sql(
  'operator_roles_put',
  `insert into operator_roles (brand_id, operator_id, roles, version, proof)
   values (:brandId, :operatorId, :roles::text[], :version::int, :proof)
   on conflict (brand_id, operator_id) do update
      set roles = excluded.roles, version = excluded.version, proof = excluded.proof
    where operator_roles.version = excluded.version - 1
   returning 1`,
);

/** Stores the next version of the roles of an account. False where they were changed since they were read. */
export const putRoles = async (scope: BrandScope, next: StoredRoles): Promise<boolean> =>
  (await put.run(scope.db, { brandId: scope.brandId, ...next })).length > 0;

const holdAccount = sql(
  'operator_hold',
  'select 1 from operators where operator_id = :operatorId and version = :version::int for no key update',
);
const holdRoles = sql(
  'operator_roles_hold',
  `select 1 from operator_roles where brand_id = :brandId and operator_id = :operatorId and version = :version::int
      for no key update`,
);

/** Keeps an account as it was read until the end of the transaction. False where it was changed since. */
export const holdOperator = async (
  db: Connection,
  { operatorId, version }: Pick<HeldAccount, 'operatorId' | 'version'>,
): Promise<boolean> => (await holdAccount.run(db, { operatorId, version })).length > 0;

/** An account of the brand as it was read. Version 0: it has no roles of its own in the brand. */
export interface HeldAccount {
  readonly operatorId: OperatorId;
  readonly version: number;
  readonly rolesVersion: number;
}

/**
 * Keeps an account as it was read until the end of the transaction. False where it was changed since. Two changes that
 * rest on each other's accounts wait for one another, so only one of them is made.
 */
export async function hold(scope: BrandScope, account: HeldAccount): Promise<boolean> {
  const { operatorId, version, rolesVersion } = account;
  if (!(await holdOperator(scope.db, { operatorId, version }))) return false;
  if (rolesVersion === 0) return true;
  const given = { brandId: scope.brandId, operatorId, version: rolesVersion };
  return (await holdRoles.run(scope.db, given)).length > 0;
}
