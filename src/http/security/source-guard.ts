import { createHash } from 'node:crypto';
import { Refusal } from '../../domain/errors.ts';

/** Milliseconds of one window. */
const windowMs = 60_000;
/** How many sources are counted in one window, and how many proven keys are remembered. Beyond, the oldest go. */
const mostRemembered = 10_000;

/** A key as a request presents it. */
export interface Presented {
  /** The network of the source address. */
  readonly network: string;
  readonly identity: string | undefined;
  readonly secret: string | undefined;
}

/** Limits failed authentications by source, in the memory of this process. */
export interface SourceGuard {
  /**
   * Refuses a source that has failed too often in this minute, before the database is asked. A key with exactly
   * the secret that was right from there before still gets in, so that nobody behind a shared address locks out
   * a client that already works.
   *
   * @throws SourceLimited
   */
  admit(presented: Presented): void;
  succeeded(presented: Presented): void;
  failed(presented: Presented): void;
}

/** The refusal of a source. `isFirst` for the first in its window. */
export class SourceLimited extends Refusal {
  readonly isFirst: boolean;

  constructor(retryAfter: number, isFirst: boolean) {
    super('rate_limited', undefined, { retryAfter });
    this.isFirst = isFirst;
  }
}

export function openSourceGuard(
  failuresPerMinute: number,
  clock: () => number = () => performance.now(),
): SourceGuard {
  let endsAt = 0;
  let failures = new Map<string, number>();
  let announced = new Set<string>();
  const proven = new Map<string, true>();

  function startWindow(): number {
    const now = Math.trunc(clock());
    if (now >= endsAt) {
      endsAt = now + windowMs;
      failures = new Map();
      announced = new Set();
    }
    return now;
  }

  return {
    admit(presented) {
      const now = startWindow();
      const { network } = presented;
      if ((failures.get(network) ?? 0) < failuresPerMinute) return;
      if (proven.has(proofOf(presented))) return;
      const isFirst = !announced.has(network);
      announced.add(network);
      throw new SourceLimited(Math.max(1, Math.ceil((endsAt - now) / 1_000)), isFirst);
    },
    succeeded(presented) {
      const proof = proofOf(presented);
      proven.delete(proof);
      proven.set(proof, true);
      dropOldest(proven);
    },
    failed({ network }) {
      startWindow();
      const count = (failures.get(network) ?? 0) + 1;
      failures.delete(network);
      failures.set(network, count);
      dropOldest(failures);
    },
  };
}

/** Stands for a source with a key and its secret. Only the digest is kept, and it is searched for whole. */
function proofOf({ network, identity, secret }: Presented): string {
  return createHash('sha256').update(`${network}\n${identity}\n${secret}`).digest('base64');
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= mostRemembered) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
