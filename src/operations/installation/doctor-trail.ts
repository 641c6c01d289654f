import { OperatorError } from '../../domain/operator-error.ts';
import { headsOfBrands, misfiledEntries, refusedRows } from '../../store/audit/sequencer.ts';
import type { Brand } from '../../store/brands/brands.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { openAnchorFile } from '../../vault/anchor-file.ts';
import type { Vault } from '../../vault/vault.ts';
import { ForeignTrail, requireAnchored, requireGenuineHead } from '../audit/checkpoints.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { green, red, redFrom, yellow } from './finding.ts';

const check = 'audit trail';
const askDocs = 'Keep the database unchanged, find out who wrote to it, and see docs/audit.md.';

/** Checks that the service wrote what is in the outbox and at the end of each audit trail. */
export async function examineTrails(
  { auditAnchorFile }: Installed,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const system = { anchors: openAnchorFile(auditAnchorFile), vault };
  const found: Finding[] = [];
  for (const { brandId, arrived } of await refusedRows(database))
    found.push(
      red(check, `The row ${arrived} of journal, brand ${brandId}, was not written by the service.`, askDocs),
    );
  for (const { brandId, number } of await misfiledEntries(database))
    found.push(
      red(
        check,
        `The row ${number} of audit, brand ${brandId}, is not listed under its own customer.`,
        askDocs,
      ),
    );
  const brands = await listBrands(database);
  for (const brand of brands) {
    try {
      await examineTrail(system, database, brand);
    } catch (error) {
      if (!(error instanceof ForeignTrail)) throw error;
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
  return [green(check, `Every trail continues from its last anchor in ${auditAnchorFile}.`)];
}

async function examineTrail(
  system: Parameters<typeof requireAnchored>[0],
  db: Database,
  { brandId }: Brand,
): Promise<void> {
  const [head] = await headsOfBrands(db, [brandId]);
  if (head) requireGenuineHead(system, head);
  await requireAnchored(system, { brandId, db }, head?.number ?? 0);
}
