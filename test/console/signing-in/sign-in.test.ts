import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenConsole } from '../open-console.ts';
import { axeFindings, examine, openConsole, timeoutMs, views } from '../open-console.ts';

describe('signing in', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  beforeAll(async () => {
    open = await openConsole();
  }, timeoutMs);
  afterAll(() => open?.close());

  test.for(views)('is readable and keeps the policy ($theme, $width px)', async (view) => {
    const visited = await open.visit('/universal-exports/customers?kyc=passed', view);
    await visited.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(new URL(visited.page.url()).pathname).toBe('/console/sign-in');
    expect(await visited.page.evaluate('document.activeElement.name')).toBe('email');
    await examine(visited);
  });

  test('is tested by guards that find what they look for', async () => {
    const { page, seen } = await open.visit('/sign-in');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.evaluate(`fetch('http://elsewhere.invalid/').catch(() => undefined)`);
    await page.evaluate(`try { document.body.innerHTML += '<img alt="">' } catch {}`);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('style'), { textContent: 'b {}' }))`,
    );
    const violations = seen.violations.join('\n');
    for (const part of ['connect-src', 'TrustedHTML', 'style-src']) expect(violations).toContain(part);
    await page.evaluate(`document.querySelector('main').append(document.createElement('button'))`);
    expect((await axeFindings(page)).join()).toContain('button-name');
  });
});
