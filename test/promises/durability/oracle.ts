import { readProfile } from '../../../src/domain/customers/record.ts';
import { rootKeyFromFile } from '../../../src/vault/key-source.ts';
import { openVault } from '../../../src/vault/vault.ts';
import { type DeploymentKey, type Sql, withSql } from './serving.ts';
import { type Acknowledged, type CustomerHistory, type Step, send } from './traffic.ts';

/** A deployment as its operator has it: files, address and key. */
export interface Deployment {
  readonly dataDir: string;
  readonly url: string;
  readonly key: DeploymentKey;
}

/**
 * Sends again, under the same Idempotency-Key, what was left without an answer, and settles from the records what
 * became of the rest. Returns what is wrong: after this every life is known to its end.
 */
export async function resolveHistories(
  at: Deployment,
  histories: readonly CustomerHistory[],
): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const history of histories) {
    const last = history.steps.at(-1);
    if (!last || last.answer) continue;
    if (last.idempotencyKey !== undefined) {
      last.answer = await repeat(at, history, last);
      if (!last.answer) complaints.push(`A repeated ${last.method} got no answer.`);
      else if (last.method === 'POST') history.id = JSON.parse(last.answer.text).customer_id;
    } else {
      complaints.push(...(await settle(at, history, last)));
    }
  }
  return complaints;
}

async function repeat(
  at: Deployment,
  history: CustomerHistory,
  step: Step,
): Promise<Acknowledged | undefined> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const answer = await send(at.url, at.key, history, step);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

/** Without a key the request is not repeated. The state is read, and must be all or nothing. */
async function settle(at: Deployment, history: CustomerHistory, step: Step): Promise<readonly string[]> {
  if (step.method === 'POST') {
    const found = await findByEmail(at, history.email);
    if (found.length > 1) return [`One POST made ${found.length} customers.`];
    if (found[0]) step.answer = { status: 201, text: found[0].text, replayed: false };
    history.id = found[0]?.id;
  } else {
    const text = await read(at, history.id);
    if (step.method === 'DELETE' && text === undefined)
      step.answer = { status: 200, text: '', replayed: false };
    if (step.method === 'PATCH') {
      if (text === undefined) return ['A PATCH left no customer.'];
      if (text !== naive(history.steps.at(-2)?.answer?.text)) {
        const present = JSON.parse(text);
        const wanted = Object.entries(step.body ?? {});
        if (wanted.some(([name, value]) => present[name] !== value)) return ['A PATCH was done by half.'];
        step.answer = { status: 200, text, replayed: false };
      }
    }
  }
  if (!step.answer) history.steps.pop();
  return [];
}

/**
 * Holds the records against everything that was ever acknowledged: each customer there exactly once, with the
 * number of changes that were made and no more, every sealed record opens, and the counts are exact.
 */
export const checkRecords = (
  at: Deployment,
  histories: readonly CustomerHistory[],
): Promise<readonly string[]> =>
  withSql(at.dataDir, async (sql) => [
    ...(await compare(sql, histories)),
    ...(await openAll(sql, at)),
    ...(await recount(sql)),
  ]);

async function compare(sql: Sql, histories: readonly CustomerHistory[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  const expected = new Map<string, number | 'deleted'>();
  for (const { id, steps } of histories) {
    const first = steps.find((step) => step.answer);
    if (!first || id === undefined) continue;
    if (expected.has(id)) complaints.push(`Two creates were answered with the one customer ${id}.`);
    const changes = steps.filter((step) => step.method === 'PATCH').length;
    expected.set(id, steps.at(-1)?.method === 'DELETE' ? 'deleted' : 1 + changes);
  }
  const rows = await sql(
    'select customer_id, version, false as deleted from customers union all select customer_id, version, true from deleted_customers',
  );
  const found = new Map(
    rows.map((row) => [String(row['customer_id']), row['deleted'] ? 'deleted' : row['version']]),
  );
  if (found.size !== rows.length) complaints.push(`${rows.length - found.size} customers are there twice.`);
  for (const [id, what] of expected) {
    if (found.get(id) !== what)
      complaints.push(`Customer ${id} is at ${found.get(id) ?? 'nothing'}; ${what} was acknowledged.`);
  }
  for (const id of found.keys())
    if (!expected.has(id)) complaints.push(`Nobody asked for the customer ${id}.`);
  return complaints;
}

/** Reads lives through the API: each answer must be the last one that was acknowledged. */
export async function readBack(
  at: Deployment,
  histories: readonly CustomerHistory[],
): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const { id, steps } of histories) {
    const last = steps.at(-1)?.answer;
    if (!last) continue;
    const wanted = steps.at(-1)?.method === 'DELETE' ? undefined : naive(last.text);
    if ((await read(at, id)) !== wanted)
      complaints.push(`Customer ${id} does not read as it was acknowledged.`);
  }
  return complaints;
}

