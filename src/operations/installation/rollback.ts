import type { BrandId } from '../../domain/ids.ts';
import type { BrandRecordState, CustomerState, PartState } from '../../store/audit/versions.ts';
import { brandRecordStates, customerStates, partStatesOf } from '../../store/audit/versions.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/**
 * A row that was put back as it once was opens, because Clientele wrote it. Only the audit trail shows that it is not
 * the newest one: each change writes its version into its entry.
 */
export interface RolledBack {
  readonly table: NonNullable<CustomerState['place']> | PartState['table'] | BrandRecordState['table'];
  /** The primary key of the row within its brand. */
  readonly id: string;
  /** What does not fit, as a phrase after the row's name. */
  readonly problem: string;
}

/** Customers that are compared in one statement. */
const batch = 1_000;
/** Customers of each brand that one background slice compares. */
const slice = 5_000;
/** Before every id. */
const start = '00000000-0000-0000-0000-000000000000';

/** Compares every customer with what belongs to it, and every record of a brand itself, with the audit trail. */
export async function rolledBackOf(scope: BrandScope): Promise<readonly RolledBack[]> {
  const found = await rolledBackRecords(scope);
  const { found: customers } = await rolledBackCustomers(scope, {
    after: start,
    most: Number.POSITIVE_INFINITY,
  });
  return [...found, ...customers];
}

/**
 * Compares the records of every brand itself, and a slice of its customers with what belongs to them. Each finding
 * raises the alarm `record_altered`; the doctor names the rows. A brand that cannot be compared goes to `onFailure`, and
 * the others are compared.
 */
export async function watchForRollback(
  system: System,
  onFailure: (error: unknown) => void,
): Promise<readonly RolledBack[]> {
  const all: RolledBack[] = [];
  for (const { brandId } of await listBrands(system.db)) {
    try {
      all.push(...(await watchBrand(system, brandId)));
    } catch (error) {
      onFailure(error);
    }
  }
  return all;
}

async function watchBrand(system: System, brandId: BrandId): Promise<readonly RolledBack[]> {
  const scope = scopeOf(system, brandId);
  const found = [...(await rolledBackRecords(scope)), ...(await rolledBackSlice(scope, system.newId()))];
  for (const _ of found)
    system.security.record({
      name: 'record_altered',
      outcome: 'detected',
      brandId,
      operation: 'watchForRollback',
    });
  return found;
}

/**
 * Compares the customers after a random id, and goes on with the first ones where the last one comes before the slice
 * is full. So every customer has the same chance, an attacker cannot know which come next, and no position is stored.
 */
async function rolledBackSlice(scope: BrandScope, random: string): Promise<readonly RolledBack[]> {
  const { found, seen } = await rolledBackCustomers(scope, { after: random, most: slice });
  const rest = { after: start, most: slice - seen, until: random };
  return seen < slice ? [...found, ...(await rolledBackCustomers(scope, rest)).found] : found;
}

interface Range {
  readonly after: string;
  readonly until?: string;
  /** Customers to compare, rounded up to whole batches. */
  readonly most: number;
}

async function rolledBackCustomers(
  scope: BrandScope,
  { after, until, most }: Range,
): Promise<{ readonly found: readonly RolledBack[]; readonly seen: number }> {
  const found: RolledBack[] = [];
  let seen = 0;
  for (let last = after; seen < most; ) {
    const states = await customerStates(scope, last, batch);
    const inside = until === undefined ? states : states.filter(({ customerId }) => customerId <= until);
    found.push(...inside.flatMap(customerProblem));
    const ids = inside.map(({ customerId }) => customerId);
    found.push(...(await partStatesOf(scope, ids)).flatMap(partProblem));
    seen += inside.length;
    const end = inside.length < states.length ? undefined : states.at(-1);
    if (!end) break;
    last = end.customerId;
  }
  return { found, seen };
}

async function rolledBackRecords(scope: BrandScope): Promise<readonly RolledBack[]> {
  return (await brandRecordStates(scope)).flatMap((state) => {
    const { table, id = scope.brandId } = state;
    const problem = deletionProblem(state) ?? versionProblem(state);
    return problem === undefined ? [] : [{ table, id, problem }];
  });
}

function customerProblem(state: CustomerState): readonly RolledBack[] {
  const { customerId: id, place = 'customers' } = state;
  const problem = placeProblem(state) ?? versionProblem(state);
  return problem === undefined ? [] : [{ table: place, id, problem }];
}

/** Whether a customer is where its trail has left it. */
function placeProblem({ place, hasDeletion, hasErasure }: CustomerState): string | undefined {
  if (place === undefined) return 'is gone without a deletion';
  if (place === 'erased_customers') return hasErasure ? undefined : 'was never erased';
  if (hasErasure) return 'was erased';
  if (place === 'customers') return hasDeletion ? 'was deleted' : undefined;
  return hasDeletion ? undefined : 'was never deleted';
}

function partProblem(state: PartState): readonly RolledBack[] {
  const { table, id, stored } = state;
  const problem = stored === undefined ? 'is gone' : versionProblem(state);
  return problem === undefined ? [] : [{ table, id, problem }];
}

function deletionProblem({ stored, hasDeletion }: BrandRecordState): string | undefined {
  if (hasDeletion) return stored === undefined ? undefined : 'was deleted';
  return stored === undefined ? 'is gone' : undefined;
}

/** Each change makes a version of its own. A row that was put back makes one again. */
function versionProblem({
  written,
  stored,
  isRepeated,
}: Pick<CustomerState, 'written' | 'stored' | 'isRepeated'>): string | undefined {
  if (isRepeated) return 'was put back and changed since: the audit trail has one of its versions twice';
  if (written === undefined || stored === undefined || stored >= written) return undefined;
  return `has version ${stored}, and the audit trail has ${written}`;
}
