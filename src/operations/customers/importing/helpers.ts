import type { BrandId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/time.ts';
import type { StoredKey } from '../../../store/brands/brand-keys.ts';
import { brandKeys } from '../../../store/brands/brand-keys.ts';
import type { SharedRoot } from '../../../vault/vault.ts';
import type { Actor } from '../../journal.ts';
import type { System } from '../../system.ts';
import { scopeOf } from '../../system.ts';
import type { Batch } from './batches.ts';
import type { CheckedBatch, Rules } from './check.ts';
import type { Prepared } from './prepare.ts';

/** What helps an import with batches of lines. What it does not do (`undefined`), the import does itself. */
export interface Helpers {
  check(batch: Batch, now: Instant): Promise<CheckedBatch | undefined>;
  /** Seals checked lines into a statement. */
  prepare(batch: Batch, now: Instant): Promise<Prepared | undefined>;
  /** How many batches it pays to have under way beside the one that is being read. */
  readonly ahead: number;
  close(): Promise<void>;
}

/** What a thread needs. */
export interface ThreadStart extends Rules {
  readonly vault: SharedRoot;
  readonly brandId: BrandId;
  /** Wrapped, as they are stored. */
  readonly keys: readonly StoredKey[];
  readonly hasScreening: boolean;
  readonly actor: Actor;
}

/** Threads that check and seal lines. */
export interface ImportThreads {
  /** Lines from which on it pays to start them. */
  readonly from: number;
  open(start: ThreadStart): Helpers;
}

/** What an import is helped by, which depends on how many lines it has. */
export interface Helping {
  forLines(count: number): Promise<Helpers>;
  close(): Promise<void>;
}

/** Threads, from the line on from which they pay. Where addresses are judged elsewhere, there are none. */
export function openHelping(
  system: System,
  brandId: BrandId,
  { actor, rules }: { readonly actor: Actor; readonly rules: Rules },
  threads: ImportThreads | undefined,
): Helping {
  let opened: Promise<Helpers> | undefined;
  const start = async (from: ImportThreads): Promise<Helpers> =>
    from.open({
      ...rules,
      vault: system.vault.share(),
      brandId,
      keys: await brandKeys(scopeOf(system, brandId)),
      hasScreening: system.screening !== undefined,
      actor,
    });
  return {
    async forLines(count) {
      if (!threads || count < threads.from || system.addressVerifier !== 'offline') return opened ?? noHelp;
      opened ??= start(threads);
      return opened;
    },
    async close() {
      await (await opened)?.close();
    },
  };
}

const noHelp: Helpers = {
  check: async () => undefined,
  prepare: async () => undefined,
  ahead: 1,
  close: async () => undefined,
};
