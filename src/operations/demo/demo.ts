import type { Brand } from '../../store/brands/brands.ts';
import { readForChange } from '../../store/customers/customers.ts';
import { changeCustomer, insertCustomer } from '../../store/customers/writes.ts';
import { listPrograms } from '../../store/kyc/programs.ts';
import { insertRunPart } from '../../store/kyc/runs.ts';
import type { NewKey } from '../brands/api-keys.ts';
import { createKey } from '../brands/api-keys.ts';
import { createBrand } from '../brands/brands.ts';
import { nextRow } from '../customers/change.ts';
import { sealCustomer } from '../customers/sealing.ts';
import type { System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { documentBrand, documentCustomers } from './document.ts';
import type { DemoCustomer } from './people.ts';
import { demoPeople } from './people.ts';
import { openStage } from './story/stage.ts';
import { storyDays, tellStory } from './story/story.ts';
import { demoVerifications } from './verifications.ts';

/** Customers of each demo brand who came before the story begins. */
const perBrand = 50;

/**
 * Fills a new sandbox with two believable brands and their customers, and the first brand with what its people and keys
 * did lately. Returns a key of the first brand.
 */
export async function seedDemoData(system: System): Promise<NewKey> {
  const stage = openStage(system, documentBrand.brandId);
  stage.goTo(storyDays);
  const first = await createBrand(stage.system, documentBrand.name, documentBrand.brandId);
  stage.goTo(storyDays - 0.1);
  const second = await createBrand(stage.system, 'Harborlight Savings');
  const { newId } = system;
  const now = system.now();
  const made = perBrand - documentCustomers.length;
  await Promise.all([
    plant(system, first, [...documentCustomers, ...demoPeople({ from: 0, count: made, now, newId })]),
    plant(system, second, demoPeople({ from: made, count: perBrand, now, newId })),
  ]);
  await tellStory(stage, first.brandId);
  return createKey(system, first.brandId, { name: 'demo' });
}

/**
 * Writes a brand's customers through the store and not through `createCustomer`, because they have past dates, and
 * one has a name that a create would refuse. Writes them one after the other, because the order of writing is the
 * order of the list.
 */
async function plant(system: System, brand: Brand, customers: readonly DemoCustomer[]): Promise<void> {
  const keyring = await system.keyrings.of(brand.brandId);
  const scope = scopeOf(system, brand.brandId);
  const [program] = await listPrograms(scope);
  if (!program) throw new Error('The new brand has no program.');
  for (const customer of customers) {
    const { customerId, brandPersonId, createdAt, updatedAt, kyc, profile, ssn } = customer;
    const head = {
      customer_id: customerId,
      brand_person_id: brandPersonId,
      bond_brand_id: brand.brandId,
      created_at: createdAt,
      updated_at: updatedAt,
      kyc_status: kyc.status,
      kyc_requests_available: kyc.requestsAvailable,
    };
    const row = sealCustomer(system, keyring, { head, profile, ssn, kycPassedAt: kyc.passedAt });
    const [first, ...later] = demoVerifications(system, keyring, customer, program.programId);
    await insertCustomer(scope, row, first ? [insertRunPart(first)] : []);
    for (const run of later) {
      const stored = await readForChange(scope, customerId);
      if (!stored) throw new Error('A customer of the demo was not written.');
      await changeCustomer(scope, nextRow({ system, keyring }, stored, row.profileText, {}), [
        insertRunPart(run),
      ]);
    }
  }
}
