import { randomUUID } from 'node:crypto';
import { person } from '../../people.ts';

/** One request as its client saw it. Times are milliseconds of `performance.now()`. */
export interface ObservedRequest {
  readonly what: 'read' | 'create' | 'change';
  readonly began: number;
  readonly ended: number;
  /** 0 where the connection broke. */
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
}

/** Clients that read, create and change without a pause, until they are told to stop. */
export interface LoadClients {
  readonly seen: readonly ObservedRequest[];
  /** When the requests began that have no answer yet. */
  waiting(): readonly number[];
  stop(): Promise<void>;
  /** The acknowledged writes of which nothing is to be found. */
  lost(): Promise<readonly string[]>;
}

interface Called {
  readonly status: number;
  readonly json: Record<string, unknown> | undefined;
}

export async function startLoad(
  url: string,
  headers: Readonly<Record<string, string>>,
  size: number,
): Promise<LoadClients> {
  const seen: ObservedRequest[] = [];
  const under = new Map<symbol, number>();
  /** What was acknowledged last for each customer. */
  const acknowledged = new Map<string, string>();
  let stopping = false;

  async function call(
    what: ObservedRequest['what'],
    method: string,
    path: string,
    body?: object,
  ): Promise<Called> {
    const [me, began] = [Symbol(), performance.now()];
    under.set(me, began);
    const called = await fetch(`${url}/api/v0.1${path}`, {
      method,
      headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }).then(
      async (response) => ({
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        json: (await response.json()) as Record<string, unknown>,
      }),
      () => ({ status: 0, retryAfter: null, json: undefined }),
    );
    under.delete(me);
    const { status, retryAfter, json } = called;
    const code = status >= 400 ? String(json?.['Code']) : undefined;
    seen.push({ what, began, ended: performance.now(), status, code, retryAfter });
    return { status, json };
  }

  async function create(): Promise<string | undefined> {
    const { status, json } = await call('create', 'POST', '/customers', person());
    if (status !== 201) return undefined;
    const id = String(json?.['customer_id']);
    acknowledged.set(id, String(json?.['email']));
    return id;
  }

  async function client(own: string): Promise<void> {
    let id = own;
    for (let round = 0; !stopping; round++) {
      if (round % 4 === 3) {
        id = (await create()) ?? id;
      } else if (round % 4 === 1) {
        const email = `${randomUUID()}@example.com`;
        const { status } = await call('change', 'PATCH', `/customers/${id}`, { email });
        if (status === 200) acknowledged.set(id, email);
        // Whether a change without an answer was made nobody knows, so the next round takes another customer.
        else acknowledged.delete(id);
      } else {
        await call('read', 'GET', `/customers/${id}`);
      }
      if (seen.at(-1)?.status !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const own = await Promise.all(Array.from({ length: size }, create));
  const clients = own.map((id) => client(String(id)));
  return {
    seen,
    waiting: () => [...under.values()],
    async stop() {
      stopping = true;
      await Promise.all(clients);
    },
    async lost() {
      const lost: string[] = [];
      for (const [id, email] of acknowledged) {
        const { status, json } = await call('read', 'GET', `/customers/${id}`);
        if (status !== 200 || json?.['email'] !== email) lost.push(`${id} reads ${status}`);
      }
      return lost;
    },
  };
}
