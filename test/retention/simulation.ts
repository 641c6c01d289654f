import { randomUUID } from 'node:crypto';
import type { CustomerId, Id, ProgramId, RunId } from '../../src/domain/ids.ts';
import { createKey } from '../../src/operations/brands/api-keys.ts';
import { nextRow, openProfile } from '../../src/operations/customers/change.ts';
import { detailsSealContext, proveRun } from '../../src/operations/kyc/sealing.ts';
import { readForChange } from '../../src/store/customers/customers.ts';
import { changeCustomer } from '../../src/store/customers/writes.ts';
import { insertRunPart } from '../../src/store/kyc/runs.ts';
import { eraseDueRecords } from '../../src/worker/eraser.ts';
import { newCustomer } from '../contract-samples.ts';
import type { BrandClient, World } from '../world.ts';
import type { LifeCycle } from './life-cycles.ts';
import { dayText, lastDay, noon, oracle } from './life-cycles.ts';

/** Lives lived through the API and the worker of a whole system whose clock is turned day by day. */

interface Person {
  readonly lifeCycle: LifeCycle;
  id: string;
  readonly holds: Map<number, string>;
}

/**
 * Lives all of them side by side and says everything that went too early or more than a day too late. The worker
 * looks every day, or only on days on which something happens and those around which something is due.
 */
export async function simulateLifeCycles(
  world: World,
  brand: BrandClient,
  lifeCycles: readonly LifeCycle[],
  turnTo: (day: number) => void,
  everyDay: boolean,
): Promise<readonly string[]> {
  const second = brand.as(await createKey(world.system, brand.brandId, { scopes: ['compliance:write'] }));
  const people: Person[] = lifeCycles.map((lifeCycle) => ({ lifeCycle, id: '', holds: new Map() }));
  const days = new Map<number, (() => Promise<void>)[]>();
  const on = (day: number, action: () => Promise<void> = async () => undefined) => {
    if (day >= 0 && day <= lastDay) days.set(day, [...(days.get(day) ?? []), action]);
  };
  for (const person of people) plan(world, brand, second, person, on);
  for (let day = 0; day <= lastDay; day += 1) {
    const actions = days.get(day);
    if (!actions && !everyDay) continue;
    turnTo(day);
    for (const action of actions ?? []) await action();
    while ((await eraseDueRecords(world.system)) === 'more');
  }
  return faultsOf(world, people);
}

function plan(
  world: World,
  brand: BrandClient,
  second: BrandClient,
  person: Person,
  on: (day: number, action?: () => Promise<void>) => void,
): void {
  const { lifeCycle } = person;
  on(lifeCycle.created, async () => {
    person.id = (await newCustomer(brand)).json.customer_id;
  });
  lifeCycle.runs.forEach((run, index) => {
    on(run.at, () => planted(world, brand, person.id, run, index + 1));
  });
  for (const made of lifeCycle.documents) {
    on(made, async () => {
      const keyring = await world.system.keyrings.of(brand.brandId);
      const facts = {
        documentId: randomUUID() as Id<'kyc document'>,
        runId: randomUUID() as RunId,
        documentType: 'government_id',
        detailsSeal: 1,
        size: 3,
        submittedAt: noon(made),
        submittedBy: undefined,
      } as const;
      const place = detailsSealContext(person.id as CustomerId, facts);
      await world.sql(
        `insert into kyc_documents (brand_id, document_id, customer_id, run_id, document_type, details, details_seal,
           content, content_seal, size, submitted_at)
         values ($1, $2, $3, $4, 'government_id', $5, 1, $6, 1, 3, $7)`,
        [
          ...[brand.brandId, facts.documentId, person.id, facts.runId, keyring.seal(place, '{}')],
          ...[someRecord(brand, person.id), `${noon(made)}Z`],
        ],
      );
    });
  }
  on(lifeCycle.deleted, async () => {
    await brand.call('DELETE', `/customers/${person.id}`);
  });
  if (lifeCycle.closing) {
    const { said, on: closed } = lifeCycle.closing;
    on(said, async () => {
      const body = { closed_on: dayText(closed) };
      await brand.call('POST', `/customers/${person.id}/account-closed`, { body });
    });
  }
  for (const { from, to } of lifeCycle.holds) {
    const path = () => `/customers/${person.id}/legal-holds`;
    on(from, async () => {
      const held = await brand.call('POST', path(), { body: { reason: 'A case.' } });
      if (held.status === 201) person.holds.set(from, held.json.hold_id);
    });
    on(to, async () => {
      const hold = person.holds.get(from);
      if (hold) await second.call('POST', `${path()}/${hold}/release`, { body: { reason: 'Settled.' } });
    });
  }
  if (lifeCycle.approved !== undefined) {
    on(lifeCycle.approved, async () => {
      const path = `/restricted-customers/${person.id}/erasure-requests`;
      const { erasure_id: id } = (await second.call('POST', path, { body: { reason: 'A mistake.' } })).json;
      if (id) await brand.call('POST', `${path}/${id}/approval`);
    });
  }
  // The days around which something has to go.
  const { erased, documents } = oracle(lifeCycle);
  for (const due of [erased ?? lastDay, ...documents.map(([, at]) => at)]) {
    on(due - 1);
    on(due);
    on(due + 1);
  }
}

