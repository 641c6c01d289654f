import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { describe, sentenceOf } from './failure.ts';
import type { Format } from './output.ts';
import { printNotice } from './output.ts';

/** Seconds for everything after the drain: 25 for running requests, and the rest for the database. */
const shutdownSeconds = 35;

interface ShutdownOptions {
  readonly format: Format;
  readonly logger: Logger;
  /** The notice for people when the shutdown begins. */
  readonly stopNotice: string;
  /** Seconds for which the service goes on answering after SIGTERM. Ctrl-C does not wait. */
  readonly drainSeconds?: number;
  /** The service, which may still be starting. */
  readonly running: Promise<{ reloadCertificate(): void; close(drainSeconds?: number): Promise<void> }>;
}

export interface Shutdown {
  /** Whether the shutdown has begun. */
  readonly stopping: boolean;
  /** Shuts down in order because of a fault, as if it had been thrown. */
  fail(error: Error): void;
  /** Stops handling signals and faults. */
  uninstall(): void;
}

const hasTerminal = (): boolean => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;

/** From now on a signal, or an uncaught fault, closes the service in order and then ends this process. */
export function installShutdown(options: ShutdownOptions): Shutdown {
  const { format, logger, stopNotice, drainSeconds = 0, running } = options;
  const notice = (sentence: string) => printNotice(format, sentence);
  let stopping = false;
  const { uninstall } = closeWithGrace(
    {
      delay: (drainSeconds + shutdownSeconds) * 1_000,
      logger: false,
      // After these signals the process cannot run JavaScript safely.
      // A service reads its certificate again at SIGHUP. Only at the end of its terminal it ends.
      skip: [
        ...(hasTerminal() ? [] : (['SIGHUP'] as const)),
        'SIGILL',
        'SIGTRAP',
        'SIGABRT',
        'SIGBUS',
        'SIGFPE',
        'SIGSEGV',
      ],
      onSecondSignal: () => notice('Stopping at once.'),
      onSecondError: (error) => notice(sentenceOf(error)),
      onTimeout: (delay) =>
        notice(`The service did not close within ${delay / 1_000} seconds. Stopping at once.`),
    },
    async ({ err, signal }) => {
      stopping = true;
      const drain = signal === 'SIGTERM' ? drainSeconds : 0;
      if (err) {
        logger.fatal({ error: describe(err) }, 'unhandled');
        notice(sentenceOf(err));
      } else {
        if (drain > 0) notice(`Answering requests for another ${drain} seconds (CLIENTELE_DRAIN_SECONDS).`);
        notice(stopNotice);
      }
      const service = await running.catch(() => undefined);
      await service?.close(drain);
    },
  );
  const reload = () => void running.then((service) => service.reloadCertificate()).catch(() => undefined);
  if (!hasTerminal()) process.on('SIGHUP', reload);
  return {
    get stopping() {
      return stopping;
    },
    fail: (error) =>
      void setImmediate(() => {
        throw error;
      }),
    uninstall() {
      uninstall();
      process.off('SIGHUP', reload);
    },
  };
}
