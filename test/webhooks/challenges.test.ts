import { afterAll, beforeAll, expect, test } from 'vitest';
import { plusSeconds } from '../../src/domain/time.ts';
import { sendChallenge } from '../../src/operations/webhooks/challenge.ts';
import { wallClock } from '../../src/runtime.ts';
import { claimChallenges } from '../../src/store/webhooks/deliveries-due.ts';
import { newWebhook } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openPublicReceiver } from '../fakes/receiver.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

// The answer to a challenge arrives after the challenge was asked for again, or was claimed by another worker.

let ahead = 0;
let world: World;
let brand: BrandClient;
let receiver: Receiver;
beforeAll(async () => {
  const receiving = await openPublicReceiver();
  receiver = receiving;
  world = await openWorld({
    now: () => plusSeconds(wallClock(), ahead),
    outbound: receiving.outbound,
    apiOnly: true,
  });
  brand = await world.brand();
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const subscribe = async () =>
  String((await newWebhook(brand, { url: `${receiver.url}/${ahead}` })).json.webhook_subscription.id);
const stored = async (id: string) => {
  const [row] = await world.sql('select challenge_due, challenges from webhooks where webhook_id = $1', [id]);
  return { due: row?.['challenge_due'] as Date | null, challenges: row?.['challenges'] };
};
const claimed = async (id: string) => {
  const due = await claimChallenges(world.system.db, world.system.now(), 8);
  const one = due.find(({ webhookId }) => webhookId === id);
  if (!one) throw new Error('The challenge is not due.');
  return { brandId: one.brandId, webhook: one.read() };
};

test('a late no does not take back a challenge that was asked for in the meantime', async () => {
  const id = await subscribe();
  let asked: Date | null = null;
  receiver.answerChallenges((_, response) => {
    void (async () => {
      expect((await brand.call('POST', `/webhooks/${id}/test`)).status).toBe(200);
      asked = (await stored(id)).due;
      response.writeHead(404).end();
    })();
    return undefined;
  });
  await sendChallenge(world.system, await claimed(id));
  expect(asked).not.toBeNull();
  expect(await stored(id)).toEqual({ due: asked, challenges: 0 });
  // The answer to the challenge that is due now counts.
  receiver.answerChallenges(() => 404);
  await sendChallenge(world.system, await claimed(id));
  const { due, challenges } = await stored(id);
  expect(challenges).toBe(1);
  expect(due).not.toEqual(asked);
});

test('a late no of a worker whose claim has ended does not count', async () => {
  const id = await subscribe();
  receiver.answerChallenges(() => 404);
  const first = await claimed(id);
  ahead += 31;
  const second = await claimed(id);
  await sendChallenge(world.system, first);
  expect(await stored(id)).toMatchObject({ challenges: 0 });
  await sendChallenge(world.system, second);
  expect(await stored(id)).toMatchObject({ challenges: 1 });
});
