import type { BrandId, KeyIdentity } from '../domain/ids.ts';
import type { Instant } from '../domain/time.ts';
import type { KeyUse } from '../store/brands/api-keys.ts';
import { noteKeyUses } from '../store/brands/api-keys.ts';
import type { Database } from '../store/connection/database.ts';

/** Notes when keys are used, and from where, in one write a minute for all of them. */
export interface KeyUses {
  note(key: UsedKey, source: string): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export interface UsedKey {
  readonly brandId: BrandId;
  readonly identity: KeyIdentity;
}

const intervalMs = 60_000;

export function openKeyUses(db: Database, now: () => Instant, everyMs = intervalMs): KeyUses {
  let uses = new Map<KeyIdentity, KeyUse & UsedKey>();
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    timer = undefined;
    const written = [...uses.values()];
    uses = new Map();
    const brands = new Set(written.map(({ brandId }) => brandId));
    for (const brandId of brands) {
      const ofBrand = written.filter((use) => use.brandId === brandId);
      // A use that cannot be written is forgotten: the next one comes, and no request depends on it.
      await noteKeyUses({ brandId, db }, ofBrand).catch(() => undefined);
    }
  }

  return {
    note({ brandId, identity }, source) {
      uses.set(identity, { brandId, identity, usedAt: now(), usedFrom: source });
      timer ??= setTimeout(() => void write(), everyMs).unref();
    },
    async close() {
      clearTimeout(timer);
      await write();
    },
  };
}
