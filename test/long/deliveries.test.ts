import { expect, test } from 'vitest';
import { openWorkerKillFixture } from '../webhooks/worker-kills.ts';

const kills = 100;

test(`no event is lost, overtaken or renamed over ${kills} kills of its worker, three of ten deliveries refused`, async () => {
  const scene = await openWorkerKillFixture();
  try {
    for (let kill = 0; kill < kills; kill += 1) await scene.kill();
    await scene.settle();
    expect(await scene.complaints()).toEqual([]);
    const [row] = await scene.world.sql('select count(*) as many from events');
    const arrived = scene.receivers.reduce((sum, { arrived: all }) => sum + all.length, 0);
    const taken = scene.receivers.reduce((sum, { taken: all }) => sum + all.length, 0);
    console.info(`${row?.['many']} events, ${arrived} deliveries arrived, ${taken} were taken`);
  } finally {
    await scene.close();
  }
});
