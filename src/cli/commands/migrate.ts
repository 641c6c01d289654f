import type { Format } from '../output.ts';
import { printAnswer, printNotice } from '../output.ts';

export async function migrate(format: Format): Promise<void> {
  const [{ readConfig }, { migrateDatabase }] = await Promise.all([
    import('../../config.ts'),
    import('../../migration.ts'),
  ]);
  const notice = (sentence: string) => printNotice(format, sentence);
  const { applied, before } = await migrateDatabase(readConfig(), { notice });
  printAnswer(format, { applied, applied_before: before }, () =>
    applied.length === 0
      ? `The schema is up to date (${before.length} ${before.length === 1 ? 'migration' : 'migrations'}).`
      : `Applied ${applied.join(', ')}. The schema is up to date.`,
  );
}
