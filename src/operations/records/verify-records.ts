import { readProfile } from '../../domain/customers/record.ts';
import type { CustomerField } from '../../domain/fields.ts';
import { fieldNames } from '../../domain/fields.ts';
import type { BrandId, CustomerId } from '../../domain/ids.ts';
import { customersAfter, digestEntriesOf } from '../../store/audit/digests.ts';
import { isAboutRecord } from '../../vault/vault.ts';
import { openProfile, openSsn } from '../customers/change.ts';
import { customerKeyOf, digestsOf, presentFields } from '../customers/digests.ts';
import { lookAtBrand } from '../installation/doctor-proofs.ts';
import { rolledBackOf } from '../installation/rollback.ts';
import type { Context, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { readKept } from './kept-customer.ts';

export interface Comparison {
  /** Rows whose proof was checked, and customers whose values were compared with the digests of their entries. */
  readonly rows: number;
  readonly customers: number;
  /** Each record that does not fit, as a phrase. */
  readonly differences: readonly string[];
}

type Keys = Pick<Context, 'system' | 'keyring' | 'scope'>;
type Digests = Readonly<Record<string, string>>;

/** Customers that are compared between two reads of the trail. */
const batch = 100;
/** Before every id. */
const start = '00000000-0000-0000-0000-000000000000';

/**
 * Compares every record of a brand with its proof, with the version that the audit trail names, and every customer's
 * values with the digests of its entries, both ways.
 */
export async function verifyRecords(
  system: System,
  brandId: BrandId,
  progress: (customers: number) => void,
): Promise<Comparison> {
  const scope = scopeOf(system, brandId);
  const looked = { altered: [] as string[], unverifiable: [] as string[] };
  const rows = await lookAtBrand(scope, system.vault, looked);
  const versions = await rolledBackOf(scope);
  const keys: Keys = { system, scope, keyring: await system.keyrings.of(brandId) };
  const values: string[] = [];
  let customers = 0;
  for (let after = start; ; ) {
    const ids = await customersAfter(scope, after, batch);
    for (const id of ids) values.push(...(await valueDifferences(keys, id)));
    customers += ids.length;
    progress(customers);
    const last = ids.at(-1);
    if (last === undefined || ids.length < batch) break;
    after = last;
  }
  return {
    rows,
    customers,
    differences: [
      ...looked.altered.map((row) => `${row} was altered`),
      ...looked.unverifiable.map((row) => `${row} cannot be verified on this machine`),
      ...versions.map(({ table, id, problem }) => `${table} ${id} ${problem}`),
      ...values,
    ],
  };
}

/** How the values of a customer differ from the last digest of each. A change during the comparison repeats it. */
async function valueDifferences(keys: Keys, id: CustomerId): Promise<readonly string[]> {
  for (;;) {
    const known = await knownValues(keys, id);
    if (known === 'gone') return [];
    if (known === 'altered') return [`customers ${id} has values that do not open`];
    const told = await toldOf(keys, id);
    if ((await versionOf(keys, id)) !== known.version) continue;
    // Rows from before there were digests have none.
    if (told.size === 0) return [];
    if (!known.digests)
      return [`customers ${id} has lost its key, and its audit entries have digests under it`];
    const { digests, ofNothing } = known;
    return fieldNames.flatMap((field) => {
      const [stored, written] = [digests[field], told.get(field)];
      if (stored === written) return [];
      // The last change took the value away.
      if (stored === undefined && written === ofNothing(field)) return [];
      if (stored === undefined) return [`customers ${id} lacks ${field}, and its audit entries have one`];
      if (written === undefined) return [`customers ${id} has ${field}, and no audit entry has one`];
      return [`customers ${id} has another ${field} than its last audit entry`];
    });
  }
}

interface KnownValues {
  readonly version: number;
  readonly digests: Digests | undefined;
  /** The digest of a field without a value. */
  readonly ofNothing: (field: CustomerField) => string | undefined;
}

/** The digests of a customer's values, as far as the row has a key for them. */
async function knownValues(keys: Keys, id: CustomerId): Promise<KnownValues | 'gone' | 'altered'> {
  const stored = await readKept(keys.scope, id);
  if (!stored) return 'gone';
  const { version } = stored.row;
  if (stored.auditKey === undefined) return { version, digests: undefined, ofNothing: () => undefined };
  try {
    const profile = readProfile(await openProfile(keys, stored.row));
    const ssn = await openSsn(keys, { ...stored.row, ssn: stored.ssn });
    const { key } = await customerKeyOf(keys, { head: stored.row.head, auditKey: stored.auditKey });
    const digests: Digests = digestsOf(key.digest, presentFields(profile), profile, ssn);
    return { version, digests, ofNothing: (field) => key.digest(field, '') };
  } catch (error) {
    if (isAboutRecord(error)) return 'altered';
    throw error;
  }
}

const versionOf = async (keys: Keys, id: CustomerId): Promise<number | undefined> =>
  (await readKept(keys.scope, id))?.row.version;

/** The last digest of each field in the entries of a customer. */
async function toldOf({ scope }: Keys, id: CustomerId): Promise<ReadonlyMap<CustomerField, string>> {
  const told = new Map<CustomerField, string>();
  for (const { body } of await digestEntriesOf(scope, [id])) {
    const { digests = {} } = JSON.parse(body) as { readonly digests?: Digests };
    for (const field of fieldNames) {
      const digest = digests[field];
      if (digest !== undefined) told.set(field, digest);
    }
  }
  return told;
}
