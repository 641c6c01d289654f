import { OperatorError } from '../../domain/operator-error.ts';
import { refusedRows } from '../../store/audit/refused-rows.ts';
import { readUnsequenced } from '../../store/audit/sequencer.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { openAnchorFile } from '../../vault/anchor-file.ts';
import type { Vault } from '../../vault/vault.ts';
import { requireOwnEnd, requireWhole } from '../audit/checkpoints.ts';
import { StoppedTrail, WaitingTrail } from '../audit/foreign.ts';
import type { System } from '../system.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { green, red, redFrom, yellow } from './finding.ts';

const check = 'audit trail';
/** Rows of the outbox that the doctor looks at, the oldest first. */
const looked = 1_000;
const askDocs = 'Keep the database unchanged, find out who wrote to it, and see docs/audit.md.';

/** Checks that the service wrote what is in the outbox and in each audit trail. Reads all entries. */
export async function examineTrails(
  { auditAnchorFile }: Pick<Installed, 'auditAnchorFile'>,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const system = { anchors: openAnchorFile(auditAnchorFile), vault };
  const found: Finding[] = [];
  for (const { brandId, arrived } of await refusedRows(database))
    found.push(
      red(check, `The row ${arrived} of journal, brand ${brandId}, was not written by the service.`, askDocs),
    );
  found.push(...(await waitingRows(database, vault)));
  const brands = await listBrands(database);
  for (const brand of brands) {
    try {
      const scope = { brandId: brand.brandId, db: database };
      const end = await requireOwnEnd(system, scope);
      if (end) await requireWhole(scope, end);
    } catch (error) {
      if (!(error instanceof StoppedTrail)) throw error;
      found.push(redFrom(check, new OperatorError(error.message)));
    }
  }
  if (found.length > 0) return found;
  const anchored = brands.filter(({ brandId }) => system.anchors.newest(brandId) !== undefined).length;
  if (anchored < brands.length)
    return [
      yellow(
        check,
        `${auditAnchorFile} has anchors of ${anchored} of ${brands.length} brands.`,
        'A machine that signs checkpoints keeps this file; run clientele doctor there (docs/audit.md).',
      ),
    ];
  return [green(check, `Every trail is whole, and continues from its last anchor in ${auditAnchorFile}.`)];
}

/** Rows of the outbox that were written under a version of the root key that is not here, one for each brand. */
async function waitingRows(database: Database, vault: Vault): Promise<readonly Finding[]> {
  const found = new Map<string, Finding>();
  for (const { brandId, arrived, mac } of await readUnsequenced(database, looked, [])) {
    const missing = found.has(brandId) ? undefined : vault.missingVersionOf(mac);
    if (missing === undefined) continue;
    const { message } = new WaitingTrail(brandId, `the row ${arrived} of journal`, missing);
    found.set(brandId, redFrom(check, new OperatorError(message)));
  }
  return [...found.values()];
}

/**
 * Compares the end of each audit trail with its newest anchor, before this process continues and signs any. `onFailure`
 * receives each trail that does not continue from there.
 */
export async function compareTrailEnds(system: System, onFailure: (error: unknown) => void): Promise<void> {
  for (const { brandId } of await listBrands(system.db)) {
    try {
      await requireOwnEnd(system, { brandId, db: system.db });
    } catch (error) {
      if (!(error instanceof StoppedTrail)) throw error;
      onFailure(error);
    }
  }
}
