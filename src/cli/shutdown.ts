import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { describe, sentenceOf } from './failure.ts';
import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** How long running requests may take after the signal to stop. A request may take 15 s to arrive and 10 s to be answered. */
const shutdownTimeoutMs = 25_000;

interface ShutdownOptions {
  readonly format: Format;
  readonly logger: Logger;
  /** The notice for people when the shutdown begins. */
  readonly stopNotice: string;
  /** The service, which may still be starting. */
  readonly running: Promise<{ close(): Promise<void> }>;
}

export interface Shutdown {
  /** Whether the shutdown has begun. */
  readonly stopping: boolean;
  /** Shuts down in order because of a fault, as if it had been thrown. */
  fail(error: Error): void;
  /** Stops handling signals and faults. */
  uninstall(): void;
}

/** From now on a signal, or an uncaught fault, closes the service in order and then ends this process. */
export function installShutdown({ format, logger, stopNotice, running }: ShutdownOptions): Shutdown {
  const notice = (sentence: string) => printNotice(format, sentence);
  let stopping = false;
  const { uninstall } = closeWithGrace(
    {
      delay: shutdownTimeoutMs,
      logger: false,
      // After these signals the process cannot run JavaScript safely.
      skip: ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'],
      onSecondSignal: () => notice('Stopping at once.'),
      onSecondError: (error) => notice(sentenceOf(error)),
      onTimeout: () =>
        notice(`Some requests were still running after ${shutdownTimeoutMs / 1000} seconds. Stopping.`),
    },
    async ({ err }) => {
      stopping = true;
      if (err) {
        logger.fatal({ error: describe(err) }, 'unhandled');
        notice(sentenceOf(err));
      } else {
        notice(stopNotice);
      }
      const service = await running.catch(() => undefined);
      await service?.close();
    },
  );
  return {
    get stopping() {
      return stopping;
    },
    fail: (error) =>
      void setImmediate(() => {
        throw error;
      }),
    uninstall,
  };
}
