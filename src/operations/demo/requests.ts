import { apiPrefix } from '../../contract/table.ts';
import type { NewKey } from '../brands/api-keys.ts';

/** Requests of an integration that is being written: most work, one names nobody, and one lacks what it has to say. */
const requests: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/programs'],
  ['GET', '/customers?per_page=5'],
  ['POST', '/customers/search', { kyc_status: 'passed' }],
  ['POST', '/customers', { first_name: 'Ada' }],
  ['GET', '/customers/00000000-0000-4000-8000-000000000000'],
  ['GET', '/events?limit=5'],
];

/** Makes the first requests of a new sandbox, so that its page of requests shows what it is for. */
export async function makeFirstRequests(url: string, { identity, authorization }: NewKey): Promise<void> {
  // A certificate of the operator's own may not be trusted by this process.
  if (!url.startsWith('http:')) return;
  for (const [method, path, body] of requests) {
    const answer = await fetch(`${url}${apiPrefix}${path}`, {
      method,
      headers: { Identity: identity, Authorization: authorization, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    await answer.arrayBuffer();
  }
}
