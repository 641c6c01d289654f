import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findOperator } from '../../../src/store/operators/accounts.ts';
import { sessionsOf } from '../../../src/store/operators/sessions.ts';
import { setProof } from '../../operators/people.ts';
import { settled } from '../../world.ts';
import type { OpenConsole } from '../open-console.ts';
import { examine, openConsole, timeoutMs, views } from '../open-console.ts';

const james = '8559dec0-2edb-4c3c-a3c5-32de10174c34';

/** The proofs of all sessions of a demo account end. A process believes a session for half a second. */
async function endProofs({ world }: OpenConsole): Promise<void> {
  const operator = await findOperator(world.system.db, { email: 'sam@demo.example' });
  if (!operator) throw new Error('Sam has no account yet.');
  for (const session of await sessionsOf(world.system.db, operator.operatorId))
    await setProof(world.system, session, undefined);
  await new Promise((resolve) => setTimeout(resolve, 700));
}

describe('a fresh proof', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  beforeAll(async () => {
    open = await openConsole({ env: { CLIENTELE_DEMO: '1' } });
  }, timeoutMs);
  afterAll(() => open?.close());

  test.for(views)('is asked for in a window over what was typed ($theme, $width px)', async (view) => {
    const visited = await open.visit(`/universal-exports/customers/${james}`, view, 'sam');
    const { page } = visited;
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByLabel('Reason').fill('Compared with the paper form.');
    await endProofs(open);
    await page.getByRole('button', { name: 'Show the number' }).click();
    await page.getByRole('heading', { name: 'Is it still you?' }).waitFor();
    await examine(visited);
    await page.getByRole('button', { name: 'Cancel' }).last().click();
    expect(await page.getByLabel('Reason').inputValue()).toBe('Compared with the paper form.');
    await page.getByRole('button', { name: 'Show the number' }).click();
    await page.getByRole('button', { name: 'It is me' }).click();
    await page.getByText('hidden in').waitFor();
    await settled(open.world);
    const entries = (await page.evaluate(`(async () => fetch('/api/v0.1/customers/${james}/audit', {
      headers: { 'Clientele-Brand': await fetch('/api/v0.1/session', { headers: { 'Clientele-Brand': '-' } })
        .then((answer) => answer.json()).then(({ brands }) => brands.find((one) => one.slug === 'universal-exports').bond_brand_id) },
    }).then((answer) => answer.json()))()`)) as { readonly data: readonly Record<string, unknown>[] };
    const revealed = entries.data.filter(({ operation }) => operation === 'revealSsn');
    expect(revealed.length).toBeGreaterThan(0);
    for (const { actor } of revealed)
      expect(actor).toMatchObject({ kind: 'operator', user: 'sam@demo.example' });
  });
});
