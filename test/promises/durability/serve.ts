// A process of its own that serves, as `clientele serve` does. Its argument is the settings as JSON. It reports as
// lines of JSON, the first time with a key of a new brand, ends in an orderly way on SIGTERM, and does not
// outlive its parent.
import { readConfig } from '../../../src/config.ts';
import { keyScopes } from '../../../src/domain/scopes.ts';
import { startServer } from '../../../src/main.ts';
import { createKey } from '../../../src/operations/brands/api-keys.ts';
import { createBrand } from '../../../src/operations/brands/brands.ts';

const { wantsKey, ...settings } = JSON.parse(process.argv[2] ?? '{}');
const say = (event: string, more: object = {}) =>
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

process.stdin.on('end', () => process.exit(1)).resume();

const began = performance.now();
const running = await startServer(readConfig(settings), {
  notice: (sentence) => say('notice', { sentence }),
});
process.once('SIGTERM', async () => {
  await running.close();
  process.exit(0);
});
say('ready', { url: running.url, startedIn: performance.now() - began });
if (wantsKey) {
  const { brandId } = await createBrand(running.system, 'Universal Exports');
  const { identity, authorization } = await createKey(running.system, brandId, { scopes: keyScopes });
  say('key', { brandId, identity, authorization });
}
