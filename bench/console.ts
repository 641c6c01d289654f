import type { BrandId } from '../src/domain/ids.ts';
import type { System } from '../src/operations/system.ts';
import { openBrowser } from '../test/http/browser.ts';
import { signedIn } from '../test/operators/people.ts';

export interface FirstRowOptions {
  readonly system: System;
  readonly brandId: BrandId;
  /** The list of customers in the console. */
  readonly url: string;
  readonly rounds: number;
}

/**
 * Milliseconds from the address of the list of customers to its first row, in a browser without a cache and a
 * connection, for a person who is signed in.
 */
export async function measureFirstRow(options: FirstRowOptions): Promise<readonly number[]> {
  const { system, brandId, url, rounds } = options;
  const { token } = await signedIn(system, brandId);
  const browser = await openBrowser();
  const times: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const page = await browser.page({ viewport: { width: 1280, height: 800 } });
      const cookie = { name: 'clientele', value: token, domain: 'localhost', path: '/' };
      await page.context().addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' }]);
      const begun = performance.now();
      await page.goto(url, { waitUntil: 'commit' });
      await page.locator('[data-row-link]').first().waitFor();
      times.push(performance.now() - begun);
      await page.context().close();
    }
  } finally {
    await browser.close();
  }
  return times;
}
