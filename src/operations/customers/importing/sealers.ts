import type { BrandId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/time.ts';
import type { StoredKey } from '../../../store/brands/brand-keys.ts';
import { brandKeys } from '../../../store/brands/brand-keys.ts';
import type { Environment } from '../../../store/installation/installation.ts';
import type { SharedRoot } from '../../../vault/vault.ts';
import type { Actor } from '../../journal.ts';
import { scopeOf } from '../../system.ts';
import type { DigestedLine } from './check.ts';
import type { Prepared } from './prepare.ts';
import { prepared } from './prepare.ts';
import type { Writing } from './write.ts';

/** Seals batches of checked lines, each into a statement. */
export interface Sealers {
  /** `undefined` where the lines have to be sealed when they are written. */
  prepare(lines: readonly DigestedLine[], now: Instant): Promise<Prepared | undefined>;
  /** How many batches it pays to have under way beside the one that is being read. */
  readonly ahead: number;
  close(): Promise<void>;
}

/** What a thread needs to seal. */
export interface ThreadStart {
  readonly vault: SharedRoot;
  readonly brandId: BrandId;
  /** Wrapped, as they are stored. */
  readonly keys: readonly StoredKey[];
  readonly environment: Environment;
  readonly hasScreening: boolean;
  readonly actor: Actor;
}

/** Threads that seal lines. */
export interface SealingThreads {
  /** Lines from which on it pays to start them. */
  readonly from: number;
  open(start: ThreadStart): Sealers;
}

/** Threads for many lines; otherwise, or where addresses are judged elsewhere, this one seals. */
export async function sealersFor(
  writing: Writing,
  lines: number,
  threads: SealingThreads | undefined,
): Promise<Sealers> {
  const { system, brandId, actor } = writing;
  if (!threads || lines < threads.from || system.addressVerifier !== 'offline') return sealHere(writing);
  return threads.open({
    vault: system.vault.share(),
    brandId,
    keys: await brandKeys(scopeOf(system, brandId)),
    environment: system.environment,
    hasScreening: system.screening !== undefined,
    actor,
  });
}

const sealHere = (writing: Writing): Sealers => ({
  prepare: async (lines) => prepared(writing, await writing.system.keyrings.of(writing.brandId), lines),
  ahead: 1,
  close: async () => undefined,
});
