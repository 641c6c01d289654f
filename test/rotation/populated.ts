import { randomUUID } from 'node:crypto';
import { isRepeatable } from '../../src/contract/operation.ts';
import { operations } from '../../src/contract/table.ts';
import { keyScopes } from '../../src/domain/scopes.ts';
import { setValidation } from '../../src/operations/brands/settings.ts';
import { setProgram } from '../../src/operations/kyc/programs.ts';
import { prepare, send } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';

/** Only a sandbox with its demo has its accounts, and only a service with a provider has those of a company. */
const elsewhere: readonly string[] = ['openDemoSession', 'beginProviderSignIn', 'openProviderSession'];

/** A brand in which every operation there is has been done once, so that every table has something of it. */
export async function populatedBrand(world: World): Promise<BrandClient> {
  const brand = await world.brand(undefined, { scopes: keyScopes });
  for (const row of operations.filter(({ operationId }) => !elsewhere.includes(operationId))) {
    const prepared = await prepare(row, brand);
    const headers = isRepeatable(row) ? { 'Idempotency-Key': randomUUID() } : {};
    const { status, text } = await send(brand, prepared, { headers });
    if (status >= 300) throw new Error(`${row.operationId} was answered ${status} ${text}`);
  }
  const proposal = { provider: 'http', url: 'https://kyc.example.com', propose: true } as const;
  await setProgram(world.system, brand.brandId, 'default', proposal);
  // Its row stays, and the brand takes what every brand takes.
  await setValidation(world.system, brand.brandId, 'wide');
  await setValidation(world.system, brand.brandId, 'bond');
  return brand;
}
