import type { ClientConfig } from 'pg';
import pg from 'pg';

/** Milliseconds between two heartbeats, and how long one may take before the database counts as silent. */
const interval = 150;
const deadline = 600;

/** What the last heartbeat said. */
export type DatabaseState = 'ready' | 'read only' | 'unreachable';

export interface Pulse {
  state(): DatabaseState;
  stop(): void;
}

/**
 * Asks the database for a sign of life over a connection of its own, several times a second. A slow statement
 * elsewhere says nothing about the database; a heartbeat without an answer does. `onSilence` runs each time
 * the database falls silent.
 */
export function startPulse(config: ClientConfig, onSilence: () => void): Pulse {
  let state: DatabaseState = 'ready';
  let client: pg.Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const set = (next: DatabaseState) => {
    const fellSilent = next === 'unreachable' && state !== 'unreachable';
    state = next;
    if (fellSilent) onSilence();
  };

  async function ask(): Promise<DatabaseState> {
    if (!client) {
      const opening = new pg.Client({ ...config, connectionTimeoutMillis: deadline } as ClientConfig);
      opening.on('error', () => forget(opening));
      opening.on('end', () => forget(opening));
      client = opening;
      await opening.connect();
    }
    const { rows } = await client.query('show transaction_read_only');
    return rows[0]?.transaction_read_only === 'on' ? 'read only' : 'ready';
  }

  function forget(one: pg.Client) {
    if (client === one) client = undefined;
  }

  function breakOff() {
    const broken = client as unknown as { connection: { stream: { destroy(): void } } } | undefined;
    client = undefined;
    broken?.connection.stream.destroy();
  }

  async function beat() {
    const answer = ask();
    try {
      const next = await within(deadline, answer);
      if (!stopped) set(next);
    } catch {
      answer.catch(() => undefined);
      breakOff();
      if (!stopped) set('unreachable');
    }
    if (!stopped) timer = setTimeout(beat, interval).unref();
  }
  void beat();

  return {
    state: () => state,
    stop() {
      stopped = true;
      clearTimeout(timer);
      client?.end().catch(() => undefined);
    },
  };
}

/**
 * Rejects when the time is up. Our own event loop may have been busy meanwhile with the answer already in
 * the socket, so it gets one more turn of the loop before silence is declared.
 */
function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => setImmediate(() => setImmediate(() => reject(new Error('silent')))),
      milliseconds,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
