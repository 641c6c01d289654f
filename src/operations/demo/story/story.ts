import type { BrandId, CustomerId } from '../../../domain/ids.ts';
import { createKey } from '../../brands/api-keys.ts';
import { createProgram } from '../../kyc/programs.ts';
import { newcomer } from '../people.ts';
import { advanceDue, examineDeleted, sendWebhooks } from './background.ts';
import type { Cast, Outcome, Step } from './cast.ts';
import { compliance } from './compliance.ts';
import { developers } from './developers.ts';
import type { Stage } from './stage.ts';

/** How long ago the story begins. Events are kept for 30 days. */
export const storyDays = 27;

/** New customers of each day, the first one 26 days ago. */
const arrivals = [1, 0, 2, 1, 0, 1, 2, 2, 1, 0, 1, 2, 1, 3, 1, 0, 2, 1, 2, 3, 1, 2, 0, 3, 2, 4, 2];

/** What becomes of them, in turn. */
const outcomes: readonly Outcome[] = ['passed', 'review', 'passed', 'none', 'passed', 'failed', 'passed'];

/** Days at which webhooks are sent after each step. Before there is no webhook. */
const webhookDays = 3.1;

/**
 * What happened in a brand in the last weeks, by the operations that people and keys call, in the order of time. So
 * the audit trail, the events and the counts of days are those of these operations.
 */
export async function tellStory(stage: Stage, brandId: BrandId): Promise<void> {
  const { system } = stage;
  const crm = stage.withKey(await createKey(system, brandId, { name: 'backoffice' }));
  const manual = await createProgram(system, brandId, 'onboarding', { provider: 'manual' });
  const [sandbox] = await crm('listPrograms');
  const customers: CustomerId[] = [];
  const cast: Cast = {
    stage,
    crm,
    among: (outcome) => customers.filter((_, place) => outcomes[place % outcomes.length] === outcome),
  };

  const arrive = async (place: number) => {
    const outcome = outcomes[place % outcomes.length];
    const { customer_id } = await crm('createCustomer', { body: newcomer(place) });
    customers.push(customer_id);
    if (outcome === 'none') return;
    const program_id = outcome === 'review' ? manual.programId : sandbox.program_id;
    await crm('startKyc', { params: { customer_id }, body: { program_id } });
    if (outcome === 'failed') await crm('simulateKycFail', { body: { customer_id, program_id } });
  };
  let place = 0;
  const coming = arrivals.map((count, day): Step => {
    const first = place;
    const beyond = first + count;
    place = beyond;
    return [
      26.1 - day,
      async () => {
        for (let one = first; one < beyond; one += 1) await arrive(one);
        // The sandbox's verdict comes after a second.
        stage.goTo(26.1 - day - 0.01);
        if (count > 0) await advanceDue(system);
      },
    ];
  });

  const steps = [...coming, ...compliance(cast), ...developers(cast)];
  for (const [daysAgo, act] of steps.toSorted(([one], [other]) => other - one)) {
    stage.goTo(daysAgo);
    await act();
    if (daysAgo < webhookDays) await sendWebhooks(system);
  }
  stage.goTo(0);
  await examineDeleted(system);
  await stage.close();
}
