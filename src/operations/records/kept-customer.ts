import type { CustomerId } from '../../domain/ids.ts';
import type { CustomerRow } from '../../store/customers/customers.ts';
import { readForChange } from '../../store/customers/customers.ts';
import { readRestricted } from '../../store/retention/records.ts';
import type { BrandScope } from '../../store/scope.ts';

/** What is kept of a customer, sealed, whether it is present or deleted. */
export interface KeptCustomer {
  readonly row: CustomerRow;
  readonly ssn: string | undefined;
  readonly auditKey: string | undefined;
  readonly isDeleted: boolean;
}

/** `undefined` where the brand has none of that id, or it was erased. */
export async function readKept(scope: BrandScope, id: CustomerId): Promise<KeptCustomer | undefined> {
  const present = await readForChange(scope, id);
  const kept = present ? { ...present, row: present } : await readRestricted(scope, id);
  return kept && { row: kept.row, ssn: kept.ssn, auditKey: kept.auditKey, isDeleted: !present };
}
