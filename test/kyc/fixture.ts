import { setTimeout as sleep } from 'node:timers/promises';
import type { RunId } from '../../src/domain/ids.ts';
import type { KycEvent, KycStatus } from '../../src/domain/kyc/verification.ts';
import { isRunning, kycEvents, transitionOf } from '../../src/domain/kyc/verification.ts';
import { advanceVerification } from '../../src/operations/kyc/advance.ts';
import { defaultProgram, newCustomer } from '../contract-samples.ts';
import type { Recorder } from '../fakes/kyc-recorder.ts';
import { openRecorder } from '../fakes/kyc-recorder.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

/** A world whose every verification goes to one recording provider, and whose database notes each change. */
export interface KycFixture {
  readonly world: World;
  readonly brand: BrandClient;
  readonly provider: Recorder;
  readonly programId: string;
  /** A new customer's verification, started. */
  start(): Promise<Started>;
  /** Asks the provider about a verification, as the worker does. */
  advance(runId: RunId): Promise<void>;
  /** Every change of a verification's status that the table does not know. */
  strayChanges(): Promise<readonly string[]>;
}

export interface Started {
  readonly customerId: string;
  readonly runId: RunId;
}

export async function openKycFixture(options?: Parameters<typeof openWorld>[0]): Promise<KycFixture> {
  // Verifications are advanced by hand: the worker would ask the provider between two steps of a test.
  const world = await openWorld({ apiOnly: true, ...options });
  const provider = openRecorder();
  Object.assign(world.system, { kycProvider: () => provider });
  const brand = await world.brand();
  await world.sql('create table changes (run_id uuid, before text, after text)');
  await world.sql(`create function note() returns trigger language plpgsql security definer as
    $$ begin insert into changes values (new.run_id, old.status, new.status); return new; end $$`);
  await world.sql('create trigger note after update on kyc_runs for each row execute function note()');
  const programId = await defaultProgram(brand);
  return {
    world,
    brand,
    provider,
    programId,
    async start() {
      const { customer_id: customerId } = (await newCustomer(brand)).json;
      const path = `/customers/${customerId}/verification-kyc`;
      await brand.call('POST', path, { body: { program_id: programId } });
      const [row] = await world.sql('select run_id from kyc_runs where customer_id = $1', [customerId]);
      return { customerId, runId: row?.['run_id'] as RunId };
    },
    advance: (runId) => advanceVerification(world.system, brand.brandId, runId),
    async strayChanges() {
      const rows = await world.sql('select distinct before, after from changes where before <> after');
      return rows
        .filter(({ before, after }) => !isKnown(before as KycStatus, after as KycStatus))
        .map(({ before, after }) => `${before} to ${after}`);
    },
  };
}

const isKnown = (before: KycStatus, after: KycStatus): boolean =>
  isRunning(before) &&
  (Object.keys(kycEvents) as KycEvent[]).some((kycEvent) => transitionOf(before, kycEvent)?.status === after);

/**
 * So many times a PATCH of a locked field meets the provider's approval. Returns how often each came first,
 * and every round in which both were taken.
 */
export async function racePatches({ brand, provider, start, advance, world }: KycFixture, rounds: number) {
  const won = { patch: 0, pass: 0 };
  const broken: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    provider.say({ state: 'pending' });
    const { customerId, runId } = await start();
    await advance(runId);
    provider.say({ state: 'approved' });
    const patch = async () => {
      // A little later each time, so that either comes first in many rounds.
      await sleep(round % 10);
      return brand.call('PATCH', `/customers/${customerId}`, { body: { first_name: 'Jane' } });
    };
    const [patched] = await Promise.all([patch(), advance(runId)]);
    const [run] = await world.sql('select status from kyc_runs where run_id = $1', [runId]);
    const { first_name } = (await brand.call('GET', `/customers/${customerId}`)).json;
    const isPassed = run?.['status'] === 'passed';
    const judgedName = provider.applicants.get(runId)?.first_name;
    if (isPassed && (patched.status === 200 || first_name !== judgedName)) broken.push(customerId);
    won[isPassed ? 'pass' : 'patch'] += 1;
  }
  return { won, broken };
}
