import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServe } from '../installation/cli/program.ts';
import { cleanUp, clientele, serve, temporaryFolder } from '../installation/cli/program.ts';

let settings: Readonly<Record<string, string>>;
let served: RunningServe;

beforeAll(async () => {
  settings = { CLIENTELE_DATA_DIR: `${await temporaryFolder()}/data`, CLIENTELE_DEMO: '0' };
  served = await serve({ ...settings, CLIENTELE_PORT: '0' });
  await clientele(['brands', 'create', 'Blue Ridge'], settings);
}, 120_000);
afterAll(async () => {
  await served.stop();
  await cleanUp();
}, 60_000);

describe('clientele retention', () => {
  const call = (...args: string[]) =>
    clientele(['retention', ...args, '--brand', 'Blue Ridge', '--output', 'json'], settings);

  test('shows the defaults and the set values', async () => {
    expect((await call('show')).json).toMatchObject({
      brand: 'Blue Ridge',
      never_verified_days: 30,
      not_passed_months: 25,
      identity_years: 5,
      documents_years: 5,
    });
    const set = await call('set', '--identity-years', '7');
    expect(set.code).toBe(0);
    expect(set.json).toMatchObject({ identity_years: 7, documents_years: 5 });
    expect((await call('show')).json).toEqual(set.json);
  }, 60_000);

  test.each([
    [['--identity-years', '31'], 1, '--identity-years: Must be a whole number from 0 to 30.'],
    [['--identity-years', 'many'], 2, 'It takes a whole number.'],
    [[], 1, 'Nothing to change'],
  ])(
    'refuses %j',
    async (args, code, sentence) => {
      const ran = await call('set', ...args);
      expect([ran.code, ran.stderr.includes(sentence)]).toEqual([code, true]);
    },
    60_000,
  );
});
