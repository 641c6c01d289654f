import { randomUUID } from 'node:crypto';
import { newSsn, person } from '../../people.ts';
import type { DeploymentKey } from './serving.ts';

/** One request of a life, and what came back: nothing where the connection broke or the database was away. */
export interface Step {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Field values of the body. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly idempotencyKey: string | undefined;
  answer: Acknowledged | undefined;
}

export interface Acknowledged {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

/** Everything that was asked for one customer, in order. Only the last step can be without an answer. */
export interface CustomerHistory {
  /** An address that no other life has: by it a customer is found whose id never arrived. */
  readonly email: string;
  id: string | undefined;
  readonly steps: Step[];
}

/** Requests under way from several clients at once, until they are told to stop. */
export interface Traffic {
  readonly histories: readonly CustomerHistory[];
  /** Answers that are neither a success nor an honest 503. */
  readonly complaints: readonly string[];
  /** How many writes have been acknowledged so far. */
  acknowledged(): number;
  /** Resolves when no client has a request under way. */
  stop(): Promise<void>;
}

const api = '/api/v0.1';

/** Sends a step. `undefined`: its outcome is not known. Throws for any unexpected answer. */
export async function send(
  url: string,
  key: DeploymentKey,
  history: CustomerHistory,
  step: Step,
): Promise<Acknowledged | undefined> {
  const { method, body, idempotencyKey } = step;
  let status: number;
  let text: string;
  let replayed: boolean;
  try {
    const response = await fetch(`${url}${api}/customers${method === 'POST' ? '' : `/${history.id}`}`, {
      method,
      headers: {
        Identity: key.identity,
        Authorization: key.authorization,
        ...(body && { 'Content-Type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    text = await response.text();
    status = response.status;
    replayed = response.headers.get('idempotent-replayed') === 'true';
  } catch {
    return undefined;
  }
  if (status === 503) return undefined;
  // The answer to a repeat whose customer was deleted since.
  if (status >= 300 && status !== 410) throw new Error(`${method} was answered ${status} ${text}`);
  return { status, text, replayed };
}

/** Starts so many clients that create, change and delete, half of their requests under an Idempotency-Key. */
export function startTraffic(url: string, key: DeploymentKey, clients: number): Traffic {
  const histories: CustomerHistory[] = [];
  const complaints: string[] = [];
  let acknowledged = 0;
  let stopping = false;

  async function live(): Promise<void> {
    const history: CustomerHistory = { email: `${randomUUID()}@example.com`, id: undefined, steps: [] };
    histories.push(history);
    for (const step of plan(history)) {
      if (stopping) return;
      history.steps.push(step);
      step.answer = await send(url, key, history, step);
      if (!step.answer) return;
      acknowledged += 1;
      if (step.method === 'POST') history.id = JSON.parse(step.answer.text).customer_id;
    }
  }

  async function client(): Promise<void> {
    while (!stopping) {
      await live().catch((error: Error) => complaints.push(error.message));
      // What is away is refused at once; there is no use in a thousand refusals.
      if (!histories.at(-1)?.steps.at(-1)?.answer) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const all = Array.from({ length: clients }, client);
  return {
    histories,
    complaints,
    acknowledged: () => acknowledged,
    async stop() {
      stopping = true;
      await Promise.all(all);
    },
  };
}

/** A create, up to three changes, and for every other customer the end. */
function* plan({ email }: CustomerHistory): Generator<Step> {
  const step = (method: Step['method'], body?: Step['body']): Step => ({
    method,
    body,
    idempotencyKey: Math.random() < 0.5 ? randomUUID() : undefined,
    answer: undefined,
  });
  yield step('POST', person({ email, ssn: newSsn() }));
  const changes = Math.floor(Math.random() * 4);
  for (let change = 1; change <= changes; change++) {
    yield step('PATCH', {
      phone: `650-555-${1_000 + change}`,
      first_name: `James${'abc'.charAt(change - 1)}`,
    });
  }
  if (Math.random() < 0.5) yield step('DELETE');
}
