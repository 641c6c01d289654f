import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import { noteInEveryTrail } from './operations/brands/every-trail.ts';
import { markProven } from './operations/installation/prove-trails.ts';
import { loadRoot } from './root-key.ts';
import type { Overrides } from './runtime.ts';
import { migrationSteps, newId, openStorage, wallClock } from './runtime.ts';
import { migrate, migrationStatus } from './store/migrate.ts';
import { openAnchorFile } from './vault/anchor-file.ts';
import { VaultError } from './vault/vault.ts';

interface Migrated {
  /** The names of the migrations applied now, and of those applied before. */
  readonly applied: readonly string[];
  readonly before: readonly string[];
}

/**
 * Brings the schema of the configured database up to date. The root key is needed only where a migration seals
 * records of an earlier version again. Where it is at hand, every audit trail gets an entry.
 */
export async function migrateDatabase(config: Config, overrides: Overrides = {}): Promise<Migrated> {
  const { asOwner, close } = await openStorage(config, 'command', overrides);
  try {
    return await asOwner(async (owner) => {
      const { applied: before } = await migrationStatus(owner);
      const anchors = openAnchorFile(config.auditAnchorFile);
      const steps = migrationSteps({ vault: () => loadRoot(config), anchors, notice: overrides.notice });
      const applied = await migrate(owner, undefined, steps);
      await markProven(anchors);
      if (applied.length > 0) {
        const now = (overrides.now ?? wallClock)();
        const tools = { db: owner, vault: () => loadRoot(config), now, newId };
        await noteInEveryTrail(tools, 'migrate', { migrations: applied }).catch((error: unknown) => {
          if (!(error instanceof ConfigError || error instanceof VaultError)) throw error;
          overrides.notice?.(
            'The root key is not here, so the audit trails have no entry of these migrations. Keep the output of this command.',
          );
        });
      }
      return { applied, before };
    });
  } finally {
    await close();
  }
}
