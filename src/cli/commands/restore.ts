import { resolve } from 'node:path';
import type { Format } from '../answer.ts';
import { answer, say } from '../answer.ts';
import { counted, openProgress, percent } from '../progress.ts';

export async function restore(format: Format, file: string): Promise<void> {
  const [{ readConfig }, { restoreFrom }] = await Promise.all([
    import('../../config.ts'),
    import('../../backups.ts'),
  ]);
  const progress = openProgress(format);
  const { manifest, rows, tables, migrated } = await restoreFrom(readConfig(), resolve(file), {
    notice: (sentence) => say(format, sentence),
    progress: (bytes, of) => progress(() => `Restored ${percent(bytes, of)}.`),
  }).finally(progress.end);
  const { made_at, version, environment } = manifest;
  answer(format, { made_at, version, environment, rows, tables, migrated }, () =>
    [
      `Restored ${counted(rows)} rows of ${tables} tables from the backup of ${made_at.slice(0, 16).replace('T', ' ')} UTC (Clientele ${version}, ${environment}).`,
      ...(migrated.length > 0 ? [`Applied since then: ${migrated.join(', ')}.`] : []),
      'Start it with: clientele serve',
    ].join('\n'),
  );
}
