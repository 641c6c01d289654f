import { pino } from 'pino';
import type { Format } from '../answer.ts';
import { coloured, say } from '../answer.ts';
import { stopInOrder } from '../stopping.ts';

/** Does what happens without a request until it is told to stop. Resolves once it is at work. */
export async function worker(format: Format): Promise<void> {
  const [{ readConfig }, { startWorker }] = await Promise.all([
    import('../../config.ts'),
    import('../../main.ts'),
  ]);
  const config = readConfig();
  const logger = pino({ level: config.logLevel, base: null });
  const running = startWorker(config, { logger, notice: (sentence) => say(format, sentence) });
  const farewell = 'Stopping; what is under way is finished first.';
  const stopper = stopInOrder({ format, logger, farewell, running });
  try {
    await running;
    if (!stopper.stopping)
      say(format, coloured(process.stderr, 'green', `Clientele is at work (${config.environment}).`));
  } catch (error) {
    stopper.uninstall();
    throw error;
  }
}
