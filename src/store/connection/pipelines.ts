import type pg from 'pg';
import type { Clients } from './clients.ts';
import { destroyConnection } from './clients.ts';
import { unavailable } from './outage.ts';

/** Connections that many callers share: each statement is sent without waiting for those before it. */
export interface Pipelines {
  /** The pipelines in turn, opened where needed. Rejects with `unavailable`. */
  next(): Promise<pg.Client>;
  /** Makes later calls open new pipelines. */
  forgetAll(): void;
  /** The same, and ends those that are open once their statements are answered. */
  replaceAll(): void;
  /** Ends all of them, without waiting for it. */
  end(): void;
}

interface PipelineOptions {
  readonly count: number;
  /** SQL that gives each of them further settings. */
  readonly settings?: string;
  /**
   * Milliseconds after which PostgreSQL plans their statements again. A plan otherwise lasts until the table is analysed,
   * and one that was made while the table was empty may read all of it for each row that is changed later.
   */
  readonly planMs?: number;
}

/** `onFailure` is called when a pipeline could not be opened. */
export function openPipelines(
  clients: Clients,
  { count, settings, planMs }: PipelineOptions,
  onFailure: () => void,
): Pipelines {
  const pipelines: (Promise<pg.Client> | undefined)[] = new Array(count).fill(undefined);
  let turn = 0;
  const plannedAt = new WeakMap<pg.Client, number>();

  /** Called before each statement. A failure is that of the connection, which the statement behind it meets too. */
  function planAgain(client: pg.Client): void {
    const now = performance.now();
    if (planMs === undefined || now - (plannedAt.get(client) ?? now - planMs) < planMs) return;
    plannedAt.set(client, now);
    client.query('discard plans').catch(() => undefined);
  }

  async function openPipeline(): Promise<pg.Client> {
    let client: pg.Client | undefined;
    try {
      client = clients.create({ pipeline: true });
      await client.connect();
      await clients.prepare(client);
      if (settings !== undefined) await client.query(settings);
      return client;
    } catch (error) {
      if (client) destroyConnection(client);
      onFailure();
      throw unavailable(error);
    }
  }

  const endAll = () => {
    for (const open of pipelines) open?.then((client) => client.end()).catch(() => undefined);
  };

  return {
    next() {
      const index = turn;
      turn = (turn + 1) % count;
      const open = pipelines[index];
      if (open) {
        open.then(planAgain, () => undefined);
        return open;
      }
      const opening = openPipeline();
      pipelines[index] = opening;
      const forget = () => {
        if (pipelines[index] === opening) pipelines[index] = undefined;
      };
      opening.then((client) => client.once('end', forget), forget);
      return opening;
    },
    forgetAll() {
      pipelines.fill(undefined);
    },
    replaceAll() {
      endAll();
      pipelines.fill(undefined);
    },
    end: endAll,
  };
}
