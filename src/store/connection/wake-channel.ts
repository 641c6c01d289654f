import type { Client } from 'pg';

/**
 * How workers learn at once that there is work, wherever it was made. It is only a hint: the next
 * round finds what a lost notification was about.
 *
 * The note is not sent by the change itself, since PostgreSQL lets transactions that notify commit one after
 * the other. It follows the commit, once for all changes of some milliseconds.
 */
export interface WakeChannel {
  notify(): void;
  onNotify(listener: () => void): () => void;
  /** Has a connection listen for the notes of other processes, from when it is open. */
  listen(client: Client): Client;
  /** Sends no more notes. */
  close(): void;
}

/** Milliseconds in which notes are gathered into one. */
const gatheringMs = 20;

const channel = 'clientele';

/** `run` executes one statement, which reads nothing. */
export function openWakeChannel(run: (sql: string) => Promise<unknown>): WakeChannel {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const send = () => {
    timer = undefined;
    run(`notify ${channel}`).catch(() => undefined);
  };

  return {
    notify() {
      tell();
      timer ??= setTimeout(send, gatheringMs).unref();
    },
    onNotify(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listen(client) {
      client.on('notification', tell);
      // A standby refuses to listen; whoever works there is not told, and there is nothing to work on.
      client.once('connect', () => client.query(`listen ${channel}`).catch(() => undefined));
      return client;
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