/**
 * Sends acknowledged requests again: each must get its first answer and do nothing. Once its customer is deleted, it
 * is refused.
 */
export async function repeatRequests(
  at: Deployment,
  histories: readonly CustomerHistory[],
): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const history of histories) {
    const isDeleted = history.steps.some(({ method, answer }) => method === 'DELETE' && answer);
    for (const step of history.steps) {
      if (step.idempotencyKey === undefined || !step.answer) continue;
      const answer = await send(at.url, at.key, history, step);
      if (isDeleted && step.method !== 'DELETE') {
        if (answer?.status !== 410)
          complaints.push(`A ${step.method} of a deleted customer was answered again.`);
      } else if (!answer?.replayed || answer.text !== step.answer.text)
        complaints.push(`A ${step.method} was not answered as the first time.`);
    }
  }
  return complaints;
}

const instant = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
/** What a profile is bound to, as the schema has it. */
const bound = `jsonb_build_array(version, brand_person_id, ${instant('created_at')}, ${instant('updated_at')}, kyc_status,
  ${instant('kyc_passed_at')}, kyc_requests_available, ssn_seal, holds, closed_on)`;

async function openAll(sql: Sql, { dataDir, key }: Deployment): Promise<readonly string[]> {
  const keys = await sql(
    'select kind, version, root_version as "rootVersion", wrapped from brand_keys where brand_id = $1',
    [key.brandId],
  );
  const keyring = openVault(rootKeyFromFile(`${dataDir}/root.key`).load()).keyring(
    key.brandId,
    keys as never,
  );
  const records =
    await sql(`select 'profile' as purpose, customer_id as id, profile_seal as seal, profile as sealed, ${bound} as bound from customers
     union all select 'ssn', customer_id, ssn_seal, ssn, null from customers
     union all select 'profile', customer_id, profile_seal, profile, ${bound} from deleted_customers
     union all select 'ssn', customer_id, ssn_seal, ssn, null from deleted_customers
     union all select 'idempotency', record_id, 1, answer, null from idempotency`);
  const complaints: string[] = [];
  for (const { purpose, id, seal, sealed, bound: values } of records) {
    try {
      const place = {
        purpose: purpose as 'profile',
        recordId: String(id),
        sealNumber: Number(seal),
        bound: values === null ? undefined : JSON.stringify(values),
      };
      const text = keyring.open(place, String(sealed));
      if (purpose === 'profile') readProfile(text);
      if (purpose === 'idempotency') JSON.parse(text);
    } catch {
      complaints.push(`The ${purpose} record ${id} does not open.`);
    }
  }
  return complaints;
}

async function recount(sql: Sql): Promise<readonly string[]> {
  const wrong = await sql(`select bucket, counted.count as counted, kept.count as kept
       from (select seq / 4096 as bucket, count(*)::int from customers group by 1) as counted
       full join (select bucket, sum(count)::int as count from customer_counts group by 1) as kept using (bucket)
      where coalesce(counted.count, 0) <> coalesce(kept.count, 0)`);
  return wrong.map(
    (row) => `Of bucket ${row['bucket']} there are ${row['counted']}, and ${row['kept']} by the counts.`,
  );
}

const headersOf = ({ identity, authorization }: DeploymentKey) => ({
  Identity: identity,
  Authorization: authorization,
});

async function read(at: Deployment, id: string | undefined): Promise<string | undefined> {
  const response = await fetch(`${at.url}/api/v0.1/customers/${id}`, { headers: headersOf(at.key) });
  const text = await response.text();
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw new Error(`A read was answered ${response.status} ${text}`);
  return text;
}

async function findByEmail(at: Deployment, email: string) {
  const response = await fetch(`${at.url}/api/v0.1/customers/search`, {
    method: 'POST',
    headers: { ...headersOf(at.key), 'Content-Type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  if (response.status !== 200) throw new Error(`A search was answered ${response.status}`);
  const found = (await response.json()) as { customer_id: string }[];
  return Promise.all(found.map(async ({ customer_id: id }) => ({ id, text: (await read(at, id)) ?? '' })));
}

/** An answer of a change in the style of a read: the same but for the offset of its times. */
const naive = (text: string | undefined) => text?.replaceAll('+00:00', '');
