import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Contender } from './contenders.ts';
import { follow, root } from './contenders.ts';
import { personOf } from './people.ts';
import type { Planted } from './plant.ts';

// What only Clientele does: import, export and webhooks. No contender is beside them, so these are figures of this
// machine and this run, and no ratios.

const run = promisify(execFile);

interface BulkOptions {
  readonly env: NodeJS.ProcessEnv;
  /** For the files. */
  readonly folder: string;
  readonly lines: number;
}

/** Customers a second of `clientele import` and `clientele export customers`, each command from its start to its end. */
export async function measureFiles({ env, folder, lines }: BulkOptions) {
  const file = join(folder, 'import.ndjson');
  // Numbers that neither the planting nor the load has used.
  const people = Array.from({ length: lines }, (_, index) => JSON.stringify(personOf(2_000_000 + index)));
  await writeFile(file, `${people.join('\n')}\n`);
  const command = async (...args: readonly string[]) => {
    const began = performance.now();
    const running = run(process.execPath, [join(root, 'bin/clientele.js'), ...args, '--output', 'json'], {
      env: { ...process.env, ...env },
    });
    follow(running.child);
    const { stdout } = await running;
    return { seconds: (performance.now() - began) / 1_000, said: JSON.parse(stdout) };
  };
  const imported = await command('import', file, '--brand', 'Bench');
  if (imported.said.imported !== lines) throw new Error(`Imported ${JSON.stringify(imported.said)}`);
  const exported = await command(
    'export',
    'customers',
    '--brand',
    'Bench',
    '--file',
    join(folder, 'out.ndjson'),
  );
  return {
    importPerSecond: lines / imported.seconds,
    exportPerSecond: Number(exported.said.customers) / exported.seconds,
  };
}

/** Events a second that reach a receiver on this machine which answers at once: a replay of stored events. */
export async function measureWebhooks(ours: Contender, { key }: Planted, events: number): Promise<number> {
  let received = 0;
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { event, challenge } = JSON.parse(body);
      if (event !== 'webhook.verify') received += 1;
      response.end(event === 'webhook.verify' ? challenge : 'ok');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const call = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${ours.port}/api/v0.1${path}`, {
      method: 'POST',
      headers: {
        Identity: key.identity,
        Authorization: key.authorization,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status} ${await response.text()}`);
    return response.json();
  };
  try {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const made = (await call('/webhooks', { url, events: ['*'] })) as {
      webhook_subscription: { id: string };
    };
    const { id } = made.webhook_subscription;
    // Its challenge comes first.
    await sleep(2_000);
    received = 0;
    const began = performance.now();
    await call(`/webhooks/${id}/replay`, { from_number: 1, to_number: events });
    while (received < events) {
      if (performance.now() - began > 120_000) throw new Error(`${received} of ${events} events arrived.`);
      await sleep(20);
    }
    return (events / (performance.now() - began)) * 1_000;
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
}
