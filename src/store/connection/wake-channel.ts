import type { Client } from 'pg';

/**
 * Notifies the workers of every process at once that there is work. It is only a hint: after a lost notification
 * the next round finds the work.
 *
 * The change itself sends no notification, because PostgreSQL commits transactions that notify one after the other.
 * One notification follows the commit, for all changes within a few milliseconds.
 */
export interface WakeChannel {
  notify(): void;
  onNotify(listener: () => void): () => void;
  /** Makes a connection listen for notifications of other processes as soon as it is open. */
  listen(client: Client): Client;
  /** Stops sending notifications. */
  close(): void;
}

/** Milliseconds in which notifications are combined into one. */
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
      // A standby refuses `listen`. Processes there receive no notifications and have no work to do.
      client.once('connect', () => client.query(`listen ${channel}`).catch(() => undefined));
      return client;
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
