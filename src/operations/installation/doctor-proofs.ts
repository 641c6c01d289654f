import type { BrandId } from '../../domain/ids.ts';
import type { StoredEvent } from '../../store/audit/journal.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { listOperators } from '../../store/operators/accounts.ts';
import { everyPasskey } from '../../store/operators/passkeys.ts';
import { miscountedHolds } from '../../store/retention/holds.ts';
import { readPolicy } from '../../store/retention/policies.ts';
import type { BrandScope } from '../../store/scope.ts';
import { highestNumber, unmatchedEvents } from '../../store/webhooks/deliveries.ts';
import type { Vault } from '../../vault/vault.ts';
import { openedOrNothing } from '../../vault/vault.ts';
import { proofOfEvent } from '../journal.ts';
import { checkOperator, checkPasskey } from '../proofs.ts';
import { eachBoundBatch, opens } from '../rotation/bound-records.ts';
import { readableKeyring } from './doctor-keys.ts';
import type { Finding } from './finding.ts';
import { examineEach, green, red, restoreRows } from './finding.ts';
import { rolledBackOf } from './rollback.ts';

const check = 'records';
/** Altered rows that are named; the others are only counted. */
const named = 5;

/** What a check of all rows has found. */
interface Looked {
  readonly altered: string[];
  /** Rows that need a version of the root key that is not loaded. */
  readonly unverifiable: string[];
}

/** Checks that every row that decides something is as Clientele wrote it. Reads all of them. */
export async function examineRecords(database: Database, vault: Vault): Promise<readonly Finding[]> {
  const found: Looked = { altered: [], unverifiable: [] };
  let looked = 0;
  const failed = await examineEach(check, await listBrands(database), async ({ brandId }) => {
    looked += await lookAtBrand({ brandId, db: database }, vault, found);
  });
  looked += await lookAtAccounts(database, vault, found);
  return verdicts(found, failed, looked);
}

/** Reads every account of the console, and every passkey. Returns how many there are. */
async function lookAtAccounts(
  database: Database,
  vault: Vault,
  { altered, unverifiable }: Looked,
): Promise<number> {
  const accounts = await listOperators(database);
  for (const account of accounts) {
    if (openedOrNothing(() => checkOperator(vault, account))) continue;
    const missing = vault.missingVersionOf(account.mac);
    const row = `operators ${account.operatorId}`;
    if (missing === undefined) altered.push(row);
    else unverifiable.push(`${row} (version ${missing})`);
  }
  const passkeys = await everyPasskey(database);
  for (const passkey of passkeys) {
    if (openedOrNothing(() => checkPasskey(vault, passkey))) continue;
    const missing = vault.missingVersionOf(passkey.mac);
    const row = `operator_passkeys ${passkey.passkeyId}`;
    if (missing === undefined) altered.push(row);
    else unverifiable.push(`${row} (version ${missing})`);
  }
  return accounts.length + passkeys.length;
}

/** Reads every row of a brand that decides something. Returns how many there are. */
export async function lookAtBrand(scope: BrandScope, vault: Vault, found: Looked): Promise<number> {
  const { brandId } = scope;
  const { altered } = found;
  const keyring = readableKeyring(vault, brandId, await brandKeys(scope));
  // The check of the brands says that these keys do not open.
  if (!keyring) return 0;
  let looked = 0;
  if (!(await readPolicy(scope))) altered.push(`retention_policies ${brandId} (missing)`);
  altered.push(...(await miscountedHolds(scope)).map((id) => `legal_holds of customer ${id}`));
  await eachBoundBatch(scope, async (at, records) => {
    const present = records.filter(({ sealed }) => sealed !== '' || !at.isOptional);
    const broken = present.filter((record) => !opens(keyring, at, record));
    altered.push(...broken.map(({ key }) => `${at.table} ${key}`));
    looked += present.length;
  });
  const examine = eventCheck(vault, brandId, found);
  await eachEventBatch(scope, (events) => {
    events.forEach(examine);
    looked += events.length;
  });
  return looked;
}

/** Checks the events of a brand one by one. A version of the root key that is not loaded is looked for once. */
function eventCheck(vault: Vault, brandId: BrandId, { altered, unverifiable }: Looked) {
  const missing = new Set<string>();
  return (event: StoredEvent): void => {
    const row = `events ${event.number} of brand ${brandId}`;
    const [version = ''] = event.mac.split('.', 1);
    const proof = missing.has(version) ? { missing: version } : proofOfEvent({ vault }, brandId, event);
    if (proof === 'proven') return;
    if (proof === 'altered') altered.push(row);
    else {
      missing.add(version);
      unverifiable.push(`${row} (version ${proof.missing})`);
    }
  };
}

/** Events that are read at once. */
const eventBatch = 1_000;

async function eachEventBatch(
  { brandId, db }: BrandScope,
  work: (events: readonly StoredEvent[]) => void,
): Promise<void> {
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const range = { after, upTo: highestNumber };
    const events: readonly StoredEvent[] = await unmatchedEvents({ brandId }, db, range, eventBatch);
    work(events);
    after = events.at(-1)?.number;
  }
}

/** Compares every record with the version that the audit trail names. */
export async function examineVersions(database: Database): Promise<readonly Finding[]> {
  const found: string[] = [];
  const failed = await examineEach('versions', await listBrands(database), async ({ brandId }) => {
    for (const { table, id, problem } of await rolledBackOf({ brandId, db: database }))
      found.push(`${table} ${id} ${problem}`);
  });
  if (found.length > 0)
    return [
      red('versions', `Rows were put back or removed outside of Clientele: ${listed(found)}.`, restoreRows),
      ...failed,
    ];
  if (failed.length > 0) return failed;
  return [green('versions', 'No record is older than the audit trail says.')];
}

function listed(found: readonly string[]): string {
  const more = found.length > named ? ` and ${found.length - named} more` : '';
  return `${found.slice(0, named).join(', ')}${more}`;
}

function verdicts(
  { altered, unverifiable }: Looked,
  failed: readonly Finding[],
  looked: number,
): readonly Finding[] {
  const found: Finding[] = [...failed];
  if (altered.length > 0)
    found.unshift(red(check, `Rows were altered outside of Clientele: ${listed(altered)}.`, restoreRows));
  if (unverifiable.length > 0)
    found.push(
      red(
        check,
        `Rows need a version of the root key that is not on this machine: ${listed(unverifiable)}.`,
        'Bring the root key with all of its versions to this machine (docs/rotation.md). If there is no such version, the rows were altered: see docs/operating.md.',
      ),
    );
  if (found.length > 0) return found;
  return [green(check, `All ${looked} rows that decide something are as they were written.`)];
}
