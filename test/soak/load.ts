import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { personOf } from '../../bench/people.ts';

/** The key and the address of a server under load. */
export interface Target {
  readonly url: string;
  readonly identity: string;
  readonly authorization: string;
}

/** A mixed load that is under way. */
export interface Load {
  /** Requests by what they did. */
  readonly counts: Readonly<Record<string, number>>;
  /** Answers that were no success, and requests without an answer. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

/** Customers that exist at a time. Each create beyond them deletes the oldest one. */
const population = 500;

/** Sends creates, changes, reads, searches and deletions from several clients at once, at a steady rate. */
export function startLoad(target: Target, clients: number, perSecond: number): Load {
  const agent = new Agent({ connections: clients, pipelining: 1 });
  const counts: Record<string, number> = {};
  const failures: string[] = [];
  const ids: { readonly id: string; readonly number: number }[] = [];
  let next = 0;
  let isStopped = false;

  const call = async (what: string, method: string, path: string, body?: object) => {
    counts[what] = (counts[what] ?? 0) + 1;
    const response = await fetch(`${target.url}/api/v0.1${path}`, {
      method,
      headers: {
        Identity: target.identity,
        Authorization: target.authorization,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      dispatcher: agent,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${what}: ${response.status} ${text.slice(0, 200)}`);
    return JSON.parse(text || 'null');
  };

  const create = async () => {
    const number = next++;
    const { customer_id } = await call('create', 'POST', '/customers', personOf(number));
    ids.push({ id: customer_id, number });
    const oldest = ids.length > population ? ids.shift() : undefined;
    if (oldest) await call('delete', 'DELETE', `/customers/${oldest.id}`);
  };
  const step = async (turn: number) => {
    // The oldest are left alone, because another client may be deleting one.
    const one = ids.length > 50 ? ids[50 + Math.floor(Math.random() * (ids.length - 50))] : undefined;
    if (turn % 4 === 0 || !one) return create();
    if (turn % 4 === 1) return call('get', 'GET', `/customers/${one.id}`);
    if (turn % 4 === 2)
      return call('change', 'PATCH', `/customers/${one.id}`, { email: `soak.${turn}@example.com` });
    return turn % 8 === 3
      ? call('list', 'GET', '/customers?per_page=20')
      : call('search', 'POST', '/customers/search', { email: `person.${one.number}@example.com` });
  };

  const client = async (number: number) => {
    for (let turn = number; !isStopped; turn += clients) {
      const due = sleep((1_000 * clients) / perSecond);
      await step(turn).catch((error: unknown) => void failures.push(String(error)));
      await due;
    }
  };
  const running = Array.from({ length: clients }, (_, number) => client(number));
  return {
    counts,
    failures,
    async stop() {
      isStopped = true;
      await Promise.all(running);
      await agent.close();
    },
  };
}
