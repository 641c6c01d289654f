import type { BrandId } from '../../domain/ids.ts';
import type { BrandRecordState, CustomerState } from '../../store/audit/versions.ts';
import { brandRecordStates, customerStates } from '../../store/audit/versions.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { BrandScope } from '../../store/scope.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';

/**
 * A row that was put back as it once was opens, because Clientele wrote it. Only the audit trail shows that it is not
 * the newest one: each change writes its version into its entry.
 */
export interface RolledBack {
  readonly table: 'customers' | 'deleted_customers' | 'erased_customers' | 'api_keys' | 'retention_policies';
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

/** Compares every customer, key and policy of a brand with its audit trail. */
export async function rolledBackOf(scope: BrandScope): Promise<readonly RolledBack[]> {
  const found = await rolledBackRecords(scope);
  return [...found, ...(await rolledBackCustomers(scope, start, Number.POSITIVE_INFINITY))];
}

/**
 * Compares the keys and the policy of every brand, and the customers after a random id. An attacker cannot know
 * which customers come next, and no position has to be stored. Each finding raises the alarm `record_altered`; the doctor names the rows.
 */
export async function watchForRollback(system: System): Promise<readonly RolledBack[]> {
  const all: RolledBack[] = [];
  for (const { brandId } of await listBrands(system.db)) {
    const scope = scopeOf(system, brandId);
    const found = [
      ...(await rolledBackRecords(scope)),
      ...(await rolledBackCustomers(scope, system.newId(), slice)),
    ];
    for (const _ of found)
      system.security.record({
        name: 'record_altered',
        outcome: 'detected',
        brandId,
        operation: 'watchForRollback',
      });
    all.push(...found);
  }
  return all;
}

async function rolledBackCustomers(
  scope: BrandScope,
  after: string,
  most: number,
): Promise<readonly RolledBack[]> {
  const found: RolledBack[] = [];
  for (let [last, seen] = [after, 0]; seen < most; ) {
    const states = await customerStates(scope, last, batch);
    found.push(...states.flatMap(customerProblem));
    const end = states.at(-1);
    if (!end) break;
    last = end.customerId;
    seen += states.length;
  }
  return found;
}

async function rolledBackRecords(scope: BrandScope): Promise<readonly RolledBack[]> {
  return (await brandRecordStates(scope)).flatMap((state) => recordProblem(scope.brandId, state));
}

function customerProblem(state: CustomerState): readonly RolledBack[] {
  const { customerId: id, written, hasDeletion, hasErasure, stored, place } = state;
  if (place === undefined) return [{ table: 'customers', id, problem: 'is gone without a deletion' }];
  if (hasErasure && place !== 'erased_customers') return [{ table: place, id, problem: 'was erased' }];
  if (place === 'erased_customers')
    return hasErasure ? [] : [{ table: place, id, problem: 'was never erased' }];
  if (hasDeletion && place === 'customers') return [{ table: place, id, problem: 'was deleted' }];
  if (!hasDeletion && place === 'deleted_customers')
    return [{ table: place, id, problem: 'was never deleted' }];
  return olderThan(place, id, written, stored);
}

function recordProblem(brandId: BrandId, { key, written, stored }: BrandRecordState): readonly RolledBack[] {
  const [table, id] =
    key === undefined ? (['retention_policies', brandId] as const) : (['api_keys', key] as const);
  if (stored === undefined) return [{ table, id, problem: 'is gone' }];
  return olderThan(table, id, written, stored);
}

const olderThan = (
  table: RolledBack['table'],
  id: string,
  written: number | undefined,
  stored: number | undefined,
): readonly RolledBack[] =>
  written === undefined || stored === undefined || stored >= written
    ? []
    : [{ table, id, problem: `has version ${stored}, and the audit trail has ${written}` }];
