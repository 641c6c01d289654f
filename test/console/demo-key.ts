import { apiPrefix } from '../../src/contract/table.ts';
import type { World } from '../world.ts';

/** Another client of the demo brand, with the key that its first start printed. */
export function demoKeyClient({ url, demoKey }: World) {
  if (!demoKey) throw new Error('This world has no demo.');
  const { identity, authorization } = demoKey;
  return {
    async patch(path: string, body: unknown): Promise<number> {
      const answer = await fetch(`${url}${apiPrefix}${path}`, {
        method: 'PATCH',
        headers: { Identity: identity, Authorization: authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answer.status;
    },
  };
}
