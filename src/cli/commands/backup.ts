import { resolve } from 'node:path';
import { OperatorError } from '../../domain/operator-error.ts';
import type { Format } from '../answer.ts';
import { answer, say } from '../answer.ts';
import { counted, openProgress, percent } from '../progress.ts';
import { version } from '../version.ts';

export async function backup(format: Format, { file }: { readonly file: string }): Promise<void> {
  const [{ readConfig }, { backUp }] = await Promise.all([
    import('../../config.ts'),
    import('../../backups.ts'),
  ]);
  const path = resolve(file);
  const progress = openProgress(format);
  // What is half written is removed before this process goes.
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const made = await backUp(readConfig(), path, {
    version: version(),
    notice: (sentence) => say(format, sentence),
    progress: (rows, of) => progress(() => `Backed up ${counted(rows)} rows, about ${percent(rows, of)}.`),
    signal: ending.signal,
  })
    .catch((error: unknown) => {
      if (!ending.signal.aborted) throw error;
      throw new OperatorError(`Stopped. Nothing was left of ${path}.`);
    })
    .finally(progress.end);
  answer(format, { file: path, ...made }, () =>
    [
      `Backed up ${counted(made.rows)} rows of ${made.tables} tables into ${path} (${counted(made.bytes)} bytes).`,
      'The root key is not in it: without a copy of that key, kept apart, it opens nothing.',
    ].join('\n'),
  );
}
