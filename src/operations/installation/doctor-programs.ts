import { sealContext } from '../../domain/sealed-columns.ts';
import { isRefusal } from '../../providers/outbound/target.ts';
import { openOutbound } from '../../providers/outbound.ts';
import { brandKeys } from '../../store/brands/brand-keys.ts';
import { listBrands } from '../../store/brands/brands.ts';
import type { Database } from '../../store/connection/database.ts';
import { listPrograms } from '../../store/kyc/programs.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Installed } from './doctor-environment.ts';
import type { Finding } from './finding.ts';
import { yellow } from './finding.ts';

/** Milliseconds for looking up the host of a decision service. */
const lookupMs = 3_000;

/** Names the decision services at addresses that no setting allows. It calls none of them. */
export async function examinePrograms(
  { kycAllow }: Installed,
  database: Database,
  vault: Vault,
): Promise<readonly Finding[]> {
  const outbound = openOutbound({ allow: kycAllow, timeoutMs: lookupMs, maxResponseBytes: 0 });
  const found: Finding[] = [];
  for (const { brandId, name: brand } of await listBrands(database)) {
    const scope = { brandId, db: database };
    const keyring = vault.keyring(brandId, await brandKeys(scope));
    for (const { programId, name, provider, settings, settingsSeal } of await listPrograms(scope)) {
      if (provider !== 'http' || settings === undefined) continue;
      const place = sealContext('programs.settings', { program_id: programId }, settingsSeal);
      const { url } = JSON.parse(keyring.open(place, settings)) as { readonly url: string };
      const reached = await outbound.locate(url);
      if (isRefusal(reached) && reached.reason === 'address')
        found.push(
          yellow(
            'KYC programs',
            `The decision service of the program "${name}" of ${brand} is at an address that is not public, so it is not called.`,
            'Name its network, or its host and port, in CLIENTELE_KYC_ALLOW (CLIENTELE_WEBHOOK_ALLOW does not count for it).',
          ),
        );
    }
  }
  await outbound.close();
  return found;
}
