import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newCustomer, newWebhook } from '../contract-samples.ts';
import type { Receiver } from '../fakes/receiver.ts';
import { openReceiver } from '../fakes/receiver.ts';
import { eventually } from '../promises/durability/cpu-contention.ts';
import { buildProgram } from '../promises/durability/serving.ts';
import type { BrandClient, World } from '../world.ts';
import { openWorld } from '../world.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface WorkerKillFixture {
  readonly world: World;
  readonly brand: BrandClient;
  readonly receivers: readonly Receiver[];
  /** Changes customers, and kills the worker while it delivers them; then starts another one. */
  kill(): Promise<void>;
  /**
   * Kills the worker when receivers have answered, and the statement that writes their answers is under way. Returns the
   * ids of the events that a receiver had accepted by then, of which nothing was written.
   */
  killBeforeCommit(): Promise<readonly string[]>;
  /** Waits until nothing is left to be sent. */
  settle(): Promise<void>;
  /** What was lost, came out of order, or came again under another id. */
  complaints(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Real worker processes on a database whose own server does nothing by itself, and receivers that say no to
 * three of ten deliveries. Pauses and leases are cut short by the database's own clock being put forward in the
 * rows, so that nobody waits for them.
 */
export async function openWorkerKillFixture(): Promise<WorkerKillFixture> {
  const program = await buildProgram('test/webhooks/worker.ts');
  // Without rounds of its own: what is delivered is delivered by those who are killed.
  const world = await openWorld({ apiOnly: true });
  const brand = await world.brand();
  const receivers = [await openReceiver(), await openReceiver(), await openReceiver()];
  for (const receiver of receivers) {
    receiver.answer(() => (Math.random() < 0.3 ? 500 : 200));
    await newWebhook(brand, { url: receiver.url, events: ['*'] });
  }
  const customers: string[] = [];
  let worker = await start();
  const hurry = setInterval(
    () =>
      void world
        .sql(
          "update deliveries set due_at = now() where status = 'pending' and claim is null and due_at > now()",
        )
        .catch(() => undefined),
    100,
  );

  async function start(): Promise<ChildProcess> {
    const settings = {
      ...world.databaseSettings,
      CLIENTELE_DATA_DIR: world.config.dataDir,
      CLIENTELE_DEMO: '0',
      CLIENTELE_LOG_LEVEL: 'silent',
      CLIENTELE_WEBHOOK_ALLOW: '127.0.0.1/32',
    };
    const child = spawn(process.execPath, [join(program, 'worker.mjs'), JSON.stringify(settings)], {
      cwd: repository,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`The worker ended with ${code}.`)));
    });
    return child;
  }

  async function end(child: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    // The lease of the dead worker, which is 30 seconds, is over.
    await world.sql("update deliveries set due_at = now() where status = 'pending'");
  }

  return {
    world,
    brand,
    receivers,
    async kill() {
      const arrived = () => receivers.reduce((sum, receiver) => sum + receiver.arrived.length, 0);
      const enough = arrived() + 1 + Math.floor(Math.random() * 20);
      for (let many = 0; many < 3; many += 1) {
        const { customer_id } = (await newCustomer(brand)).json;
        customers.push(customer_id);
      }
      for (const [index, id] of customers.slice(-5).entries()) {
        const body = { email: `${index}-${Math.random().toString(36).slice(2)}@example.com` };
        await brand.call('PATCH', `/customers/${id}`, { body });
      }
      await eventually(() => arrived() >= enough);
      await end(worker);
      worker = await start();
    },
    async killBeforeCommit() {
      // No statement that writes an attempt comes to its end.
      await world.sql(
        `create function hold() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return null; end $$;
         create trigger hold before insert on delivery_attempts for each statement execute function hold()`,
      );
      const before = receivers.map(({ taken }) => taken.length);
      for (let many = 0; many < 6; many += 1) await newCustomer(brand);
      const holding = () =>
        world.sql(
          "select pid from pg_stat_activity where wait_event = 'PgSleep' and query like '%delivery_attempts%'",
        );
      await eventually(async () => (await holding()).length > 0);
      // The others end while the first statement is under way.
      await eventually(() => receivers.some(({ taken }, index) => taken.length > (before[index] ?? 0) + 2));
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.kill('SIGKILL');
      await ended;
      // Else PostgreSQL would still commit what it was asked for.
      await eventually(async () => {
        for (const { pid } of await holding()) await world.sql('select pg_terminate_backend($1)', [pid]);
        return (await holding()).length === 0;
      });
      await world.sql('drop function hold cascade');
      const accepted = receivers.flatMap(({ taken }, index) =>
        taken.slice(before[index]).map(({ headers }) => String(headers['webhook-id'])),
      );
      const unwritten = await world.sql(
        `select event_id from deliveries d where event_id = any ($1::uuid[]) and status = 'pending'
            and not exists (select from delivery_attempts a where a.delivery_id = d.delivery_id)`,
        [accepted],
      );
      // The lease of the dead worker, which is 30 seconds, is over.
      await world.sql("update deliveries set due_at = now() where status = 'pending'");
      worker = await start();
      const ids = new Set(unwritten.map((row) => row['event_id']));
      return accepted.filter((id) => ids.has(id));
    },
    async settle() {
      await eventually(async () => {
        const [row] = await world.sql(
          `select (select count(*) from journal) + (select count(*) from deliveries where status = 'pending')
             + (select count(*) from webhooks w join journal_heads h using (brand_id) where w.fanned < h.event_number) as left`,
        );
        return Number(row?.['left']) === 0;
      });
    },
    async complaints() {
      const events = await world.sql(
        'select event_id, number, customer_id, payload from events where brand_id = $1 order by number',
        [brand.brandId],
      );
      return receivers.flatMap((receiver, index) =>
        deliveryErrors(receiver, events).map((what) => `${index}: ${what}`),
      );
    },
    async close() {
      clearInterval(hurry);
      await end(worker);
      for (const receiver of receivers) await receiver.close();
      await world.close();
      await rm(program, { recursive: true, force: true });
    },
  };
}

type EventRow = Readonly<Record<string, unknown>>;

/** What one receiver has to complain about, by what it took and what had happened. */
export function deliveryErrors(
  receiver: Pick<Receiver, 'taken'>,
  events: readonly EventRow[],
): readonly string[] {
  const complaints: string[] = [];
  const known = new Map(events.map((event) => [String(event['event_id']), event]));
  const seen = new Map<string, number>();
  const last = new Map<string, number>();
  for (const { headers, body } of receiver.taken) {
    const id = String(headers['webhook-id']);
    const event = known.get(id);
    if (!event) complaints.push(`${id} is no event`);
    if (!event) continue;
    if (event['payload'] !== body) complaints.push(`${id} came in other bytes`);
    const customer = String(event['customer_id']);
    const number = Number(event['number']);
    // What comes again for a lost answer was there before; only what is new must not be older.
    if (!seen.has(id) && number < (last.get(customer) ?? 0)) complaints.push(`${id} was overtaken`);
    last.set(customer, Math.max(number, last.get(customer) ?? 0));
    seen.set(id, number);
  }
  for (const id of known.keys()) if (!seen.has(id)) complaints.push(`${id} was lost`);
  return complaints;
}
