import type { Client } from 'pg';
import { destroyConnection } from './clients.ts';

/**
 * `no connections`: the database answers over open connections and refuses new ones. `full`: its disk was full at a
 * recent write. `unreachable`: it does not answer.
 */
export type DatabaseState = 'ready' | 'read only' | 'no connections' | 'full' | 'unreachable';

/** Where the heartbeat has its connections from. */
export interface ProbeSource {
  create(): Client;
  /** No usable server was found where the last connection went. */
  useNextHost(): void;
  /** Whether a server that takes no writes counts as none. */
  readonly demandsWrites: boolean;
}

export interface Heartbeat {
  state(): DatabaseState;
  /** Records that an answer has arrived over any connection: the database is alive. */
  noteAnswer(): void;
  /** Resolves with the first heartbeat that is answered, however long that takes. */
  readonly firstAnswer: Promise<void>;
  /** Makes the next heartbeats open new connections until one finds the database ready. */
  checkNewConnections(): void;
  stop(): void;
}

const intervalMs = 100;
/** Milliseconds without any answer after which the database counts as unreachable. */
const silenceLimitMs = 500;
/**
 * The same limit in milliseconds for a database that was unreachable: opening a connection takes several round
 * trips.
 */
const reconnectLimitMs = 1_200;

/**
 * Sends a trivial query over a connection of its own, several times a second. One slow statement does not mean an
 * outage; silence on every connection does.
 */
export function startHeartbeat(
  source: ProbeSource,
  onChange: (now: DatabaseState, before: DatabaseState) => void,
): Heartbeat {
  let state: DatabaseState = 'ready';
  let answers = 0;
  let isAnswered = false;
  let timer: NodeJS.Timeout | undefined;
  let resolveFirst = () => {};
  const firstAnswer = new Promise<void>((resolve) => {
    resolveFirst = resolve;
  });
  const probe = openProbe(
    source,
    (work) => {
      const limitMs = isAnswered && state !== 'unreachable' ? silenceLimitMs : reconnectLimitMs;
      return rejectWhenSilent(work, limitMs, () => answers);
    },
    () => answers,
  );

  async function beat() {
    const next = await probe.check();
    if (next === 'closed') return;
    const before = state;
    state = next;
    if (next !== 'unreachable' && !isAnswered) {
      isAnswered = true;
      resolveFirst();
    }
    if (next !== before) onChange(next, before);
    timer = setTimeout(beat, intervalMs).unref();
  }
  void beat();

  return {
    state: () => state,
    firstAnswer,
    noteAnswer() {
      answers += 1;
    },
    checkNewConnections: probe.checkNewConnections,
    stop() {
      clearTimeout(timer);
      probe.close();
    },
  };
}

interface Probe {
  check(): Promise<DatabaseState | 'closed'>;
  checkNewConnections(): void;
  close(): void;
}

/** The heartbeat's own connection. `limited` rejects with a `SilenceError` if the database is silent. */
function openProbe(
  source: ProbeSource,
  limited: <Result>(work: Promise<Result>) => Promise<Result>,
  answers: () => number,
): Probe {
  let answersBefore = 0;
  let client: Client | undefined;
  let mustReconnect = false;
  let isClosed = false;

  async function askSuitable(asked: Client): Promise<DatabaseState> {
    const found = await ask(asked);
    if (found === 'read only' && source.demandsWrites) throw new Error('This host takes no writes.');
    return found;
  }

  /** The state over the open connection. `undefined`: there is no open connection, so the state is not known yet. */
  async function checkOpen(): Promise<DatabaseState | undefined> {
    if (!client) return undefined;
    try {
      return await limited(askSuitable(client));
    } catch (error) {
      destroyConnection(client);
      client = undefined;
      return error instanceof SilenceError ? 'unreachable' : undefined;
    }
  }

  async function checkNew(open: DatabaseState | undefined): Promise<DatabaseState> {
    let fresh: Client | undefined;
    try {
      // The constructor can fail, too: an address may name certificate files that are missing.
      const opening = source.create();
      fresh = opening;
      const found = await limited(opening.connect().then(() => askSuitable(opening)));
      if (client) end(client);
      client = opening;
      mustReconnect = found !== 'ready';
      return found;
    } catch (error) {
      if (fresh) destroyConnection(fresh);
      mustReconnect = true;
      const isFull = error instanceof Error && 'code' in error && error.code === '53300';
      if (open) return 'no connections';
      // A full server that answers nothing may be a standby, and the primary another host.
      const isServing = answers() !== answersBefore;
      answersBefore = answers();
      if (isFull && isServing) return 'no connections';
      source.useNextHost();
      return isFull ? 'no connections' : 'unreachable';
    }
  }

  return {
    async check() {
      const open = await checkOpen();
      // `close` ends the connection while it is being asked. A new one would never be ended.
      if (isClosed) return 'closed';
      if (open === 'unreachable' || (open && !mustReconnect)) return open;
      const found = await checkNew(open);
      if (!isClosed) return found;
      if (client) end(client);
      return 'closed';
    },
    checkNewConnections() {
      mustReconnect = true;
    },
    close() {
      isClosed = true;
      if (client) end(client);
    },
  };
}

class SilenceError extends Error {}

/** Milliseconds after which the heartbeat gives up its own connection although other connections receive answers. */
const ownLimitMs = 5_000;
const stepMs = 50;

/**
 * Rejects with `SilenceError` when no answer has come in for too long. Time in which our own event loop was
 * blocked does not count: the answer may be waiting in the socket.
 */
function rejectWhenSilent<Result>(
  work: Promise<Result>,
  limitMs: number,
  answers: () => number,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let [last, known, silentMs, totalMs] = [performance.now(), answers(), 0, 0];
    const timer = setInterval(() => {
      const now = performance.now();
      const passedMs = Math.min(now - last, 2 * stepMs);
      last = now;
      silentMs = answers() === known ? silentMs + passedMs : 0;
      totalMs += passedMs;
      known = answers();
      if (silentMs >= limitMs) reject(new SilenceError());
      else if (totalMs >= ownLimitMs) reject(new Error('The heartbeat alone is not answered.'));
    }, stepMs).unref();
    work.then(resolve, reject).finally(() => clearInterval(timer));
  });
}

async function ask(client: Client): Promise<DatabaseState> {
  const { rows } = await client.query('show transaction_read_only');
  return rows[0]?.transaction_read_only === 'on' ? 'read only' : 'ready';
}

/** Ends a connection without waiting for it. */
function end(client: Client): void {
  client.end().catch(() => undefined);
}
