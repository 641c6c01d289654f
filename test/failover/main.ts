// `npm run test:failover`: kills the primary of a PostgreSQL with a synchronous standby under load, promotes the
// standby, and looks for every acknowledged write. Ends with 1 where one is lost or the service does not come back.
// -- --rounds N for more of them; -- --asynchronous for the fault that it has to find.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunningServe } from '../installation/cli/program.ts';
import { cleanUp, clientele, serve, temporaryFolder } from '../installation/cli/program.ts';
import { person } from '../people.ts';
import { openPair, until } from './postgres.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, asynchronous: { type: 'boolean', default: false } },
});
const clients = 8;
/** Milliseconds: of load before the failure, of stalled replication before it, until the promotion, and after. */
const phases = { before: 3_000, stalled: 500, untilPromotion: 2_000, after: 5_000 };
/** Milliseconds without one acknowledged write beside those until the promotion. */
const mostSilence = 15_000;

interface Sent {
  readonly at: number;
  /** 0: no answer. */
  readonly status: number;
  readonly customer: string | undefined;
}

type Headers = Readonly<Record<string, string>>;

function load(url: string, headers: Headers) {
  const sent: Sent[] = [];
  let going = true;
  const client = async () => {
    while (going) {
      const { ssn: _, ...body } = person();
      const answer = await fetch(`${url}/api/v0.1/customers`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then(
        async (got) => ({ status: got.status, body: (await got.json()) as { customer_id?: string } }),
        () => ({ status: 0, body: {} as { customer_id?: string } }),
      );
      sent.push({ at: performance.now(), status: answer.status, customer: answer.body.customer_id });
      await sleep(answer.status === 201 ? 5 : 100);
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  return {
    sent,
    async stop() {
      going = false;
      await ended;
    },
  };
}

async function start(ports: readonly number[]) {
  const folder = await temporaryFolder();
  const rootKey = join(folder, 'root.key');
  await writeFile(rootKey, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const url = (role: string, at = hosts) =>
    `postgres://${role}@${at}/clientele?target_session_attrs=read-write`;
  const settings = {
    CLIENTELE_DATA_DIR: join(folder, 'data'),
    CLIENTELE_DATABASE_URL: url('clientele_app'),
    CLIENTELE_MIGRATION_DATABASE_URL: url('clientele_owner'),
    CLIENTELE_ROOT_KEY_FILE: rootKey,
    CLIENTELE_DEMO: '0',
  };
  const server = await serve(settings);
  const made = await clientele(['brands', 'create', 'Failover', '--with-key', '--output', 'json'], settings);
  const { key } = made.json;
  const headers = { Identity: key.identity, Authorization: key.authorization };
  return { server, settings, headers, standbyUrl: url('clientele_app', `127.0.0.1:${ports[1]}`) };
}

/** The acknowledged customers that the service no longer has. */
async function lostOf({ url }: RunningServe, headers: Headers, sent: readonly Sent[]): Promise<number> {
  let lost = 0;
  for (const { status, customer } of sent) {
    if (status !== 201) continue;
    const answer = await fetch(`${url}/api/v0.1/customers/${customer}`, { headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) lost += 1;
  }
  return lost;
}

async function redOf(settings: Headers): Promise<readonly string[]> {
  const { json } = await clientele(['doctor', '--output', 'json'], settings);
  return (json as readonly { check: string; state: string }[])
    .filter(({ state }) => state === 'red')
    .map(({ check }) => check);
}

async function round() {
  const pair = await openPair({ synchronous: !values.asynchronous });
  try {
    const { server, settings, headers, standbyUrl } = await start([pair.primary.port, pair.standby.port]);
    const redOnStandby = await redOf({ ...settings, CLIENTELE_DATABASE_URL: standbyUrl });
    const running = load(server.url, headers);
    await sleep(phases.before);
    pair.stallReplication();
    await sleep(phases.stalled);
    const failedAt = performance.now();
    await pair.primary.kill();
    await sleep(phases.untilPromotion);
    await pair.promote();
    const promotedAt = performance.now();
    const isBack = () => running.sent.some(({ at, status }) => status === 201 && at > promotedAt);
    await until(isBack, mostSilence).catch(() => undefined);
    await sleep(phases.after);
    await running.stop();
    const { sent } = running;
    const created = sent.filter(({ status }) => status === 201);
    const back = created.find(({ at }) => at > promotedAt);
    const refused = sent.filter(({ status }) => status !== 201);
    const statuses = [...new Set(refused.map(({ status }) => status))];
    const found = {
      version: pair.version,
      acknowledged: created.length,
      lost: await lostOf(server, headers, sent),
      others: Object.fromEntries(
        statuses.map((one) => [one, refused.filter(({ status }) => status === one).length]),
      ),
      promotedAfterMs: Math.round(promotedAt - failedAt),
      backAfterPromotionMs: back && Math.round(back.at - promotedAt),
      lastFailureMs: Math.round(Math.max(0, ...refused.map(({ at }) => at - promotedAt))),
      redOnStandby,
      redAfter: await redOf(settings),
    };
    const { code } = await server.stop();
    return { ...found, code };
  } finally {
    await cleanUp();
    await pair.close();
  }
}

let failed = false;
for (let count = 1; count <= Number(values.rounds); count += 1) {
  const found = await round();
  console.log(JSON.stringify(found));
  failed ||=
    found.lost > 0 ||
    found.acknowledged === 0 ||
    found.backAfterPromotionMs === undefined ||
    Object.keys(found.others).some((status) => status !== '503') ||
    !found.redOnStandby.includes('writes') ||
    found.redAfter.length > 0 ||
    found.code !== 0;
}
console.log(failed ? 'FAILED' : 'No acknowledged write was lost, and the service came back by itself.');
process.exitCode = failed ? 1 : 0;
