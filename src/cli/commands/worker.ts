import { openLogger } from '../logger.ts';
import type { Format } from '../output.ts';
import { coloured, printNotice } from '../output.ts';
import { installShutdown } from '../shutdown.ts';
import { readOnlyNotice } from './serve.ts';

/** Does the background work until it is told to stop. Resolves once the work has begun. */
export async function worker(format: Format): Promise<void> {
  const [{ readConfig }, { startWorker }] = await Promise.all([
    import('../../config.ts'),
    import('../../main.ts'),
  ]);
  const config = readConfig();
  const logger = await openLogger(config, format);
  const notice = (sentence: string) => printNotice(format, sentence);
  for (const sentence of config.ignored) notice(sentence);
  const running = startWorker(config, { logger, notice });
  const stopNotice = 'Stopping after the running work is finished.';
  const shutdown = installShutdown({ format, logger, stopNotice, running });
  try {
    const { isReadOnly } = await running;
    if (shutdown.stopping) return;
    const begun = `Clientele is at work (${config.environment}).`;
    printNotice(
      format,
      isReadOnly
        ? coloured(process.stderr, 'yellow', `${begun} ${readOnlyNotice()}`)
        : coloured(process.stderr, 'green', begun),
    );
  } catch (error) {
    shutdown.uninstall();
    throw error;
  }
}
