import { OperatorError } from '../../domain/operator-error.ts';
import { millisOf } from '../../domain/time.ts';
import { readUnsequenced } from '../../store/audit/outbox.ts';
import { refusedRows } from '../../store/audit/refused-rows.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { unsignedTrails } from '../../store/unsigned-trails.ts';
import { openAnchorFile } from '../../vault/anchor-file.ts';
import type { Vault } from '../../vault/vault.ts';
import { requireOwnEnd, requireWhole } from '../audit/checkpoints.ts';
import { faultOfTrail, judged, TrailFault, WaitingTrail } from '../audit/foreign.ts';
import type { System } from '../system.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { green, red, redFrom, yellow } from './finding.ts';

const check = 'audit trail';
/** Rows of the outbox that the doctor looks at, the oldest first. */
const looked = 1_000;
const askDocs = 'Keep the database unchanged, find out who wrote to it, and see docs/audit.md.';

const foreignRow = (brandId: string, arrived: string): Finding =>
  red(check, `The row ${arrived} of journal, brand ${brandId}, was not written by the service.`, askDocs);

/** Checks that the service wrote what is in the outbox and in each audit trail. Reads all entries. */
export async function examineTrails(
  { auditAnchorFile }: Pick<Installed, 'auditAnchorFile'>,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const system = { anchors: openAnchorFile(auditAnchorFile), vault };
  const found: Finding[] = [];
  for (const { brandId, arrived } of await refusedRows(database)) found.push(foreignRow(brandId, arrived));
  found.push(...(await waitingRows(database, vault)));
  const brands = await listBrands(database);
  for (const brand of brands) {
    try {
      const scope = { brandId: brand.brandId, db: database };
      const end = await requireOwnEnd(system, scope);
      if (end) await requireWhole(scope, end);
    } catch (error) {
      const fault = await judged(database, faultOfTrail(brand.brandId, error));
      found.push(redFrom(check, fault instanceof TrailFault ? new OperatorError(fault.message) : fault));
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
  const { rows, unreadable } = await readUnsequenced(database, looked);
  for (const { brandId, arrived, mac } of rows) {
    const missing = found.has(brandId) ? undefined : vault.missingVersionOf(mac);
    if (missing === undefined) continue;
    const waiting = new WaitingTrail(brandId, `the row ${arrived} of journal`, missing);
    const { message } = await judged(database, waiting);
    found.set(brandId, redFrom(check, new OperatorError(message)));
  }
  for (const { brandId, arrived } of unreadable)
    found.set(`${brandId} ${arrived}`, foreignRow(brandId, arrived));
  return [...found.values()];
}

/** Minutes after which changes without a checkpoint are a finding. A service that runs signs after one. */
const lateAfter = 10;

/** Checks that no brand has changes for long that no checkpoint covers: they could be removed without a trace. */
export async function examineDelay(
  { now }: Pick<Installed, 'now'>,
  database: Database,
): Promise<readonly Finding[]> {
  const at = millisOf(now());
  const late = (await unsignedTrails(database))
    .map(({ brandId, since }) => ({ brandId, minutes: Math.floor((at - millisOf(since)) / 60_000) }))
    .filter(({ minutes }) => minutes >= lateAfter);
  if (late.length === 0)
    return [green('audit signing', `No change has waited for a signed checkpoint for ${lateAfter} minutes.`)];
  return late.map(({ brandId, minutes }) =>
    yellow(
      'audit signing',
      `The audit trail of brand ${brandId} has had changes without a signed checkpoint for ${minutes} minutes.`,
      'Run clientele serve or clientele worker; if one runs, look for "task":"sequence" in its log (docs/audit.md).',
    ),
  );
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
      onFailure(await judged(system.db, faultOfTrail(brandId, error)));
    }
  }
}
