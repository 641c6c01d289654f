import { randomUUID } from 'node:crypto';
import { mailing, person } from '../../people.ts';
import type { BrandClient, Called } from '../../world.ts';
import { settled } from '../../world.ts';

/** A request that has an effect, and the customer that it is about where that is known before. */
interface Plan {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly customerId?: string;
  /** How many addresses the customer has after it, where there still is one. */
  readonly addresses?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the contract check of the create has proven the shape.
const kinds: readonly ((customer: any) => Plan)[] = [
  () => ({ operation: 'createCustomer', method: 'POST', path: '/customers', body: person(), addresses: 2 }),
  ({ customer_id }) => ({
    operation: 'updateCustomer',
    method: 'PATCH',
    path: `/customers/${customer_id}`,
    body: { email: `${randomUUID()}@example.com` },
    customerId: customer_id,
    addresses: 2,
  }),
  ({ customer_id }) => ({
    operation: 'createAddress',
    method: 'POST',
    path: `/customers/${customer_id}/addresses`,
    body: { ...mailing, street: '500 Montgomery St.' },
    customerId: customer_id,
    addresses: 3,
  }),
  ({ customer_id, addresses }) => ({
    operation: 'updateAddress',
    method: 'PATCH',
    path: `/customers/${customer_id}/addresses/${addresses[1].address_id}`,
    body: { street2: 'Floor 2' },
    customerId: customer_id,
    addresses: 2,
  }),
  ({ customer_id, addresses }) => ({
    operation: 'deleteAddress',
    method: 'DELETE',
    path: `/customers/${customer_id}/addresses/${addresses[1].address_id}`,
    customerId: customer_id,
    addresses: 1,
  }),
  ({ customer_id }) => ({
    operation: 'deleteCustomer',
    method: 'DELETE',
    path: `/customers/${customer_id}`,
    customerId: customer_id,
  }),
];

/** Sends one request under one key so many times at once; each that is told to wait asks again. */
async function sendTogether(brand: BrandClient, plan: Plan, times: number): Promise<readonly Called[]> {
  const headers = { 'Idempotency-Key': randomUUID() };
  const { method, path, body } = plan;
  const ask = async (): Promise<Called> => {
    const answer = await brand.call(method, path, { headers, ...(body && { body }) });
    return answer.json?.Code === 'idempotency_key_exists' ? ask() : answer;
  };
  return Promise.all(Array.from({ length: times }, ask));
}

/**
 * So many keys, each with so many duplicates at once. Answers what is wrong: other answers than one, or other
 * effects than one entry of the trail, one event, one kept answer and the addresses that one of it leaves.
 */
export async function duplicateErrors(
  brand: BrandClient,
  keys: number,
  times: number,
): Promise<readonly string[]> {
  const complaints: string[] = [];
  const one = async (number: number) => {
    const made = await brand.call('POST', '/customers', { body: person() });
    const plan = (kinds[number % kinds.length] as (typeof kinds)[number])(made.json);
    const answers = await sendTogether(brand, plan, times);
    const [first] = answers;
    if (!first || first.status >= 300) complaints.push(`${plan.operation} was answered ${first?.status}`);
    if (new Set(answers.map(({ status, text }) => `${status} ${text}`)).size !== 1)
      complaints.push(`${plan.operation} had different answers`);
    const id = plan.customerId ?? first?.json.customer_id;
    await settled(brand);
    const [{ entries, events, kept } = {}] = await brand.sql(
      `select (select count(*)::int from audit where customer_id = $1 and body like $2) as entries,
              (select count(*)::int from events where customer_id = $1 and type <> 'customer.created') as events,
              (select count(*)::int from idempotency where customer_id = $1) as kept`,
      [id, `%"operation":"${plan.operation}"%`],
    );
    // The making of the customer is counted with its own operation alone.
    const isMaking = plan.operation === 'createCustomer';
    if (entries !== 1) complaints.push(`${plan.operation} has ${entries} entries`);
    if (events !== (isMaking ? 0 : 1)) complaints.push(`${plan.operation} has ${events} events`);
    if (kept !== 1) complaints.push(`${plan.operation} has ${kept} answers`);
    const left = (await brand.call('GET', `/customers/${id}`)).json.addresses?.length;
    if (left !== plan.addresses) complaints.push(`${plan.operation} has left ${left} addresses`);
  };
  const numbers = Array.from({ length: keys }, (_, number) => number);
  const worker = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) await one(number);
  };
  await Promise.all([worker(), worker(), worker()]);
  return complaints;
}
