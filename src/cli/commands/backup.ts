import { resolve } from 'node:path';
import { OperatorError } from '../../domain/operator-error.ts';
import { version } from '../../version.ts';
import type { Format } from '../output.ts';
import { printAnswer, printNotice } from '../output.ts';
import { formatCount, openProgress, percent } from '../progress.ts';
import { isStream } from '../streams.ts';

export async function backup(format: Format, { file }: { readonly file: string }): Promise<void> {
  const [{ readConfig }, { backUp }] = await Promise.all([
    import('../../config.ts'),
    import('../../backups.ts'),
  ]);
  if (file === '-' || isStream(file))
    throw new OperatorError(
      'A backup takes a file and no pipe, so that an incomplete one never looks like a backup. Name a file with --file.',
    );
  const path = resolve(file);
  const progress = openProgress(format);
  // A signal removes the incomplete file before this process ends.
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const made = await backUp(readConfig(), path, {
    version: version(),
    notice: (sentence) => printNotice(format, sentence),
    progress: (rows, of) =>
      progress(() => `Backed up ${formatCount(rows)} rows, about ${percent(rows, of)}.`),
    signal: stop.signal,
  })
    .catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
      throw new OperatorError(`Stopped. ${path} was not written.`);
    })
    .finally(progress.end);
  printAnswer(format, { file: path, ...made }, () =>
    [
      `Backed up ${formatCount(made.rows)} rows of ${made.tables} tables into ${path} (${formatCount(made.bytes)} bytes).`,
      'The root key is not in it. Keep a copy of that key elsewhere: without it the backup cannot be read.',
    ].join('\n'),
  );
}
