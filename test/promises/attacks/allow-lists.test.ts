import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { examinePrograms } from '../../../src/operations/installation/doctor-access.ts';
import { setProgram } from '../../../src/operations/kyc/programs.ts';
import { openOutbound } from '../../../src/providers/outbound.ts';
import { newCustomer, newWebhook } from '../../contract-samples.ts';
import { portOf } from '../../fakes/internet.ts';
import { openReceiver } from '../../fakes/receiver.ts';
import { startedPath } from '../../kyc/waiting.ts';
import { openWorld } from '../../world.ts';
import { eventually } from '../durability/cpu-contention.ts';

// The operator opens one internal network for one purpose. A brand tries to reach it for another one, or to read what
// is in it.

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** An internal service: it counts its calls, and tells everybody its secret. */
async function openService() {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume();
    response.writeHead(200, { 'x-secret': 'hunter2' }).end('{"password": "hunter2"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => new Promise((resolve) => server.close(resolve)));
  return { port: portOf(server), calls: () => calls };
}

async function openScene(env: Readonly<Record<string, string>>, more: object = {}) {
  const service = await openService();
  const world = await openWorld({ env, ...more });
  opened.push(world.close);
  return { service, world, brand: await world.brand(), url: `http://127.0.0.1:${service.port}/` };
}

/** Starts a verification that asks the service, and waits until it was tried. */
async function verifyBy({ world, brand, url }: Awaited<ReturnType<typeof openScene>>): Promise<void> {
  const [program] = await world.sql('select name from programs where brand_id = $1', [brand.brandId]);
  await setProgram(world.system, brand.brandId, String(program?.['name']), { provider: 'http', url });
  await startedPath(brand);
  await eventually(async () => {
    const rows = await world.sql('select from kyc_runs where brand_id = $1 and silence is not null', [
      brand.brandId,
    ]);
    return rows.length > 0;
  });
}

test('the decision service of a program does not reach what webhooks may reach, and the other way round', async () => {
  const webhooks = await openScene({ CLIENTELE_WEBHOOK_ALLOW: '127.0.0.0/8', CLIENTELE_KYC_ALLOW: '' });
  await verifyBy(webhooks);
  expect(webhooks.service.calls()).toBe(0);
  const { db, vault } = webhooks.world.system;
  const warned = await examinePrograms({ kycAllow: [] } as never, db, vault);
  expect(warned).toMatchObject([{ state: 'yellow' }]);
  expect(warned[0]?.nextStep).toContain('CLIENTELE_KYC_ALLOW');
  expect(await examinePrograms({ kycAllow: ['127.0.0.0/8'] } as never, db, vault)).toEqual([]);
  const kyc = await openScene({ CLIENTELE_WEBHOOK_ALLOW: '', CLIENTELE_KYC_ALLOW: '127.0.0.0/8' });
  const body = { url: kyc.url, events: ['*'] };
  expect((await kyc.brand.call('POST', '/webhooks', { body })).json.Code).toBe('webhooks_err');
  // With the network in the other list, the same attack works.
  await verifyBy(kyc);
  expect(kyc.service.calls()).toBeGreaterThan(0);
});

test('a port that is not in the list is not reached', async () => {
  const receiver = await openReceiver();
  opened.push(receiver.close);
  const { port } = new URL(receiver.url);
  const { brand, service, url } = await openScene({ CLIENTELE_WEBHOOK_ALLOW: `127.0.0.1:${port}` });
  expect((await brand.call('POST', '/webhooks', { body: { url, events: ['*'] } })).status).toBe(400);
  await newWebhook(brand, { url: receiver.url, events: ['*'] });
  await newCustomer(brand);
  await eventually(() => receiver.arrived.length === 1);
  expect(service.calls()).toBe(0);
});

async function readBack({ brand, service, url }: Awaited<ReturnType<typeof openScene>>) {
  const { id } = (await newWebhook(brand, { url, events: ['*'] })).json.webhook_subscription;
  await newCustomer(brand);
  const read = () => brand.call('GET', `/webhooks/${id}/deliveries`);
  await eventually(async () => (await read()).json.data[0]?.attempts.length === 1);
  expect(service.calls()).toBe(1);
  return read();
}

test('what an internal service answers is not read back from the deliveries', async () => {
  const scene = await openScene({ CLIENTELE_WEBHOOK_ALLOW: '127.0.0.1' });
  const deliveries = await readBack(scene);
  expect(deliveries.json.data[0].attempts).toMatchObject([{ outcome: 'delivered', status_code: 200 }]);
  expect(deliveries.text).not.toContain('hunter2');
  expect(await scene.world.sql('select answer from delivery_attempts')).toEqual([{ answer: null }]);
});

test('if every answer counted as public, the same call would show it', async () => {
  const inside = openOutbound({ allow: ['127.0.0.1'], timeoutMs: 10_000, maxResponseBytes: 1_024 });
  let ended = false;
  const careless = {
    ...inside,
    locate: async () => (ended ? 'public' : 'inside') as 'public' | 'inside',
    async send(request: Parameters<typeof inside.send>[0]) {
      const answer = await inside.send(request);
      ended = true;
      return { ...answer, ...(answer.kind === 'answered' && { from: 'public' as const }) };
    },
  };
  const scene = await openScene({}, { outbound: careless });
  expect((await readBack(scene)).text).toContain('hunter2');
});