/** A verification as it is stored after it has ended. */
async function planted(
  world: World,
  brand: BrandClient,
  id: string,
  { at, status }: LifeCycle['runs'][number],
  ordinal: number,
): Promise<void> {
  const customerId = id as CustomerId;
  const keyring = await world.system.keyrings.of(brand.brandId);
  const keys = { system: world.system, keyring };
  const scope = { brandId: brand.brandId, db: world.system.db };
  const row = await readForChange(scope, customerId);
  if (!row) throw new Error('The customer is gone.');
  const run = proveRun(keyring, {
    runId: randomUUID() as RunId,
    customerId,
    programId: randomUUID() as ProgramId,
    ordinal,
    status,
    revision: 1,
    startedAt: noon(at),
    startedBy: undefined,
    updatedAt: noon(at),
    reviewSince: undefined,
    data: someRecord(brand, id).toString('base64'),
    dataSeal: 1,
    wanted: [],
    submitted: [],
    documentsUntil: undefined,
    askedByReviewer: false,
    reference: undefined,
    pollAt: undefined,
    pollTries: 0,
    silence: undefined,
    silentSince: undefined,
  });
  const passedAt = row.kyc.passedAt ?? (status === 'passed' ? noon(at) : undefined);
  const kyc = { ...row.kyc, status, passedAt };
  const change = nextRow(keys, row, await openProfile(keys, row), { kyc });
  await changeCustomer(scope, change, [insertRunPart(run)]);
}

/** Bytes with the head of a sealed record; no test reads what they say. */
function someRecord(brand: BrandClient, id: string): Buffer {
  return Buffer.concat([Buffer.from('01000000010000', 'hex'), Buffer.from(`${brand.brandId}${id}`)]);
}

async function faultsOf(world: World, people: readonly Person[]): Promise<readonly string[]> {
  const tombstones = await world.sql(
    "select customer_id, to_char(erased_at at time zone 'UTC', 'YYYY-MM-DD') as day from erased_customers",
  );
  const erasedOn = new Map(tombstones.map((row) => [String(row['customer_id']), String(row['day'])]));
  const entries = await world.sql(
    `select customer_id, body from (select customer_id, body from audit union all
       select customer_id, body from journal) as entry where body like '%"operation":"eraseDocuments"%'`,
  );
  return people.flatMap(({ lifeCycle, id }) => {
    const { erased = lastDay, documents } = oracle(lifeCycle);
    const faults = judge(erasedOn.get(id), erased, 'everything');
    for (const [made, due] of documents) {
      if (due >= erased) continue;
      const went = entries
        .filter((row) => row['customer_id'] === id)
        .map((row) => JSON.parse(String(row['body'])) as { at: string; made_until: string })
        .filter((entry) => entry.made_until.slice(0, 10) >= dayText(made))
        .map((entry) => entry.at.slice(0, 10))
        .sort();
      faults.push(...judge(went[0], due, 'a document'));
    }
    return faults.map((fault) => `${fault} (${JSON.stringify(lifeCycle)})`);
  });
}

function judge(went: string | undefined, due: number, what: string): string[] {
  if (went === undefined) return due + 1 < lastDay ? [`${what}: never`] : [];
  if (went < dayText(due)) return [`${what}: on ${went}, early: due on ${dayText(due)}`];
  return went > dayText(due + 1) ? [`${what}: on ${went}, late: due on ${dayText(due)}`] : [];
}
