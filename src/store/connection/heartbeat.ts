import type { Client } from 'pg';
import { breakOff } from './clients.ts';

/**
 * `no connections`: the database answers over the connections there are, and gives no new ones.
 * `unreachable`: it does not answer.
 */
export type DatabaseState = 'ready' | 'read only' | 'no connections' | 'unreachable';

export interface Heartbeat {
  state(): DatabaseState;
  /** Notes that an answer has come in, over whatever connection: the database lives. */
  heard(): void;
  /** Resolves when the first heartbeat that was answered has been, however long that takes. */
  readonly begun: Promise<void>;
  /** Has the next heartbeats open new connections, until one of them finds everything well. */
  doubt(): void;
  stop(): void;
}

/** Milliseconds between two heartbeats. */
const interval = 100;
/** Milliseconds without any answer after which the database counts as silent. */
const silenceAfter = 500;
/** The same for a database that was silent: it may be far away, and opening a connection takes several turns. */
const returnWithin = 1_200;
/** Milliseconds after which the heartbeat's own connection is given up while others are answered. */
const ownSilence = 5_000;
const step = 50;

/**
 * Asks the database for a sign of life over a connection of its own, several times a second. A slow statement
 * elsewhere says nothing about the database; silence on every connection does.
 */
export function startHeartbeat(
  newClient: () => Client,
  onChange: (now: DatabaseState, before: DatabaseState) => void,
): Heartbeat {
  let state: DatabaseState = 'ready';
  let client: Client | undefined;
  let doubted = false;
  let answers = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let isBegun = false;
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });

  async function look(): Promise<DatabaseState> {
    const kept = await askKept();
    if (kept === 'unreachable' || (kept && !doubted)) return kept;
    // The kept connection was ended under the question, so that no answer came; nobody would end another.
    if (stopped) return state;
    let fresh: Client | undefined;
    try {
      // Even making one can fail: an address may name files of certificates, and they may have gone.
      const opening = newClient();
      fresh = opening;
      const found = await unlessSilent(opening.connect().then(() => question(opening)));
      if (client) leave(client);
      client = opening;
      if (stopped) leave(opening);
      doubted = found !== 'ready';
      return found;
    } catch (error) {
      if (fresh) breakOff(fresh);
      doubted = true;
      const isFull = error instanceof Error && 'code' in error && error.code === '53300';
      return kept || isFull ? 'no connections' : 'unreachable';
    }
  }

  /** What the connection at hand says; `undefined` where there is none or it has ended, which says nothing yet. */
  async function askKept(): Promise<DatabaseState | undefined> {
    if (!client) return undefined;
    try {
      return await unlessSilent(question(client));
    } catch (error) {
      breakOff(client);
      client = undefined;
      return error instanceof Silence ? 'unreachable' : undefined;
    }
  }

  /**
   * Rejects with `Silence` when nothing has been heard for too long. Time in which our own event loop stood
   * still does not count: the answer may be waiting in the socket.
   */
  function unlessSilent<Result>(work: Promise<Result>): Promise<Result> {
    const limit = isBegun && state !== 'unreachable' ? silenceAfter : returnWithin;
    return new Promise((resolve, reject) => {
      let [last, known, silent, all] = [performance.now(), answers, 0, 0];
      const watch = setInterval(() => {
        const now = performance.now();
        const passed = Math.min(now - last, 2 * step);
        last = now;
        silent = answers === known ? silent + passed : 0;
        all += passed;
        known = answers;
        if (silent >= limit) reject(new Silence());
        else if (all >= ownSilence) reject(new Error('The heartbeat alone is not answered.'));
      }, step).unref();
      work.then(resolve, reject).finally(() => clearInterval(watch));
    });
  }

  async function beat() {
    const next = await look();
    if (stopped) return;
    const before = state;
    state = next;
    if (next !== 'unreachable' && !isBegun) {
      isBegun = true;
      begin();
    }
    if (next !== before) onChange(next, before);
    timer = setTimeout(beat, interval).unref();
  }
  void beat();

  return {
    state: () => state,
    begun,
    heard() {
      answers += 1;
    },
    doubt() {
      doubted = true;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      if (client) leave(client);
    },
  };
}

class Silence extends Error {}

async function question(client: Client): Promise<DatabaseState> {
  const { rows } = await client.query('show transaction_read_only');
  return rows[0]?.transaction_read_only === 'on' ? 'read only' : 'ready';
}

/** Says goodbye without waiting for the answer. */
function leave(client: Client): void {
  client.end().catch(() => undefined);
}
