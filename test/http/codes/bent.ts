import type { Prepared } from '../../contract-samples.ts';
import { prepare, send } from '../../contract-samples.ts';
import type { CallOptions } from '../../world.ts';
import type { Case } from './budgets.ts';
import { brand } from './worlds.ts';

/** The row's sample request, bent. */
export const bent =
  (bend: (prepared: Prepared) => CallOptions & { readonly path?: string }): Case =>
  async (row, headers) => {
    const prepared = await prepare(row, brand);
    const more = bend(prepared);
    return send(brand, prepared, { ...more, headers: { ...more.headers, ...headers } });
  };

/** The form of a token, which no session has. */
export const noToken = 'x'.repeat(43);
