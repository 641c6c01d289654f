import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import type { Format } from './answer.ts';
import { say } from './answer.ts';
import { describe, sentenceOf } from './failure.ts';

/** Milliseconds that requests under way have when the server is told to stop. One may take 15 s to arrive and 10 to be answered. */
const grace = 25_000;

interface Ending {
  readonly format: Format;
  readonly logger: Logger;
  /** What is said to people when the end begins. */
  readonly farewell: string;
  /** What is still starting, or runs. */
  readonly running: Promise<{ close(): Promise<void> }>;
}

export interface Stopper {
  /** Whether the end has begun. */
  readonly stopping: boolean;
  /** Ends everything in order on account of a fault, as if it had been thrown. */
  fail(error: Error): void;
  /** Leaves signals and faults to themselves again. */
  uninstall(): void;
}

/** From now on a signal, or a fault that nobody caught, ends what runs in order, and then this process. */
export function stopInOrder({ format, logger, farewell, running }: Ending): Stopper {
  const notice = (sentence: string) => say(format, sentence);
  let stopping = false;
  const { uninstall } = closeWithGrace(
    {
      delay: grace,
      logger: false,
      // What these say about the process leaves no room for JavaScript.
      skip: ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'],
      onSecondSignal: () => notice('Stopping at once.'),
      onSecondError: (error) => notice(sentenceOf(error)),
      onTimeout: () => notice(`Some requests were still under way after ${grace / 1000} seconds. Stopping.`),
    },
    async ({ err }) => {
      stopping = true;
      if (err) {
        logger.fatal({ error: describe(err) }, 'unhandled');
        notice(sentenceOf(err));
      } else {
        notice(farewell);
      }
      const begun = await running.catch(() => undefined);
      await begun?.close();
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
